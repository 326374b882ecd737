//! A socket that gives up on a peer that stays silent.
//!
//! hyper has one timer for the head and for idling together, and none before the first byte where
//! two protocols are possible: they are here instead.

use std::future::{Future, poll_fn};
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Instant, Sleep, sleep, sleep_until, timeout};

use crate::config::Config;
use crate::outgoing::Outgoing;
use crate::phase::Activity;

/// What a client gets whose head did not come in time, before the connection is closed.
const TIMED_OUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\n\
    connection: close\r\n\
    content-type: application/problem+json\r\n\
    content-length: 65\r\n\r\n\
    {\"title\":\"Request Timeout\",\"status\":408,\"code\":\"request_timeout\"}";

/// How long a request goes on whose peer has closed its side. It may have gone, and then nothing
/// more should be done for it; or it may have said all that it had to say, and wait for the answer.
const GRACE: Duration = Duration::from_millis(250);

/// How long, and how much, is read after the last answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 64 * 1024;

pub(crate) struct Guarded {
    socket: OwnedReadHalf,
    outgoing: Outgoing,
    activity: Arc<Activity>,
    config: Arc<Config>,
    /// What was read to find out the protocol, and is to be read again.
    prefix: Bytes,
    timer: Option<Pin<Box<Sleep>>>,
    /// The peer has closed its side; until then that is not told.
    ended: Option<Pin<Box<Sleep>>>,
    is_http1: bool,
}

impl Guarded {
    pub(crate) fn new(stream: TcpStream, activity: Arc<Activity>, config: Arc<Config>) -> Self {
        let (socket, writing) = stream.into_split();
        let outgoing = Outgoing::new(writing, config.write_timeout);
        Self {
            socket,
            outgoing,
            activity,
            config,
            prefix: Bytes::new(),
            timer: None,
            ended: None,
            is_http1: true,
        }
    }

    /// Returns a second handle to the writing half, to send with.
    pub(crate) fn outgoing(&self) -> Outgoing {
        self.outgoing.clone()
    }

    /// Has bytes read again, and tells whether they begin HTTP/2.
    #[cfg(feature = "http2")]
    pub(crate) fn unread(&mut self, bytes: Bytes, is_http2: bool) {
        self.prefix = bytes;
        self.is_http1 = !is_http2;
    }

    /// Sends what is left, says that nothing more comes, and reads on for a moment: a socket that
    /// is closed over unread bytes is reset, and takes the answer with it that the peer has not
    /// read yet.
    pub(crate) async fn close(mut self) {
        if poll_fn(|cx| self.outgoing.poll_shutdown(cx)).await.is_err() {
            return;
        }
        let mut scrap = vec![0; 4096];
        let read = async {
            let mut left = LINGER_BYTES;
            while let Ok(len @ 1..) = self.socket.read(&mut scrap).await {
                left = left.saturating_sub(len);
                if left == 0 {
                    return;
                }
            }
        };
        // Either way it is over.
        drop(timeout(LINGER_TIME, read).await);
    }

    /// Tells that the peer has closed its side: at once, unless a request is in flight.
    fn poll_ended(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.ended {
            Some(told) if self.activity.is_busy() => told.as_mut().poll(cx).map(Ok),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// Waits until the peer has been silent for too long. The timer is kept and only ever moved
    /// when it fires: a busy connection does not pay for moving it with each request.
    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Some(deadline) = self.activity.deadline(&self.config) else {
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
        if self.is_http1 && self.activity.in_head() {
            self.outgoing.say(TIMED_OUT);
        }
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let me = &mut *self;
        if !me.prefix.is_empty() {
            let len = me.prefix.len().min(buf.remaining());
            buf.put_slice(me.prefix.get(..len).unwrap_or_default());
            me.prefix.advance(len);
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        if me.ended.is_some() {
            return me.poll_ended(cx);
        }
        match Pin::new(&mut me.socket).poll_read(cx, buf) {
            Poll::Ready(Ok(())) if buf.filled().len() > before => {
                me.activity.read(me.is_http1);
                Poll::Ready(Ok(()))
            }
            Poll::Ready(Ok(())) if me.is_http1 => {
                me.ended = Some(Box::pin(sleep(GRACE)));
                me.poll_ended(cx)
            }
            Poll::Ready(result) => Poll::Ready(result),
            Poll::Pending => me.poll_silence(cx),
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_take(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.outgoing.poll_take(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Whoever drives the connection sends what was gathered, after every turn.
    fn poll_flush(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    /// Whoever drives the connection calls [`close`](Self::close), which takes longer than hyper
    /// would wait.
    fn poll_shutdown(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
