//! The policy at work.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use falcon_core::header::{HeaderValue, ORIGIN};
use falcon_core::{
    AppInfo, HttpError, Method, Middleware, Request, Response, Result, Route, Setup, SetupError,
};

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
    /// Whether some route has a policy of its own, or none.
    has_others: bool,
}

impl Cors {
    /// Starts a policy that allows nothing.
    pub fn builder() -> CorsBuilder {
        CorsBuilder::new()
    }

    /// No CORS: as metadata of a group, a route or a method. What the resource says of it stands.
    pub fn off() -> Self {
        Self {
            policy: None,
            has_others: false,
        }
    }

    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            policy: Some(Arc::new(policy)),
            has_others: false,
        }
    }

    /// The policy for a request, if any.
    #[inline]
    fn policy_for<'a>(&'a self, req: &'a Request) -> Option<&'a Policy> {
        let own = if self.has_others {
            policy_of_route(req)
        } else {
            None
        };
        own.unwrap_or(self).policy.as_deref()
    }

    /// What comes of a request with an origin before it is routed.
    #[cold]
    fn judge<'a>(&'a self, req: &'a mut Request, resp: &'a mut Response) -> Judged<'a> {
        req.context_mut().insert(CrossOrigin);
        let origin = match asked::origin(req) {
            Ok(Some(origin)) => origin,
            Ok(None) => return Judged::Now(Ok(())),
            Err(error) => return Judged::Now(Err(error)),
        };
        let Some(policy) = self.policy_for(req) else {
            return Judged::Now(Ok(()));
        };
        let Some(is_allowed) = policy.allows(origin) else {
            return Judged::Later(Box::pin(self.ask(req, resp)));
        };
        Judged::Now(admit(policy, is_allowed, req, resp))
    }

    /// The same where the predicate is to be asked.
    async fn ask(&self, req: &mut Request, resp: &mut Response) -> Result {
        let (Some(policy), Some(origin)) = (self.policy_for(req), asked::origin(req)?) else {
            return Ok(());
        };
        let is_allowed = policy.ask(origin, req).await;
        let verdict = admit(policy, is_allowed, req, resp);
        let by = policy.id();
        req.context_mut().insert(Decided { by, is_allowed });
        verdict
    }
}

/// What the route says, for the method that is asked for where it is a preflight.
#[cold]
fn policy_of_route(req: &Request) -> Option<&Cors> {
    let route = req.route().or_else(|| req.peek_route())?;
    let asked = asked::preflight_method(req).filter(|_| has(req.headers(), &ORIGIN));
    match asked.and_then(|asked| Method::from_bytes(asked.as_bytes()).ok()) {
        Some(asked) => route.meta_for(&asked),
        None => route.meta_for(req.method()),
    }
}

impl fmt::Debug for Cors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origins = self.policy.as_ref().map(|policy| &policy.origins);
        f.debug_struct("Cors")
            .field("origins", &origins)
            .finish_non_exhaustive()
    }
}

/// Left by `process_request` where a request has an origin, so that `process_response` need not look.
struct CrossOrigin;

/// What a predicate has decided, so that it is asked once.
struct Decided {
    /// The policy whose predicate it was: another one may have been put in force since.
    by: usize,
    is_allowed: bool,
}

/// What comes of a request: at once, or after a wait that takes no room where there is none.
enum Judged<'a> {
    Now(Result),
    Later(Pin<Box<dyn Future<Output = Result> + Send + 'a>>),
}

impl Middleware for Cors {
    fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
        if app.is_group() {
            let why = "CORS is the app's middleware, for preflights belong to no group: give the policy of a \
                       group with `.with(cors)`";
            return Err(SetupError::new(why));
        }
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let own = std::any::type_name::<Self>();
        let has_own = |route: &Route| route.metadata().any(|(_, name)| name == own);
        self.has_others = app.routes().any(has_own);
        Ok(())
    }

    // Both phases are for the most part a look, and what they look at is inlined into the app's cycle.
    #[inline]
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        if !has(req.headers(), &ORIGIN) {
            return Ok(());
        }
        match self.judge(req, resp) {
            Judged::Now(result) => result,
            Judged::Later(result) => result.await,
        }
    }

    #[inline]
    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(policy) = self.policy_for(req) {
            if is_cross_origin(req) {
                announce(policy, req, resp);
            } else if !policy.is_constant {
                resp.add_vary(&ORIGIN);
            }
        }
        Ok(())
    }
}

/// Whether there is an origin; looked for again where `process_request` may not have run, which it
/// has for what was routed.
fn is_cross_origin(req: &Request) -> bool {
    let was_seen = req.context().get::<CrossOrigin>().is_some();
    was_seen || (req.route().is_none() && has(req.headers(), &ORIGIN))
}

/// Refuses what is not to go further, and answers a preflight.
fn admit(policy: &Policy, is_allowed: bool, req: &Request, resp: &mut Response) -> Result {
    if !is_allowed && policy.reject {
        Err(HttpError::forbidden()
            .code("origin_not_allowed")
            .detail("Pages of this origin may not use this resource."))?;
    }
    // What is nowhere gets the answer of what is nowhere, which the page can read.
    if let Some((asked, route)) = asked::preflight_method(req).zip(req.peek_route()) {
        if is_allowed {
            answer::tell_preflight(policy, route, asked, req, resp);
        }
        resp.set_status(policy.preflight_status).complete();
    }
    Ok(())
}

#[cold]
/// Sets the headers of an answer to a request with an origin.
fn announce(policy: &Policy, req: &Request, resp: &mut Response) {
    if asked::preflight_method(req).is_some() {
        answer::vary_by_preflight(resp);
    } else if !policy.is_constant {
        resp.add_vary(&ORIGIN);
    }
    match asked::origin(req) {
        Ok(Some(origin)) if is_allowed(policy, origin, req) => answer::allow(policy, origin, resp),
        _ => answer::forget(resp),
    }
}

fn is_allowed(policy: &Policy, origin: &HeaderValue, req: &Request) -> bool {
    policy.allows(origin).unwrap_or_else(|| {
        let decided = req.context().get::<Decided>();
        decided.is_some_and(|decided| decided.by == policy.id() && decided.is_allowed)
    })
}
