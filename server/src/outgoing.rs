//! The writing half of a connection, which sends once for each turn of the connection's task.
//!
//! hyper flushes after every response. Answers to pipelined requests would go out one system call
//! each; so what hyper writes is gathered here, and sent when hyper has done all it can for now.
//! (hyper can gather by itself, but then loses what it gathered when it closes a connection over
//! bytes that it has read and not used.)

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::AsyncWrite;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::time::{Sleep, sleep};

use crate::phase::Activity;

/// What is gathered at most; more goes out at once.
const MOST: usize = 32 * 1024;

/// How large a buffer an idle connection may keep.
const KEPT: usize = 4 * 1024;

/// A handle to the writing half: hyper has one, and the task that drives hyper.
#[derive(Clone)]
pub(crate) struct Outgoing(Arc<Mutex<Half>>);

struct Half {
    socket: OwnedWriteHalf,
    gathered: Vec<u8>,
    sent: usize,
    timeout: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    activity: Arc<Activity>,
}

impl Outgoing {
    pub(crate) fn new(socket: OwnedWriteHalf, timeout: Duration, activity: Arc<Activity>) -> Self {
        let half = Half {
            socket,
            gathered: Vec::new(),
            sent: 0,
            timeout,
            timer: None,
            activity,
        };
        Self(Arc::new(Mutex::new(half)))
    }

    /// Both handles are used by one task, so that nobody ever waits here.
    fn lock(&self) -> MutexGuard<'_, Half> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether bytes wait for the peer to take earlier ones.
    pub(crate) fn is_blocked(&self) -> bool {
        self.lock().timer.is_some()
    }

    /// Sends what was gathered.
    pub(crate) fn poll_send(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().poll_send(cx)
    }

    /// Takes bytes to be sent, as many as fit.
    pub(crate) fn poll_take(
        &self,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.lock().poll_take(cx, bufs)
    }

    /// Takes bytes to be sent last, if nothing else waits to be sent.
    pub(crate) fn say(&self, last_words: &[u8]) {
        let mut half = self.lock();
        if half.gathered.is_empty() {
            half.gathered.extend_from_slice(last_words);
        }
    }

    /// Sends what was gathered, and says that nothing more comes.
    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut half = self.lock();
        ready!(half.poll_send(cx))?;
        Pin::new(&mut half.socket).poll_shutdown(cx)
    }
}

impl Half {
    fn poll_take(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let len: usize = bufs.iter().map(|buf| buf.len()).sum();
        if self.gathered.len() + len <= MOST {
            for buf in bufs {
                self.gathered.extend_from_slice(buf);
            }
            return Poll::Ready(Ok(len));
        }
        ready!(self.poll_send(cx))?;
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bufs);
        self.or_stalled(cx, written)
    }

    fn poll_send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self
            .gathered
            .get(self.sent..)
            .filter(|rest| !rest.is_empty())
        {
            let written = Pin::new(&mut self.socket).poll_write(cx, rest);
            match ready!(self.or_stalled(cx, written))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                len => self.sent += len,
            }
        }
        self.sent = 0;
        self.gathered.clear();
        self.gathered.shrink_to(KEPT);
        Poll::Ready(Ok(()))
    }

    /// The outcome of a write, or an error once the peer has taken nothing for too long.
    fn or_stalled(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if written.is_ready() {
            self.timer = None;
            self.activity.wrote();
            return written;
        }
        let timeout = self.timeout;
        ready!(
            self.timer
                .get_or_insert_with(|| Box::pin(sleep(timeout)))
                .as_mut()
                .poll(cx)
        );
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}
