//! What a server can be told, before it listens.

use std::fmt;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::time::Duration;

use falcon_core::AppService;

use crate::config::Config;
use crate::control::{self, Running};
use crate::{Error, banner, listener};

/// Serves an app until the process is told to stop (SIGTERM, SIGINT), with every limit at its
/// default.
///
/// It starts runtimes of its own and blocks this thread: call it in `main`, outside any runtime.
/// What has to be connected first belongs into a middleware's `startup`, which runs on a runtime
/// that lives as long as the server.
///
/// # Errors
///
/// - The app cannot be frozen: with all that is wrong with it.
/// - The address is none, or cannot be listened on.
/// - A `startup` or a `shutdown` failed.
/// - Connections had to be cut off at the stop.
pub fn serve<A>(app: A, addr: impl ToSocketAddrs + fmt::Debug) -> Result<(), Error>
where
    A: TryInto<AppService>,
    Error: From<A::Error>,
{
    Server::new(app)?.bind(addr)?.serve()
}

/// A server that is being told what to do.
///
/// # Examples
///
/// ```no_run
/// use std::time::Duration;
///
/// use falcon_server::Server;
///
/// # let app = falcon_core::App::new();
/// Server::new(app)?
///     .workers(4)
///     .idle_timeout(Duration::from_secs(120))
///     .bind("[::]:8000")?
///     .serve()?;
/// # Ok::<(), falcon_server::Error>(())
/// ```
#[must_use = "a server does nothing until it is bound and serves"]
pub struct Server {
    service: AppService,
    config: Config,
    on_stop: Vec<Box<dyn FnOnce() + Send>>,
}

impl Server {
    /// Starts with an [`App`](falcon_core::App), which is frozen, or an [`AppService`].
    ///
    /// # Errors
    ///
    /// The app cannot be frozen: with all that is wrong with it.
    pub fn new<A>(app: A) -> Result<Self, Error>
    where
        A: TryInto<AppService>,
        Error: From<A::Error>,
    {
        Ok(Self {
            service: app.try_into()?,
            config: Config::default(),
            on_stop: Vec::new(),
        })
    }

    /// Sets how many worker threads there are: one for each core unless set, and at least one.
    pub fn workers(mut self, workers: usize) -> Self {
        self.config.workers = workers.max(1);
        self
    }

    /// Sets how many connections are open at a time; more wait to be accepted.
    pub fn max_connections(mut self, most: usize) -> Self {
        self.config.max_connections = most.clamp(1, tokio::sync::Semaphore::MAX_PERMITS);
        self
    }

    /// Sets how long a new connection may stay silent.
    pub fn first_byte_timeout(mut self, timeout: Duration) -> Self {
        self.config.first_byte_timeout = timeout;
        self
    }

    /// Sets how long a request's head may take, from its first byte to its last. It is answered
    /// with 408 then.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.config.header_timeout = timeout;
        self
    }

    /// Sets how long a connection may stay silent between two requests.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.config.idle_timeout = timeout;
        self
    }

    /// Sets how long a client may pause inside a request's body, at once and in all; beyond that it
    /// has to send 240 bytes a second. Reading fails with 408 then.
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.config.body_timeout = timeout;
        self
    }

    /// Sets how long a client may not take up what is sent to it.
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.config.write_timeout = timeout;
        self
    }

    /// Sets how long the app may take until it has a response, without the time in which it waits
    /// for the client to send a body; `None` is for ever. For one route,
    /// [`HandlerTimeout`](crate::HandlerTimeout). It is answered with 503 then.
    pub fn handler_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.config.handler_timeout = timeout.into();
        self
    }

    /// Sets how long requests in flight may take to end when the server is told to stop.
    pub fn drain_timeout(mut self, timeout: Duration) -> Self {
        self.config.drain_timeout = timeout;
        self
    }

    /// Sets whether a connection that begins with the preface of HTTP/2 speaks it: no unless set.
    #[cfg(feature = "http2")]
    pub fn http2_prior_knowledge(mut self, on: bool) -> Self {
        self.config.http2 = on;
        self
    }

    /// Sets whether [`Bound::serve`] prints the address and the routes: yes unless set.
    pub fn banner(mut self, on: bool) -> Self {
        self.config.banner = on;
        self
    }

    /// Has a function called when the server is told to stop, before it drains: to answer requests
    /// that wait for something.
    pub fn on_stop(mut self, f: impl FnOnce() + Send + 'static) -> Self {
        self.on_stop.push(Box::new(f));
        self
    }

    /// Listens on an address. Port 0 picks a free one, which [`Bound::local_addr`] tells.
    ///
    /// # Errors
    ///
    /// The address is none, or cannot be listened on.
    pub fn bind(self, addr: impl ToSocketAddrs + fmt::Debug) -> Result<Bound, Error> {
        let listeners = listener::bind(addr, self.config.workers)?;
        let first = listeners.first().ok_or_else(Error::worker)?;
        let local_addr = first.local_addr().map_err(Error::io)?;
        Ok(Bound {
            server: self,
            listeners,
            local_addr,
        })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// A server that listens, and takes no request yet.
#[must_use = "a server answers nothing until it serves"]
#[derive(Debug)]
pub struct Bound {
    server: Server,
    listeners: Vec<TcpListener>,
    local_addr: SocketAddr,
}

impl Bound {
    /// Returns the address that is listened on.
    pub fn local_addr(&self) -> SocketAddr {
        self.local_addr
    }

    /// Serves until the process is told to stop (SIGTERM, SIGINT), and blocks this thread.
    ///
    /// # Errors
    ///
    /// As [`serve`].
    pub fn serve(self) -> Result<(), Error> {
        let Server {
            service,
            config,
            on_stop,
        } = self.server;
        let banner = config
            .banner
            .then(|| banner::text(&service, self.local_addr, &config));
        let (listeners, addr) = (self.listeners, self.local_addr);
        let running = control::start(service, config, on_stop, listeners, addr, true)?;
        // Whoever reads that it listens may send a signal at once, and has to find it ready.
        if let Some(banner) = banner {
            banner::print(&banner);
        }
        running.wait()
    }

    /// Starts to serve on threads of its own, and returns. Signals are left alone.
    ///
    /// # Errors
    ///
    /// A `startup` failed, or a thread cannot be started.
    pub fn start(self) -> Result<Running, Error> {
        let Server {
            service,
            config,
            on_stop,
        } = self.server;
        control::start(
            service,
            config,
            on_stop,
            self.listeners,
            self.local_addr,
            false,
        )
    }
}
