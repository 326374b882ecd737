//! What a route leads to, and its form without type parameters.

use std::future::Future;

use http::Method;

use super::{Resource, decide, dispatch, implemented, refuse_undecided, tell, tells_validators};
use crate::Metadata;
use crate::app::BoxFuture;
use crate::error::Result;
use crate::{Request, Response};

#[expect(
    unnameable_types,
    reason = "the seal: it is public so that Endpoint may name it, and cannot be reached"
)]
pub trait Sealed {}

/// What a route leads to: every [`Resource`], [`Responders`](super::Responders), a mounted
/// service, a sink. Sealed: implement [`Resource`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a resource",
    label = "needs `impl Resource for {Self}` with at least one responder such as `async fn on_get`",
    note = "a bare async function is added with `Responders::of(state).on_get(function)`"
)]
pub trait Endpoint: Sealed + Send + Sync + 'static {
    #[doc(hidden)]
    fn methods(&self) -> Methods;

    #[doc(hidden)]
    fn describe_to(&self, meta: &mut Metadata) {
        let _ = meta;
    }

    /// The type that the route listing shows.
    #[doc(hidden)]
    fn type_name(&self) -> &'static str {
        std::any::type_name::<Self>()
    }

    /// Whether it tells its validators before its responder runs.
    #[doc(hidden)]
    fn tells_state(&self) -> bool {
        false
    }

    #[doc(hidden)]
    fn call(&self, req: &mut Request, resp: &mut Response) -> impl Future<Output = Result> + Send;

    /// The same in a box; an endpoint that has its future in a box already hands that on.
    #[doc(hidden)]
    fn call_boxed<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        Box::pin(self.call(req, resp))
    }
}

/// The methods that an endpoint answers.
#[derive(Clone, Debug, Default)]
#[expect(
    unnameable_types,
    reason = "only the sealed Endpoint's hidden methods name it"
)]
pub struct Methods {
    pub(crate) list: Vec<Method>,
    /// Every method that is not in the list, OPTIONS excepted.
    pub(crate) others: bool,
    /// OPTIONS is among the others.
    pub(crate) options_too: bool,
}

impl Methods {
    pub(crate) fn add(&mut self, method: Method) {
        if !self.list.contains(&method) {
            self.list.push(method);
        }
    }

    pub(crate) fn set_others(&mut self, others: bool) {
        self.others = others;
    }

    /// Every method there is: a sink's, a mount's.
    pub(crate) fn all() -> Self {
        Self {
            list: Vec::new(),
            others: true,
            options_too: true,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty() && !self.others
    }
}

impl<R: Resource> Sealed for R {}

impl<R: Resource> Endpoint for R {
    fn methods(&self) -> Methods {
        implemented::<R>()
    }

    fn describe_to(&self, meta: &mut Metadata) {
        self.describe(meta);
    }

    fn tells_state(&self) -> bool {
        tells_validators(R::validators)
    }

    async fn call(&self, req: &mut Request, resp: &mut Response) -> Result {
        if !tells_validators(R::validators) {
            refuse_undecided(req)?;
            return dispatch(self, req, resp).await;
        }
        // In a box, so that the future of a resource without validators stays small.
        Box::pin(async move {
            let now = decide(req, self.validators(req)).await?;
            dispatch(self, req, resp).await?;
            tell(now, resp);
            Ok(())
        })
        .await
    }
}

/// An endpoint without type parameters: one virtual call, one boxed future.
pub(crate) trait DynEndpoint: Send + Sync {
    fn call_dyn<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result>;
}

impl<E: Endpoint> DynEndpoint for E {
    fn call_dyn<'a>(
        &'a self,
        req: &'a mut Request,
        resp: &'a mut Response,
    ) -> BoxFuture<'a, Result> {
        self.call_boxed(req, resp)
    }
}
