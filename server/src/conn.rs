//! One connection, from accept to close.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;

use crate::config::Config;
use crate::control::Stage;
use crate::handler::{Handler, Shared};
use crate::io::Guarded;
use crate::outgoing::Outgoing;
use crate::patience::Patience;
use crate::phase::Activity;
use crate::woken::only_when_woken;

/// The most that hyper buffers of a head; the gate counts exactly.
const MAX_BUFFER: usize = 40 * 1024;

pub(crate) async fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    shared: Arc<Shared>,
    stage: watch::Receiver<Stage>,
) {
    // Without it a response in several writes waits for the acknowledgement of the first.
    drop(stream.set_nodelay(true));
    let activity = Activity::new();
    let io = Guarded::new(stream, Arc::clone(&activity), &shared.config);
    #[cfg(feature = "http2")]
    if shared.config.http2 {
        return http2::sniff(io, peer, shared, activity, stage).await;
    }
    serve_http1(io, peer, shared, activity, stage).await;
}

async fn serve_http1(
    io: Guarded,
    peer: SocketAddr,
    shared: Arc<Shared>,
    activity: Arc<Activity>,
    stage: watch::Receiver<Stage>,
) {
    let mut turns = Turns::new(&io, &activity, &shared.config, true);
    let handler = Handler::new(peer, shared, Arc::clone(&activity));
    let mut connection = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(MAX_BUFFER)
        .serve_connection(
            TokioIo::new(io),
            service_fn(move |request| Arc::clone(&handler).answer(request)),
        );
    let told = tokio::select! {
        () = turns.drive(|cx| Pin::new(&mut connection).poll(cx)) => false,
        () = stopped(stage) => true,
    };
    if told && activity.is_unused() {
        return;
    }
    if told {
        Pin::new(&mut connection).graceful_shutdown();
        turns.drive(|cx| Pin::new(&mut connection).poll(cx)).await;
    }
    connection.into_parts().io.into_inner().close().await;
}

/// What is done in every turn of a connection's task, beside what hyper does.
struct Turns {
    outgoing: Outgoing,
    patience: Patience,
    is_http1: bool,
}

impl Turns {
    fn new(io: &Guarded, activity: &Arc<Activity>, config: &Arc<Config>, is_http1: bool) -> Self {
        let outgoing = io.outgoing();
        let patience = Patience::new(Arc::clone(activity), Arc::clone(config), outgoing.clone());
        Self {
            outgoing,
            patience,
            is_http1,
        }
    }

    /// Drives a connection until it is over, however that comes about: what goes wrong on the wire
    /// is the peer's business, and there is nobody left to tell.
    async fn drive<T>(&mut self, mut turn: impl FnMut(&mut Context<'_>) -> Poll<T>) {
        poll_fn(|cx| {
            let is_over = turn(cx).is_ready();
            let is_broken = matches!(self.outgoing.poll_send(cx), Poll::Ready(Err(_)));
            if is_over || is_broken {
                Poll::Ready(())
            } else {
                self.patience.poll(cx, self.is_http1)
            }
        })
        .await;
    }
}

/// Waits until the server is told to stop.
async fn stopped(mut stage: watch::Receiver<Stage>) {
    // The sender lives as long as the server: an error means that it is over too.
    let told = async { drop(stage.wait_for(|stage| *stage != Stage::Serve).await) };
    only_when_woken(told).await;
}

#[cfg(feature = "http2")]
mod http2 {
    use std::future::Future;
    use std::net::SocketAddr;
    use std::pin::pin;
    use std::sync::Arc;
    use std::time::Duration;

    use bytes::Bytes;
    use hyper::server::conn::http2::Builder;
    use hyper::service::service_fn;
    use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
    use tokio::io::AsyncRead;
    use tokio::io::ReadBuf;
    use tokio::sync::watch;
    use tokio::time::{Instant, sleep, sleep_until};

    use super::{Stage, Turns, serve_http1, stopped};
    use crate::config::Config;
    use crate::handler::{Handler, Shared};
    use crate::io::Guarded;
    use crate::phase::Activity;

    /// RFC 9113 section 3.4.
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    const MAX_STREAMS: u32 = 100;
    const PING: Duration = Duration::from_secs(20);
    const MAX_SEND_BUFFER: usize = 64 * 1024;
    const STREAM_WINDOW: u32 = 64 * 1024;
    const CONNECTION_WINDOW: u32 = 1 << 20;
    const MAX_HEADER_LIST: u32 = 32 * 1024;

    /// Reads until it is clear which protocol is spoken, with the same patience as later.
    pub(super) async fn sniff(
        mut io: Guarded,
        peer: SocketAddr,
        shared: Arc<Shared>,
        activity: Arc<Activity>,
        stage: watch::Receiver<Stage>,
    ) {
        let mut buffer = [0; PREFACE.len()];
        let mut buf = ReadBuf::new(&mut buffer);
        let mut turns = Turns::new(&io, &activity, &shared.config, false);
        let is_http2 = loop {
            let before = buf.filled().len();
            tokio::select! {
                () = turns.drive(|cx| pin!(&mut io).poll_read(cx, &mut buf)) => {}
                () = stopped(stage.clone()) => return,
            }
            // Nothing more came: the peer has gone, or has been silent for too long.
            if buf.filled().len() == before {
                return;
            }
            if !PREFACE.starts_with(buf.filled()) {
                break false;
            }
            if buf.remaining() == 0 {
                break true;
            }
        };
        io.unread(Bytes::copy_from_slice(buf.filled()), is_http2);
        if is_http2 {
            serve(io, peer, shared, activity, stage).await;
        } else {
            serve_http1(io, peer, shared, activity, stage).await;
        }
    }

    async fn serve(
        io: Guarded,
        peer: SocketAddr,
        shared: Arc<Shared>,
        activity: Arc<Activity>,
        stage: watch::Receiver<Stage>,
    ) {
        let config = Arc::clone(&shared.config);
        let mut turns = Turns::new(&io, &activity, &config, false);
        let handler = Handler::new(peer, shared, Arc::clone(&activity));
        let connection = Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .keep_alive_interval(PING)
            .keep_alive_timeout(PING)
            .max_concurrent_streams(MAX_STREAMS)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(MAX_HEADER_LIST)
            .max_send_buf_size(MAX_SEND_BUFFER)
            .serve_connection(
                TokioIo::new(io),
                service_fn(move |request| Arc::clone(&handler).answer(request)),
            );
        let mut connection = pin!(connection);
        tokio::select! {
            () = turns.drive(|cx| connection.as_mut().poll(cx)) => return,
            () = stopped(stage) => {}
            () = idle(&activity, &config) => {}
        }
        connection.as_mut().graceful_shutdown();
        turns.drive(|cx| connection.as_mut().poll(cx)).await;
    }

    /// Waits until there was no stream for too long: a moment less than the socket takes to give
    /// up, so that the peer is told properly.
    async fn idle(activity: &Activity, config: &Config) {
        loop {
            let margin = config.idle_timeout / 10;
            match activity
                .deadline(config)
                .map(|at| at.checked_sub(margin).unwrap_or(at))
            {
                Some(deadline) if deadline <= Instant::now() => return,
                Some(deadline) => sleep_until(deadline).await,
                None => sleep(config.idle_timeout / 2).await,
            }
        }
    }
}
