//! Middleware: what runs around every request of an app or a group, and the extension contract.

mod boxed;
mod compose;
mod shared;

use std::future::Future;

pub use self::boxed::BoxMiddleware;
pub(crate) use self::shared::Shared;
use crate::app::{AppInfo, Noop, Setup, SetupError};
use crate::error::Result;
use crate::resource::is_overridden;
use crate::{Request, Response};

/// Something that runs around every request of an app or a group; also the contract of extensions.
///
/// All methods are provided. What a type does not implement costs nothing per request.
///
/// | when | method | what for |
/// | --- | --- | --- |
/// | once, when the app or the group is made | [`setup`](Self::setup) | add converters, error handlers, routes of its own |
/// | once, after the last route | [`check`](Self::check) | look at every route, refuse, precompute |
/// | once, before the first request | [`startup`](Self::startup) | connect, warm up |
/// | per request, before routing | [`process_request`](Self::process_request) | change or refuse the request, answer it |
/// | per request, when a route was found | [`process_resource`](Self::process_resource) | the same, knowing the route and its metadata |
/// | per request, always, in reverse order | [`process_response`](Self::process_response) | change the response, log |
/// | once, after the last request | [`shutdown`](Self::shutdown) | flush, disconnect |
///
/// Several are put together as a tuple (up to 12; nest tuples for more), as an `Option`, or, where
/// they are known only at run time, as a `Vec<BoxMiddleware>`.
///
/// # The cycle
///
/// 1. `process_request` of all, in order. 2. Routing. 3. `process_resource` of all, in order,
///    unless the framework answers OPTIONS by itself. 4. Before-hooks, responder, after-hooks.
///    5. `process_response` of all, in reverse order.
///
/// An error in 1 to 4, a panic among them, skips to the error handlers, then to 5; so does
/// [`Response::complete`], without the handlers. In 5, one that fails does not keep the others
/// from running. Whether the request succeeded stands in the response:
/// [`Response::succeeded`], [`Response::error`].
///
/// In a group, `process_request` runs after routing and after the app's own `process_resource`.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, Middleware, Request, Response, Result};
///
/// struct ServerHeader;
///
/// impl Middleware for ServerHeader {
///     async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
///         resp.set_header("server", "falcon")?;
///         Ok(())
///     }
/// }
///
/// let app = App::with(ServerHeader);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not middleware",
    label = "needs `impl Middleware for {Self} {{}}`, a tuple of middleware, or an `Option` of one",
    note = "a tuple holds up to 12; nest tuples for more: `((A, B), (C, D))`"
)]
pub trait Middleware: Send + Sync + 'static {
    /// Runs once, when the app or the group is made.
    ///
    /// # Errors
    ///
    /// An error is reported by [`App::freeze`](crate::App::freeze), together with all others.
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        let _ = app;
        Ok(())
    }

    /// Runs once, after the last route was added and before the first request.
    ///
    /// # Errors
    ///
    /// An error is reported by [`App::freeze`](crate::App::freeze), together with all others.
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let _ = app;
        Ok(())
    }

    /// Runs for every request, before routing.
    fn process_request(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        Noop
    }

    /// Runs when a route was found, before its hooks and its responder; also where the method is
    /// not allowed. It does not run for the automatic answer to OPTIONS, which reaches no
    /// resource and tells nothing but the methods: authentication need not exempt it.
    fn process_resource(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        Noop
    }

    /// Runs for every request, whatever happened before.
    fn process_response(
        &self,
        req: &mut Request,
        resp: &mut Response,
    ) -> impl Future<Output = Result> + Send {
        let _ = (req, resp);
        Noop
    }

    /// Runs once, before the server takes the first request.
    fn startup(&self, app: &AppInfo<'_>) -> impl Future<Output = Result> + Send {
        let _ = app;
        Noop
    }

    /// Runs once, after the last request was answered.
    fn shutdown(&self, app: &AppInfo<'_>) -> impl Future<Output = Result> + Send {
        let _ = app;
        Noop
    }

    /// Tells which phases are implemented; it never needs to be written, but by a type that
    /// forwards to other middleware.
    fn phases(&self) -> Phases
    where
        Self: Sized,
    {
        Phases {
            request: is_overridden(Self::process_request),
            resource: is_overridden(Self::process_resource),
            response: is_overridden(Self::process_response),
        }
    }
}

/// Which of its per-request phases a middleware implements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Phases {
    /// `process_request`.
    pub request: bool,
    /// `process_resource`.
    pub resource: bool,
    /// `process_response`.
    pub response: bool,
}

impl Phases {
    /// Returns the phases that are in either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            request: self.request || other.request,
            resource: self.resource || other.resource,
            response: self.response || other.response,
        }
    }
}
