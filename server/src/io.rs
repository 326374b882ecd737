//! The socket as hyper has it: it notes what happens on it, and does not tell everything at once.

use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::{Buf, Bytes};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::timeout;

use crate::config::Config;
use crate::outgoing::Outgoing;
use crate::phase::Activity;

/// How long, and how much, is read after the last answer.
const LINGER_TIME: Duration = Duration::from_secs(1);
const LINGER_BYTES: usize = 64 * 1024;

/// The longest request line that hyper sees: its own buffer, once full, would be called headers
/// that are too large.
const MAX_LINE: usize = 32 * 1024;

/// What a client gets whose request line is longer, before the connection is closed.
const TOO_LONG: &[u8] = b"HTTP/1.1 414 URI Too Long\r\n\
    connection: close\r\n\
    content-type: application/problem+json\r\n\
    content-length: 116\r\n\r\n\
    {\"title\":\"URI Too Long\",\"status\":414,\
    \"detail\":\"The request target is longer than 8192 bytes.\",\"code\":\"uri_too_long\"}";

pub(crate) struct Guarded {
    socket: OwnedReadHalf,
    outgoing: Outgoing,
    activity: Arc<Activity>,
    /// What was read to find out the protocol, and is to be read again.
    prefix: Bytes,
    is_http1: bool,
    /// How much of a request line was read whose end is still to come.
    line: Option<usize>,
}

impl Guarded {
    pub(crate) fn new(stream: TcpStream, activity: Arc<Activity>, config: &Config) -> Self {
        let (socket, writing) = stream.into_split();
        let outgoing = Outgoing::new(writing, config.write_timeout, Arc::clone(&activity));
        Self {
            socket,
            outgoing,
            activity,
            prefix: Bytes::new(),
            is_http1: true,
            line: None,
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

    /// Looks at what was read: it may begin a head, or go on in a request line without end.
    fn note(&mut self, read: &[u8]) -> io::Result<()> {
        if self.activity.read(self.is_http1) {
            self.line = Some(0);
        }
        if let Some(len) = self.line.filter(|_| self.is_http1) {
            self.line = (!read.contains(&b'\n')).then(|| len + read.len());
        }
        if self.line > Some(MAX_LINE) {
            self.outgoing.say(TOO_LONG);
            return Err(io::ErrorKind::InvalidData.into());
        }
        Ok(())
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
        ready!(Pin::new(&mut me.socket).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            let read = buf.filled().get(before..).unwrap_or_default();
            return Poll::Ready(me.note(read));
        }
        me.activity.end();
        if me.is_http1 && (me.activity.is_busy() || me.outgoing.is_blocked()) {
            // hyper would drop the request, and what it has not sent yet, on the spot.
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
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
