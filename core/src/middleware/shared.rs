//! The middleware of a group, which the group's routes share once the app is frozen.

use std::sync::{Arc, OnceLock};

use super::{Middleware, Phases};
use crate::app::AppInfo;
use crate::error::{HttpError, Result};
use crate::{Request, Response};

/// A handle to a group's middleware. It is empty until the group was checked, since until then the
/// middleware is still to be changed.
pub(crate) struct Shared<M>(Arc<OnceLock<M>>);

impl<M> Clone for Shared<M> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<M> Default for Shared<M> {
    fn default() -> Self {
        Self(Arc::new(OnceLock::new()))
    }
}

impl<M: Middleware> Shared<M> {
    pub(crate) fn ready(middleware: M) -> Self {
        Self(Arc::new(OnceLock::from(middleware)))
    }

    /// Hands the middleware to the routes that wait for it.
    pub(crate) fn publish(&self, middleware: M) {
        // A second one is dropped: a group has one middleware, published once.
        drop(self.0.set(middleware));
    }

    fn get(&self) -> Result<&M> {
        let unfrozen = || HttpError::internal_server_error().caused_by("the group was not checked");
        Ok(self.0.get().ok_or_else(unfrozen)?)
    }
}

/// Only what runs per request: `setup`, `check`, `startup` and `shutdown` are the group's to call,
/// once, however many handles there are.
impl<M: Middleware> Middleware for Shared<M> {
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.get()?.process_request(req, resp).await
    }

    async fn process_resource(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.get()?.process_resource(req, resp).await
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.get()?.process_response(req, resp).await
    }

    fn phases(&self) -> Phases {
        self.0.get().map(Middleware::phases).unwrap_or_default()
    }
}

impl<M: Middleware> Shared<M> {
    pub(crate) async fn start(&self, app: &AppInfo<'_>) -> Result {
        Middleware::startup(self.get()?, app).await
    }

    pub(crate) async fn stop(&self, app: &AppInfo<'_>) -> Result {
        Middleware::shutdown(self.get()?, app).await
    }
}
