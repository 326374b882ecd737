//! The policy of an app, and what it makes of one request.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use falcon_core::header::{HeaderValue, ORIGIN};
use falcon_core::{HttpError, Method, Request, Response, Result, Route};

use crate::answer;
use crate::asked::{self, has};
use crate::builder::CorsBuilder;
use crate::policy::Policy;

/// A policy that is in order: who may read what across origins.
///
/// As the first middleware of an app it is at work: behind one that refuses whom it does not know,
/// preflights, which carry no credentials, would be refused. As metadata of a group, a route or a method
/// (`.with(cors)`, `.with_for(method, cors)`) it stands in place of the app's; [`Cors::off`] is none.
///
/// # Errors
///
/// - 400, code `invalid_header`, if a request has two headers `Origin`.
/// - 403, code `origin_not_allowed`, where
///   [`reject_disallowed`](crate::CorsBuilder::reject_disallowed) was called.
///
/// # Specification
///
/// The Fetch standard, "CORS protocol".
#[derive(Clone)]
pub struct Cors {
    /// `None` where there is to be no CORS.
    policy: Option<Arc<Policy>>,
    /// Whether some route may have a policy of its own, or none.
    pub(crate) has_others: bool,
    /// Tells this policy from others.
    pub(crate) id: usize,
}

impl Cors {
    /// Starts a policy that allows nothing.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::new()
    }

    /// No CORS: as metadata of a group, a route or a method. What the resource says of it stands.
    pub fn off() -> Self {
        Self::of(None)
    }

    pub(crate) fn new(policy: Policy) -> Self {
        Self::of(Some(Arc::new(policy)))
    }

    /// Until `check` has seen the routes, any of them may have a policy of its own.
    fn of(policy: Option<Arc<Policy>>) -> Self {
        static IDS: AtomicUsize = AtomicUsize::new(0);
        Self {
            policy,
            has_others: true,
            id: IDS.fetch_add(1, Relaxed),
        }
    }

    /// The policy for a request, if any: the route's, of the method that is asked for where it is a
    /// preflight.
    #[inline]
    pub(crate) fn policy_for<'a>(&'a self, req: &'a Request) -> Option<&'a Policy> {
        if !self.has_others {
            return self.policy.as_deref();
        }
        let Some(route) = req.route().or_else(|| req.peek_route()) else {
            return self.policy.as_deref();
        };
        let asked = asked::preflight_method(req).filter(|_| has(req.headers(), &ORIGIN));
        match asked.and_then(|asked| Method::from_bytes(asked.as_bytes()).ok()) {
            Some(asked) => self.policy_at(route, &asked),
            None => self.policy_at(route, req.method()),
        }
    }

    /// The policy for a method of a route.
    pub(crate) fn policy_at<'a>(&'a self, route: &'a Route, method: &Method) -> Option<&'a Policy> {
        let own = if self.has_others {
            route.meta_for::<Self>(method)
        } else {
            None
        };
        own.unwrap_or(self).policy.as_deref()
    }

    /// What is to be awaited before it is known whether the origin is allowed: a predicate's answer.
    #[cold]
    pub(crate) fn asking<'a>(&'a self, req: &'a mut Request) -> Option<BoxFuture<'a>> {
        let policy = self.policy_for(req)?;
        let origin = asked::origin(req).ok()??;
        known(policy, origin, req)
            .is_none()
            .then(|| -> BoxFuture<'a> { Box::pin(self.ask(req)) })
    }

    async fn ask(&self, req: &mut Request) {
        let (Some(policy), Ok(Some(origin))) = (self.policy_for(req), asked::origin(req)) else {
            return;
        };
        let is_allowed = policy.ask(origin, req).await;
        let by = policy.id();
        req.context_mut().insert(Decided { by, is_allowed });
    }

    /// Refuses what is not to go further, and answers a preflight.
    #[cold]
    pub(crate) fn admit(&self, req: &mut Request, resp: &mut Response) -> Result {
        let Some(origin) = asked::origin(req)? else {
            return Ok(());
        };
        let Some(policy) = self.policy_for(req) else {
            return Ok(());
        };
        let is_welcome = !policy.reject
            || known(policy, origin, req).unwrap_or(false)
            || asked::is_same_origin(req, origin);
        if !is_welcome {
            Err(HttpError::forbidden()
                .code("origin_not_allowed")
                .detail("Pages of this origin may not use this resource."))?;
        }
        // What is nowhere gets the answer of what is nowhere, which the page can read.
        let route = req.route().or_else(|| req.peek_route());
        if asked::preflight_method(req).is_some() && route.is_some() {
            resp.set_status(policy.preflight_status).complete();
            req.context_mut().insert(Answered);
        }
        Ok(())
    }

    /// Sets the headers of an answer to a request with an origin.
    #[cold]
    pub(crate) fn announce(&self, req: &Request, resp: &mut Response) {
        let Some(policy) = self.policy_for(req) else {
            return;
        };
        let origin = asked::origin(req).ok().flatten();
        let told = origin.filter(|origin| known(policy, origin, req).unwrap_or(false));
        answer::announce(policy, told, req, resp);
        if told.is_some() {
            self.announce_preflight(policy, req, resp);
        }
    }

    pub(crate) fn announce_preflight(&self, policy: &Policy, req: &Request, resp: &mut Response) {
        if req.context().get::<Answered>().is_none() {
            return;
        }
        if let Some(route) = req.route().or_else(|| req.peek_route()) {
            let is_its = |method: &Method| {
                let its = self.policy_at(route, method);
                its.is_some_and(|its| std::ptr::eq(its, policy))
            };
            answer::tell_preflight(policy, route, is_its, req, resp);
        }
    }
}

/// What is known of an origin: from the lists, or since the predicate was asked.
fn known(policy: &Policy, origin: &HeaderValue, req: &Request) -> Option<bool> {
    policy.allows(origin).or_else(|| {
        let decided = req.context().get::<Decided>();
        let decided = decided.filter(|decided| decided.by == policy.id());
        decided.map(|decided| decided.is_allowed)
    })
}

impl fmt::Debug for Cors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.policy.as_ref().map(|policy| &policy.origins);
        f.debug_struct("Cors")
            .field("origins", &origins)
            .finish_non_exhaustive()
    }
}

type BoxFuture<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Left by `process_request` where a request has an origin, so that `process_response` need not look.
pub(crate) struct CrossOrigin;

/// Left where a preflight was answered.
struct Answered;

/// What a predicate has decided, so that it is asked once.
struct Decided {
    /// The policy whose predicate it was: another one may have been put in force since.
    by: usize,
    is_allowed: bool,
}
