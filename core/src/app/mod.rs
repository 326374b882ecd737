//! The application: what is put together, and what it becomes.

mod cycle;
mod freeze;
mod group;
mod panic;
mod registry;
mod service;
mod setup;

use std::error::Error as StdError;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::{HeaderValue, StatusCode};
use tower_service::Service;

pub(crate) use self::cycle::automatic;
pub use self::freeze::SetupErrors;
pub use self::group::Group;
pub(crate) use self::panic::{caught, caught_call};
pub(crate) use self::registry::{Frozen, Registry};
pub use self::service::{AppService, ResponseFuture};
pub use self::setup::{AppInfo, Setup, SetupError};
use crate::body::Body;
use crate::error::{BoxError, Error, ErrorHandler, ErrorSerializer, Result};
use crate::middleware::Middleware;
use crate::resource::{Endpoint, Sink};
use crate::routing::converter::{Converter, ConverterArgs};
use crate::{Hook, Mount, Request, RouteBuilder, TrustedProxies};

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The future of a middleware phase that is not implemented.
pub(crate) struct Noop;

impl Future for Noop {
    type Output = Result;

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<Result> {
        Poll::Ready(Ok(()))
    }
}

/// An application that is being put together: routes, middleware, error handlers, options.
///
/// It is one plain type, whatever middleware it has, so that a function can return it. When all is
/// said, [`freeze`](Self::freeze) makes the [`AppService`] that answers requests.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, Request, Resource, Response, Result};
///
/// struct Hello;
///
/// impl Resource for Hello {
///     async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
///         resp.set_text("Hello, world!");
///         Ok(())
///     }
/// }
///
/// fn create_app() -> App {
///     let mut app = App::new();
///     app.add_route("/", Hello);
///     app
/// }
///
/// let service = create_app().freeze()?;
/// assert_eq!(service.routes().len(), 1);
/// # Ok::<(), falcon_core::SetupErrors>(())
/// ```
#[must_use = "an app does nothing until it is frozen and served"]
pub struct App {
    registry: Registry,
}

impl App {
    /// Starts an app without middleware.
    pub fn new() -> Self {
        Self {
            registry: Registry::new(),
        }
    }

    /// Starts an app with middleware: one, a tuple of several, or any other form that
    /// [`Middleware`] takes.
    pub fn with<M: Middleware>(middleware: M) -> Self {
        let mut registry = Registry::new();
        registry.set_middleware(middleware);
        Self { registry }
    }

