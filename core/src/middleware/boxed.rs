//! Middleware without its type.

use super::{Middleware, Phases};
use crate::app::{AppInfo, BoxFuture, Setup, SetupError};
use crate::error::Result;
use crate::{Request, Response};

/// Middleware without its type, for what is only known at run time: `Vec<BoxMiddleware>`.
///
/// It costs one box per request for each phase that is implemented.
///
/// # Examples
///
/// ```
/// use falcon_core::{App, BoxMiddleware, Middleware};
///
/// struct Trace;
/// impl Middleware for Trace {}
///
/// let mut middleware = Vec::new();
/// if std::env::var_os("TRACE").is_some() {
///     middleware.push(BoxMiddleware::new(Trace));
/// }
/// let app = App::with(middleware);
/// ```
pub struct BoxMiddleware {
    inner: Box<dyn DynMiddleware>,
    phases: Phases,
}

impl BoxMiddleware {
    /// Boxes a middleware.
    pub fn new(middleware: impl Middleware) -> Self {
        let phases = middleware.phases();
        Self {
            inner: Box::new(middleware),
            phases,
        }
    }
}

impl std::fmt::Debug for BoxMiddleware {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BoxMiddleware")
            .field("phases", &self.phases)
            .finish_non_exhaustive()
    }
}

trait DynMiddleware: Send + Sync {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError>;
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError>;
    fn request<'a>(&'a self, req: &'a mut Request, resp: &'a mut Response)
    -> BoxFuture<'a, Result>;
    fn resource<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result>;
    fn response<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result>;
    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result>;
}

impl<M: Middleware> DynMiddleware for M {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        Middleware::setup(self, app)
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        Middleware::check(self, app)
    }

    fn request<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        Box::pin(self.process_request(req, resp))
    }

    fn resource<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        Box::pin(self.process_resource(req, resp))
    }

    fn response<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        Box::pin(self.process_response(req, resp))
    }

    fn startup<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(Middleware::startup(self, app))
    }

    fn shutdown<'a>(&'a self, app: &'a AppInfo<'a>) -> BoxFuture<'a, Result> {
        Box::pin(Middleware::shutdown(self, app))
    }
}

impl Middleware for BoxMiddleware {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        self.inner.setup(app)
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        self.inner.check(app)
    }

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        if self.phases.request {
            self.inner.request(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        if self.phases.resource {
            self.inner.resource(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if self.phases.response {
            self.inner.response(req, resp).await
        } else {
            Ok(())
        }
    }

    async fn startup(&self, app: &AppInfo<'_>) -> Result {
        self.inner.startup(app).await
    }

    async fn shutdown(&self, app: &AppInfo<'_>) -> Result {
        self.inner.shutdown(app).await
    }

    fn phases(&self) -> Phases {
        self.phases
    }
}
