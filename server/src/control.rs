//! Starting and stopping: the thread that the workers answer to.

use std::future::pending;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::mpsc as std_mpsc;
use std::thread::{self, JoinHandle};

use falcon_core::AppService;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::config::Config;
use crate::handler::Shared;
use crate::signal::Signals;
use crate::{Error, worker};

/// How far a server is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Serve,
    /// Finish what is in flight.
    Drain,
    /// Cut off what is left.
    Abort,
}

/// A server that serves on threads of its own. Dropping it stops it, without waiting.
#[derive(Debug)]
pub struct Running {
    local_addr: SocketAddr,
    stage: Arc<watch::Sender<Stage>>,
    control: Option<JoinHandle<Result<(), Error>>>,
}

impl Running {
    /// Returns the address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Tells the server to stop: no further connection, requests in flight are finished. It does
    /// not wait.
    pub fn stop(&self) {
        self.stage.send_if_modified(|stage| {
            let serving = *stage == Stage::Serve;
            if serving {
                *stage = Stage::Drain;
            }
            serving
        });
    }

    /// Waits until the server has stopped, and blocks this thread.
    ///
    /// # Errors
    ///
    /// As [`serve`](crate::serve).
    pub fn wait(mut self) -> Result<(), Error> {
        join(self.control.take())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop();
    }
}

fn join(control: Option<JoinHandle<Result<(), Error>>>) -> Result<(), Error> {
    control.map_or(Ok(()), |control| {
        control.join().unwrap_or_else(|_| Err(Error::worker()))
    })
}

type OnStop = Vec<Box<dyn FnOnce() + Send>>;

pub(crate) fn start(
    service: AppService,
    config: Config,
    on_stop: OnStop,
    listeners: Vec<TcpListener>,
    local_addr: SocketAddr,
    signals: bool,
) -> Result<Running, Error> {
    let stage = Arc::new(watch::Sender::new(Stage::Serve));
    let (ready, is_ready) = std_mpsc::channel();
    let control = Control {
        shared: Arc::new(Shared::new(service, config)),
        on_stop,
        stage: Arc::clone(&stage),
    };
    let thread = thread::Builder::new().name("falcon-control".to_owned());
    let thread = thread
        .spawn(move || control.run(listeners, signals, &ready))
        .map_err(Error::io)?;
    match is_ready.recv() {
        Ok(()) => Ok(Running {
            local_addr,
            stage,
            control: Some(thread),
        }),
        // It ended before it was ready, and tells why.
        Err(_) => Err(join(Some(thread)).err().unwrap_or_else(Error::worker)),
    }
}

struct Control {
    shared: Arc<Shared>,
    on_stop: OnStop,
    stage: Arc<watch::Sender<Stage>>,
}

impl Control {
    fn run(
        self,
        listeners: Vec<TcpListener>,
        signals: bool,
        ready: &std_mpsc::Sender<()>,
    ) -> Result<(), Error> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::io)?;
        runtime.block_on(async {
            let signals = if signals {
                Some(Signals::listen().map_err(Error::io)?)
            } else {
                None
            };
            self.shared
                .service
                .startup()
                .await
                .map_err(Error::startup)?;
            let workers = self.start_workers(listeners)?;
            // Whoever waits for it may have given up.
            let _waiting = ready.send(());
            let shared = Arc::clone(&self.shared);
            let served = self.until_stopped(workers, signals).await;
            let shut_down = shared.service.shutdown().await.map_err(Error::shutdown);
            served.and(shut_down)
        })
    }

    fn start_workers(&self, listeners: Vec<TcpListener>) -> Result<Workers, Error> {
        let (done, ended) = mpsc::unbounded_channel();
        let permits = Arc::new(Semaphore::new(self.shared.config.max_connections));
        let running = listeners.len();
        for (index, listener) in listeners.into_iter().enumerate() {
            let (shared, permits, stage) = (
                Arc::clone(&self.shared),
                Arc::clone(&permits),
                self.stage.subscribe(),
            );
            // It is sent when the thread ends, however that comes about.
            let done = Done(Some(Error::worker()), 0, done.clone());
            let thread = thread::Builder::new().name(format!("falcon-worker-{index}"));
            let work = move || done.with(worker::run(listener, &shared, &permits, stage));
            drop(thread.spawn(work).map_err(Error::io)?);
        }
        Ok(Workers {
            running,
            ended,
            cut_off: 0,
            failed: None,
        })
    }

    async fn until_stopped(
        self,
        mut workers: Workers,
        mut signals: Option<Signals>,
    ) -> Result<(), Error> {
        let mut stage = self.stage.subscribe();
        tokio::select! {
            () = next(&mut signals) => {}
            _ = stage.wait_for(|stage| *stage != Stage::Serve) => {}
            () = workers.next() => {}
        }
        for f in self.on_stop {
            f();
        }
        self.stage.send_replace(Stage::Drain);
        tokio::select! {
            () = workers.all() => {}
            () = next(&mut signals) => {}
            () = tokio::time::sleep(self.shared.config.drain_timeout) => {}
        }
        self.stage.send_replace(Stage::Abort);
        workers.all().await;
        match workers {
            Workers {
                failed: Some(error),
                ..
            } => Err(error),
            Workers { cut_off: 0, .. } => Ok(()),
            Workers { cut_off, .. } => Err(Error::cut_off(cut_off)),
        }
    }
}

async fn next(signals: &mut Option<Signals>) {
    match signals {
        Some(signals) => signals.next().await,
        None => pending().await,
    }
}

/// The worker threads, seen from here.
struct Workers {
    running: usize,
    ended: mpsc::UnboundedReceiver<(Option<Error>, usize)>,
    cut_off: usize,
    failed: Option<Error>,
}

impl Workers {
    /// Waits for one to end.
    async fn next(&mut self) {
        if let Some((failed, cut_off)) = self.ended.recv().await {
            self.running -= 1;
            self.cut_off += cut_off;
            self.failed = self.failed.take().or(failed);
        }
    }

    async fn all(&mut self) {
        while self.running > 0 {
            self.next().await;
        }
    }
}

/// Tells how a worker ended, a panic included.
struct Done(
    Option<Error>,
    usize,
    mpsc::UnboundedSender<(Option<Error>, usize)>,
);

impl Done {
    fn with(mut self, result: std::io::Result<usize>) {
        match result {
            Ok(cut_off) => (self.0, self.1) = (None, cut_off),
            Err(error) => self.0 = Some(Error::io(error)),
        }
    }
}

impl Drop for Done {
    fn drop(&mut self) {
        // Nobody listens any more once the server has given up.
        drop(self.2.send((self.0.take(), self.1)));
    }
}
