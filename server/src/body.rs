//! Bodies on their way through the server.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker, ready};
use std::time::Duration;

use bytes::Bytes;
use falcon_core::{BoxError, HttpError, ResponseBody};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Instant, Sleep, sleep};

use crate::phase::InFlight;

/// The bytes a second that a client has to send in the long run, for how little it pauses each time.
const MIN_RATE: u64 = 240;

/// How long a request has waited for its client. Handler and body share it, on one thread.
#[derive(Debug)]
pub(crate) struct Waiting {
    began: Instant,
    /// In microseconds since it began; 0 while nobody waits.
    since: AtomicU64,
    /// In microseconds, without the wait that goes on.
    total: AtomicU64,
    /// How long one wait can be, in microseconds: what is longer is the app's, which does not ask.
    longest: u64,
}

impl Waiting {
    pub(crate) fn new(longest: Duration) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            since: AtomicU64::new(0),
            total: AtomicU64::new(0),
            longest: u64::try_from(longest.as_micros()).unwrap_or(u64::MAX),
        })
    }

    fn now(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_micros())
            .unwrap_or(u64::MAX)
            .max(1)
    }

    fn start(&self) {
        if self.since.load(Relaxed) == 0 {
            self.since.store(self.now(), Relaxed);
        }
    }

    fn stop(&self) {
        let waited = self.going_on();
        self.since.store(0, Relaxed);
        self.total.fetch_add(waited, Relaxed);
    }

    fn going_on(&self) -> u64 {
        match self.since.load(Relaxed) {
            0 => 0,
            since => self.now().saturating_sub(since).min(self.longest),
        }
    }

    /// With the wait that goes on.
    pub(crate) fn so_far(&self) -> Duration {
        Duration::from_micros(self.total.load(Relaxed) + self.going_on())
    }
}

/// Ends the wait when it wakes.
struct Noted {
    waiting: Arc<Waiting>,
    waker: Waker,
}

impl Wake for Noted {
    fn wake(self: Arc<Self>) {
        self.waiting.stop();
        self.waker.wake_by_ref();
    }
}

/// A request's body that fails with 408 when the client pauses for too long, or sends too little in
/// too many pauses.
pub(crate) struct Timed {
    body: Incoming,
    timeout: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    waiting: Arc<Waiting>,
    bytes: u64,
}

impl Timed {
    pub(crate) fn new(body: Incoming, timeout: Duration, waiting: Arc<Waiting>) -> Self {
        Self {
            body,
            timeout,
            timer: None,
            waiting,
            bytes: 0,
        }
    }

    /// How long this pause may last. All of them together may last as long as one, and beyond that
    /// as long as what has come takes at the lowest rate.
    fn patience(&self) -> Duration {
        let in_all = self.timeout.max(Duration::from_secs(self.bytes / MIN_RATE));
        in_all
            .saturating_sub(self.waiting.so_far())
            .min(self.timeout)
    }
}

impl Drop for Timed {
    fn drop(&mut self) {
        self.waiting.stop();
    }
}

impl http_body::Body for Timed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut polled = Pin::new(&mut self.body).poll_frame(cx);
        if polled.is_pending() {
            // From the moment in which something comes, it is the app's to ask for it.
            let waker = Waker::from(Arc::new(Noted {
                waiting: Arc::clone(&self.waiting),
                waker: cx.waker().clone(),
            }));
            let mut noted = Context::from_waker(&waker);
            polled = Pin::new(&mut self.body).poll_frame(&mut noted);
        }
        if let Poll::Ready(frame) = polled {
            self.timer = None;
            self.waiting.stop();
            if let Some(Ok(frame)) = &frame {
                self.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        self.waiting.start();
        if self.timer.is_none() {
            self.timer = Some(Box::pin(sleep(self.patience())));
        }
        if let Some(timer) = &mut self.timer {
            ready!(timer.as_mut().poll(cx));
        }
        let seconds = self.timeout.as_secs_f64();
        let error = HttpError::request_timeout().detail(format!(
            "The body paused for more than {seconds} seconds, or came at less than {MIN_RATE} bytes \
             a second."
        ));
        Poll::Ready(Some(Err(error.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// A response's body, with the request in flight until it is dropped.
pub(crate) struct Tracked {
    body: ResponseBody,
    _in_flight: InFlight,
}

impl Tracked {
    pub(crate) fn new(body: ResponseBody, in_flight: InFlight) -> Self {
        Self {
            body,
            _in_flight: in_flight,
        }
    }
}

impl http_body::Body for Tracked {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
