//! When a connection is given up: its peer stays silent, or has gone.
//!
//! hyper has one timer for the head and for idling together, and none before the first byte where
//! two protocols are possible: they are here instead.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::Config;
use crate::outgoing::Outgoing;
use crate::phase::Activity;

/// What a client gets whose head did not come in time, before the connection is closed.
const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\n\
    connection: close\r\n\
    content-type: application/problem+json\r\n\
    content-length: 65\r\n\r\n\
    {\"title\":\"Request Timeout\",\"status\":408,\"code\":\"request_timeout\"}";

/// Asked after every turn of a connection's task whether to go on.
pub(crate) struct Patience {
    activity: Arc<Activity>,
    config: Arc<Config>,
    outgoing: Outgoing,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    pub(crate) fn new(activity: Arc<Activity>, config: Arc<Config>, outgoing: Outgoing) -> Self {
        Self {
            activity,
            config,
            outgoing,
            timer: None,
        }
    }

    /// Waits until the connection is to be given up. The timer is only ever moved forward when it
    /// fires: a busy connection does not pay for moving it with each request.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>, is_http1: bool) -> Poll<()> {
        loop {
            let Some(deadline) = self.deadline(is_http1) else {
                return Poll::Pending;
            };
            let timer = self
                .timer
                .get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if timer.deadline() > deadline {
                timer.as_mut().reset(deadline);
            }
            ready!(timer.as_mut().poll(cx));
            if Instant::now() >= deadline {
                break;
            }
            timer.as_mut().reset(deadline);
        }
        if is_http1 && self.activity.in_head() {
            self.outgoing.say(TIMED_OUT);
        }
        Poll::Ready(())
    }

    fn deadline(&self, is_http1: bool) -> Option<Instant> {
        if self.outgoing.is_blocked() {
            // It is the peer's turn to read, and the writing half's to lose patience.
            return None;
        }
        if is_http1 && self.activity.has_ended() {
            return self.activity.gives_up();
        }
        self.activity.deadline(&self.config)
    }
}
