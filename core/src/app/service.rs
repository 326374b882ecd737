//! The frozen app as a service.

use std::convert::Infallible;
use std::fmt::Display;
use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::Method;
use tower_service::Service;

use super::cycle::GivenUp;
use super::freeze::SetupErrors;
use super::{App, BoxFuture, Frozen, cycle};
use crate::Request;
use crate::Route;
use crate::body::Body;
use crate::error::{BoxError, HttpError, Result};
use crate::middleware::Phases;
use crate::request::PeerAddr;
use crate::response::ResponseBody;
use crate::routing::Listing;

/// A frozen app: what answers requests.
///
/// It is cheap to clone, and a [`tower::Service`](Service) for requests with any body, so that it
/// runs wherever hyper or tower do. [`handle`](Self::handle) is the same without a box around the
/// future.
///
/// # Examples
///
/// In an axum application:
///
/// ```
/// # let app = falcon_core::App::new();
/// let service = app.freeze()?;
/// let router: axum::Router = axum::Router::new().nest_service("/api", service);
/// # Ok::<(), falcon_core::SetupErrors>(())
/// ```
#[derive(Clone)]
pub struct AppService(pub(super) Arc<Frozen>, Option<PeerAddr>);

impl AppService {
    pub(super) fn new(app: Frozen) -> Self {
        Self(Arc::new(app), None)
    }

    /// Answers one request.
    ///
    /// It always gives a response: what goes wrong, a panic included, becomes one.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives the request up: `process_response` does not run, but what
    /// [`Response::on_end`](crate::Response::on_end) was given does.
    pub fn handle<B>(
        &self,
        request: http::Request<B>,
    ) -> impl Future<Output = http::Response<ResponseBody>> + Send
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.respond(request, None)
    }

    /// Answers one request, unless it is given up before: for servers with a limit of time.
    ///
    /// Once `given_up` is ready, whatever runs of the request is dropped, and its error is answered
    /// as one that a responder returned: observers, error handlers and `process_response` of the
    /// app's middleware run, and are not limited. A group's middleware is dropped with the responder.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use falcon_core::{AppService, Body, HttpError, ResponseBody};
    ///
    /// async fn within_a_second(
    ///     service: &AppService,
    ///     request: http::Request<Body>,
    /// ) -> http::Response<ResponseBody> {
    ///     let too_late = async {
    ///         tokio::time::sleep(Duration::from_secs(1)).await;
    ///         HttpError::service_unavailable()
    ///     };
    ///     service.handle_unless(request, too_late).await
    /// }
    /// ```
    pub async fn handle_unless<B>(
        &self,
        request: http::Request<B>,
        given_up: impl Future<Output = HttpError> + Send,
    ) -> http::Response<ResponseBody>
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        self.respond(request, Some(pin!(given_up))).await
    }

    async fn respond<B>(
        &self,
        request: http::Request<B>,
        given_up: Option<GivenUp<'_>>,
    ) -> http::Response<ResponseBody>
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let mut req = self.request(request);
        // A method override must not make a client wait for a body that HEAD does not have.
        let is_head = *req.method() == Method::HEAD;
        let mut resp = self.0.response();
        // As one that lives no longer than the request, for all that is borrowed has one lifetime.
        let given_up = given_up.map(|given_up| -> GivenUp<'_> { given_up });
        match &self.0.cycle {
            Some(cycle) if self.0.phases != Phases::default() => {
                cycle.run(&self.0, &mut req, &mut resp, given_up).await;
            }
            _ => cycle::run(&(), &self.0, &mut req, &mut resp, given_up).await,
        }
        self.0.finish(resp, is_head)
    }

    fn request<B>(&self, request: http::Request<B>) -> Request
    where
        B: http_body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let (parts, body) = request.into_parts();
        Request::new(parts, Body::new(body), Arc::clone(&self.0), self.1)
    }

    /// Returns the service for one connection: every request tells this address as its
    /// [`peer_addr`](Request::peer_addr). For servers.
    #[must_use]
    pub fn with_peer(&self, peer: std::net::SocketAddr) -> Self {
        Self(Arc::clone(&self.0), Some(PeerAddr::new(peer)))
    }

    /// Returns all routes in the order in which they were added.
    pub fn routes(&self) -> &[Route] {
        &self.0.routes
    }

    /// Returns the routes as a table for people to read.
    pub fn listing(&self) -> Listing<'_> {
        Listing(&self.0.routes)
    }

    /// Writes the path of a named route, with its fields percent-encoded; see
    /// [`Request::url_for`].
    ///
    /// # Errors
    ///
    /// As [`Request::url_for`].
    pub fn url_for(&self, name: &str, fields: &[(&str, &dyn Display)]) -> Result<String> {
        self.0.url_for(name, fields)
    }

    /// Returns the route that a path leads to, as [`Request::peek_route`] does; for servers.
    /// `None`, too, where a converter panics.
    pub fn route_for(&self, path: &str) -> Option<&Route> {
        self.0.peek_from_outside(path)
    }

    /// Runs `startup` of all middleware, in order. A server calls it before the first request.
    ///
    /// # Errors
    ///
    /// The first one that fails; the others do not run.
    pub async fn startup(&self) -> Result {
        self.0.startup().await
    }

    /// Runs `shutdown` of all middleware, in reverse order. A server calls it after the last
    /// request.
    ///
    /// # Errors
    ///
    /// The first one that fails; the others run all the same.
    pub async fn shutdown(&self) -> Result {
        self.0.shutdown().await
    }
}

impl std::fmt::Debug for AppService {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AppService")
            .field("routes", &self.0.routes.len())
            .finish_non_exhaustive()
    }
}

impl TryFrom<App> for AppService {
    type Error = SetupErrors;

    fn try_from(app: App) -> Result<Self, SetupErrors> {
        app.freeze()
    }
}

/// The future of an [`AppService`] as a tower service.
pub struct ResponseFuture(BoxFuture<'static, http::Response<ResponseBody>>);

impl Future for ResponseFuture {
    type Output = Result<http::Response<ResponseBody>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl std::fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ResponseFuture")
    }
}

impl<B> Service<http::Request<B>> for AppService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    type Response = http::Response<ResponseBody>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<B>) -> ResponseFuture {
        let mut req = self.request(request);
        let app = Arc::clone(&self.0);
        ResponseFuture(match &self.0.cycle {
            Some(cycle) if self.0.phases != Phases::default() => cycle.serve(app, req),
            _ => Box::pin(async move {
                let is_head = *req.method() == Method::HEAD;
                let mut resp = app.response();
                cycle::run(&(), &app, &mut req, &mut resp, None).await;
                app.finish(resp, is_head)
            }),
        })
    }
}