    /// Adds a route: what the template matches goes to the endpoint, a
    /// [`Resource`](crate::Resource) or [`Responders`](crate::Responders).
    ///
    /// The template's grammar and the rules of precedence are described in
    /// [`routing`](crate::routing).
    #[track_caller]
    pub fn add_route<E: Endpoint>(
        &mut self,
        template: &str,
        endpoint: E,
    ) -> RouteBuilder<'_, (), E> {
        self.registry.route(template, endpoint, Location::caller())
    }

    /// Attaches metadata to every route of the app; what a group or a route says of itself goes
    /// before it.
    ///
    /// [`Request::meta`] returns it where no route was found too, so that what has to be known of
    /// a whole app, such as which media types it reads, costs no request anything.
    pub fn add_metadata<T: Send + Sync + 'static>(&mut self, value: T) -> &mut Self {
        self.registry.meta.with(value);
        self
    }

    /// Starts a group of routes that share a prefix, middleware and metadata.
    ///
    /// The prefix may be empty, and may hold fields. See [`Group`].
    pub fn group<M: Middleware>(&mut self, prefix: &str, middleware: M) -> Group<'_, M> {
        Group::new(&mut self.registry, prefix, middleware)
    }

    /// Puts a tower service below a prefix: a `ServeDir`, an axum `Router`, another app's
    /// [`AppService`].
    ///
    /// It gets what begins with the prefix and matches no route, every method, with the prefix cut
    /// off the path. The app's middleware runs around it, `process_resource` too.
    #[track_caller]
    pub fn mount<S, B>(&mut self, prefix: &str, service: S) -> RouteBuilder<'_, (), Mount<S>>
    where
        S: Service<http::Request<Body>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send,
        S::Error: Into<BoxError>,
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.registry
            .fallback(prefix, Mount(service), Location::caller())
    }

    /// Puts a resource below a prefix: it gets what begins with the prefix and matches no route,
    /// with the methods that it implements. [`Request::rest`] tells what is left of the path.
    ///
    /// Falcon: `add_static_route`, for any resource.
    #[track_caller]
    pub fn add_prefix<E: Endpoint>(
        &mut self,
        prefix: &str,
        endpoint: E,
    ) -> RouteBuilder<'_, (), E> {
        self.registry.fallback(prefix, endpoint, Location::caller())
    }

    /// Adds a sink: a function that answers what begins with a prefix and matches no route, with
    /// every method. Prefixes end at a slash: `/api` takes `/api` and `/api/x`, not `/apix`.
    ///
    /// Falcon: `add_sink`, whose prefix is a regular expression.
    #[track_caller]
    pub fn add_sink<H: Hook>(&mut self, prefix: &str, sink: H) -> RouteBuilder<'_, (), Sink<H>> {
        self.registry
            .fallback(prefix, Sink(sink), Location::caller())
    }

    /// Adds a sink whose prefix is a regular expression, matched from the start of the decoded
    /// path and not to its end. Named groups become fields, which
    /// [`Request::param`](crate::Request::param) returns; `None` for a group that took no part.
    ///
    /// Of several sinks that match, the one added last answers. They go before prefixes and
    /// mounts; see [`set_patterns_first`](Self::set_patterns_first). The expression knows no
    /// Unicode classes: `\d` is `[0-9]`.
    ///
    /// Falcon: `add_sink`.
    #[cfg(feature = "regex")]
    #[track_caller]
    pub fn add_sink_matching<H: Hook>(
        &mut self,
        pattern: &str,
        sink: H,
    ) -> RouteBuilder<'_, (), Sink<H>> {
        self.registry
            .pattern(pattern, Sink(sink), Location::caller())
    }

    /// Sets whether sinks with regular expressions go before mounts and sinks with prefixes: yes
    /// unless set. Falcon: `sink_before_static_route`.
    #[cfg(feature = "regex")]
    pub fn set_patterns_first(&mut self, on: bool) -> &mut Self {
        self.registry.table.patterns_first = on;
        self
    }

    /// Adds a converter that takes no arguments, for `{field:name}` in templates.
    pub fn add_converter<C: Converter>(&mut self, name: &str, converter: C) -> &mut Self {
        self.setup().add_converter(name, converter);
        self
    }

    /// Adds a converter that is made for each field from its arguments: `{field:name(1, max=5)}`.
    ///
    /// The sentence in an `Err` becomes part of the registration error.
    pub fn add_converter_with<C: Converter>(
        &mut self,
        name: &str,
        make: impl Fn(&mut ConverterArgs) -> Result<C, String> + Send + Sync + 'static,
    ) -> &mut Self {
        self.setup().add_converter_with(name, make);
        self
    }

    /// Has errors of type `E` handled by an async function; see [`ErrorHandler`].
    ///
    /// The last one added for a type counts. One for [`HttpError`](crate::HttpError) also gets the
    /// framework's own rejections (404, 405, 413, …).
    pub fn add_error_handler<E>(&mut self, handler: impl for<'a> ErrorHandler<'a, E>) -> &mut Self
    where
        E: StdError + Send + Sync + 'static,
    {
        self.setup().add_error_handler(handler);
        self
    }

    /// Has an async function handle every error that has no handler of its own, the framework's own
    /// rejections included: an `async fn(&Error, &mut Request, &mut Response) -> Result`.
    ///
    /// ```
    /// use falcon_core::{App, Error, Request, Response, Result};
    ///
    /// async fn tell(error: &Error, _req: &mut Request, resp: &mut Response) -> Result {
    ///     resp.set_text(format!("{}: sorry", error.status().as_u16()));
    ///     Ok(())
    /// }
    ///
    /// let mut app = App::new();
    /// app.set_default_error_handler(tell);
    /// ```
    ///
    /// Falcon: a handler for `Exception`.
    pub fn set_default_error_handler(
        &mut self,
        handler: impl for<'a> ErrorHandler<'a, Error>,
    ) -> &mut Self {
        self.setup().set_default_error_handler(handler);
        self
    }

    /// Has a function see every error on its way to the handlers, for logs and metrics.
    pub fn add_error_observer(
        &mut self,
        observer: impl Fn(&Error, &Request) + Send + Sync + 'static,
    ) -> &mut Self {
        self.setup().add_error_observer(observer);
        self
    }

    /// Sets how an [`HttpError`](crate::HttpError) is written: [`serializers::problem`] unless set.
    ///
    /// [`serializers::problem`]: crate::serializers::problem
    pub fn set_error_serializer(&mut self, serializer: impl ErrorSerializer) -> &mut Self {
        self.setup().set_error_serializer(serializer);
        self
    }

    /// Sets how many bytes of body a request may have, inclusive: 1 MiB unless set; for one route,
    /// [`BodyLimit`](crate::BodyLimit). More is answered with 413.
    pub fn set_max_body_bytes(&mut self, most: u64) -> &mut Self {
        self.registry.options.max_body_bytes = most;
        self
    }

    /// Sets whether OPTIONS is answered with 204 and `Allow` where there is no `on_options`:
    /// yes unless set. Switched off, it is answered with 405.
    pub fn set_automatic_options(&mut self, on: bool) -> &mut Self {
        self.registry.options.answers_allow = on;
        self
    }

    /// Sets whether HEAD is answered by GET where there is no `on_head`: yes unless set. Switched
    /// off, it is answered with 405.
    pub fn set_automatic_head(&mut self, on: bool) -> &mut Self {
        self.registry.options.head_by_get = on;
        self
    }

    /// Sets the status of the automatic answer to OPTIONS: 204 unless set.
    pub fn set_options_status(&mut self, status: StatusCode) -> &mut Self {
        self.registry.options.allow_status = status;
        self
    }

    /// Sets whether one slash at the end of the path is taken off, before middleware sees it: no
    /// unless set.
    ///
    /// A template that ends in a slash is never reached then.
    pub fn set_strip_trailing_slash(&mut self, on: bool) -> &mut Self {
        self.registry.options.strip_trailing_slash = on;
        self
    }

    /// Sets the `Content-Type` of every response that has none, whatever its body: none unless
    /// set. A response that can have no content is left alone.
    pub fn set_default_media_type(&mut self, media_type: HeaderValue) -> &mut Self {
        self.registry.default_media_type = Some(media_type);
        self
    }

    /// Sets whether cookies are `Secure` unless they say otherwise: yes unless set.
    pub fn set_secure_cookies(&mut self, on: bool) -> &mut Self {
        self.registry.options.secure_cookies = on;
        self
    }

    /// Sets whether a query parameter without value counts, `a=` and `a`: yes unless set.
    pub fn set_blank_params(&mut self, on: bool) -> &mut Self {
        self.registry.options.query.keep_blank = on;
        self
    }

    /// Sets whether commas that are not encoded part the value of a query parameter into several:
    /// no unless set.
    pub fn set_comma_params(&mut self, on: bool) -> &mut Self {
        self.registry.options.query.split_commas = on;
        self
    }

    /// Sets the hosts that the app answers for, without ports; a request for another one is answered
    /// with 421. Every host, unless set.
    ///
    /// It keeps a cache or a mail from being filled with links to a host that a client made up.
    pub fn set_allowed_hosts<H>(&mut self, hosts: H) -> &mut Self
    where
        H: IntoIterator<Item: Into<String>>,
    {
        let hosts = hosts.into_iter().map(Into::into).collect();
        self.registry.allowed_hosts = Some(hosts);
        self
    }

    /// Sets which proxies are believed about the client's address, the scheme and the host: none
    /// unless set.
    pub fn set_trusted_proxies(&mut self, proxies: TrustedProxies) -> &mut Self {
        self.registry.proxies = proxies;
        self
    }

    fn setup(&mut self) -> Setup<'_> {
        Setup::new(&mut self.registry, None)
    }

    /// Checks everything and makes the service that answers requests.
    ///
    /// # Errors
    ///
    /// All that is wrong, at once: templates, routes that exclude each other, resources without
    /// responders, and what middleware refuses.
    pub fn freeze(self) -> Result<AppService, SetupErrors> {
        freeze::freeze(self.registry)
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("routes", &self.registry.pending.len())
            .finish_non_exhaustive()
    }
}
