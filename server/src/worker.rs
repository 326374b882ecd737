//! One worker: a thread, a runtime, a socket to accept from.

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::conn;
use crate::control::Stage;
use crate::handler::Shared;

/// How long to wait before accepting again when the process has no file left; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Accepts and serves until the server stops; returns how many connections were cut off.
pub(crate) fn run(
    listener: TcpListener,
    shared: &Arc<Shared>,
    permits: &Arc<Semaphore>,
    stage: watch::Receiver<Stage>,
) -> io::Result<usize> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let mut connections = JoinSet::new();
        accept(&listener, &mut connections, shared, permits, stage.clone()).await;
        // What waits in the backlog is refused at once, not when the last request is answered.
        drop(listener);
        Ok(drain(connections, stage).await)
    })
}

async fn accept(
    listener: &tokio::net::TcpListener,
    connections: &mut JoinSet<()>,
    shared: &Arc<Shared>,
    permits: &Arc<Semaphore>,
    mut stage: watch::Receiver<Stage>,
) {
    let mut pause = FIRST_PAUSE;
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stage.changed() => return,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = FIRST_PAUSE;
                // Only then: a worker that keeps a place free for whoever may come takes it from one
                // to whom somebody has come.
                let permit = tokio::select! {
                    _ = stage.changed() => return,
                    permit = Arc::clone(permits).acquire_owned() => permit,
                };
                let (shared, stage) = (Arc::clone(shared), stage.clone());
                connections.spawn(async move {
                    conn::serve(stream, peer, shared, stage).await;
                    drop(permit);
                });
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(_) => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// Whether accepting failed for one connection, rather than for all to come.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// Waits for the connections to end, or for the order to cut them off.
async fn drain(mut connections: JoinSet<()>, mut stage: watch::Receiver<Stage>) -> usize {
    loop {
        tokio::select! {
            ended = connections.join_next() => if ended.is_none() { return 0 },
            _ = stage.wait_for(|stage| *stage == Stage::Abort) => break,
        }
    }
    let left = connections.len();
    connections.shutdown().await;
    left
}
