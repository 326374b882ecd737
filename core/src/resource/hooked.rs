//! Endpoints with something around them: hooks, a group's middleware.

use std::pin::pin;

use http::Method;

use super::{Endpoint, Methods, Sealed};
use crate::Metadata;
use crate::app::{automatic, caught};
use crate::error::{Result, settle};
use crate::middleware::{Middleware, Shared};
use crate::response::apply_conditions;
use crate::routing::Answer;
use crate::{Hook, Request, Response};

/// An endpoint with a hook before it.
pub(crate) struct Before<H, E>(pub(crate) H, pub(crate) E);

/// An endpoint with a hook after it.
pub(crate) struct After<H, E>(pub(crate) H, pub(crate) E);

/// A hook for one method.
pub(crate) struct Only<H>(pub(crate) Method, pub(crate) H);

/// An endpoint with the middleware of its group around it.
pub(crate) struct Grouped<M, E>(pub(crate) Shared<M>, pub(crate) E);

macro_rules! forward {
    ($wrapper:ident<$first:ident, $second:ident>) => {
        fn methods(&self) -> Methods {
            self.1.methods()
        }

        fn describe_to(&self, meta: &mut Metadata) {
            self.1.describe_to(meta);
        }

        fn type_name(&self) -> &'static str {
            self.1.type_name()
        }

        fn tells_state(&self) -> bool {
            self.1.tells_state()
        }
    };
}

impl<H, E> Sealed for Before<H, E> {}

impl<H: Hook, E: Endpoint> Endpoint for Before<H, E> {
    forward!(Before<H, E>);

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.0.run(req, resp).await?;
        if resp.is_complete() {
            Ok(())
        } else {
            self.1.call(req, resp).await
        }
    }
}

impl<H, E> Sealed for After<H, E> {}

impl<H: Hook, E: Endpoint> Endpoint for After<H, E> {
    forward!(After<H, E>);

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.1.call(req, resp).await?;
        self.0.run(req, resp).await
    }
}

impl<H: Hook> Hook for Only<H> {
    async fn run(&self, req: &mut Request, resp: &mut Response) -> Result {
        // HEAD is GET without the body, whoever answers it.
        let is_head_of_get = *req.method() == Method::HEAD && self.0 == Method::GET;
        if self.0 == *req.method() || is_head_of_get {
            self.1.run(req, resp).await
        } else {
            Ok(())
        }
    }
}

impl<M, E> Sealed for Grouped<M, E> {}

impl<M: Middleware, E: Endpoint> Endpoint for Grouped<M, E> {
    forward!(Grouped<M, E>);

    /// The same order as the app's own cycle has, with the endpoint in the place of routing.
    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        let middleware = &self.0;
        let mut result = caught(pin!(async { middleware.process_request(req, resp).await })).await;
        if result.is_ok() && !resp.is_complete() {
            result = caught(pin!(async { inner(middleware, &self.1, req, resp).await })).await;
        }
        // So that this middleware, too, sees the 304 that the client will get.
        let result = result.and_then(|()| apply_conditions(req, resp));
        if let Err(error) = result {
            settle(error, req, resp).await;
        }
        middleware.process_response(req, resp).await
    }
}

async fn inner<M: Middleware, E: Endpoint>(
    middleware: &M,
    endpoint: &E,
    req: &mut Request,
    resp: &mut Response,
) -> Result {
    if req.answer() != Answer::Options {
        middleware.process_resource(req, resp).await?;
        if resp.is_complete() {
            return Ok(());
        }
    }
    match req.answer() {
        Answer::Responder => endpoint.call(req, resp).await,
        other => automatic(other, req, resp),
    }
}
