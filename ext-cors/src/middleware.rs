//! The policy at work.

use std::fmt;
use std::sync::Arc;

use falcon_core::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderName, HeaderValue, ORIGIN,
};
use falcon_core::{
    AppInfo, HttpError, Method, Middleware, Request, Response, Result, Route, Setup, SetupError,
};

use crate::builder::CorsBuilder;
use crate::policy::Policy;

/// A policy that is in order: who may read what across origins.
///
/// As the first middleware of an app it is at work; as metadata of a group, a route or a method
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

    /// The policy for a method of a route, if any.
    fn policy_for<'a>(&'a self, route: Option<&'a Route>, method: &Method) -> Option<&'a Policy> {
        let route = route.filter(|_| self.has_others);
        let own = route.and_then(|route| route.meta_for::<Self>(method));
        own.unwrap_or(self).policy.as_deref()
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

/// What a predicate has decided, so that it is asked once.
#[derive(Debug)]
struct Decided(bool);

const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

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

    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut origins = req.headers().get_all(ORIGIN).iter();
        let Some(origin) = origins.next() else {
            return Ok(());
        };
        if origins.next().is_some() {
            let why = "A request has one Origin at most.";
            Err(HttpError::invalid_header("Origin", why))?;
        }
        let asked = asked_method(req);
        let route = req.peek_route();
        let method = asked
            .and_then(|asked| Method::from_bytes(asked.as_bytes()).ok())
            .unwrap_or_else(|| req.method().clone());
        let Some(policy) = self.policy_for(route, &method) else {
            return Ok(());
        };
        let is_allowed = policy.decide(origin, req).await;
        if !is_allowed && policy.reject {
            Err(HttpError::forbidden()
                .code("origin_not_allowed")
                .detail("Pages of this origin may not use this resource."))?;
        }
        // What is nowhere gets the answer of what is nowhere, which the page can read.
        if let (Some(asked), Some(route)) = (asked, route) {
            if is_allowed {
                answer_preflight(policy, route, asked, req, resp);
            }
            resp.set_status(policy.preflight_status).complete();
        }
        if policy.predicate.is_some() {
            req.context_mut().insert(Decided(is_allowed));
        }
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        let asked = asked_method(req);
        let route = if self.has_others {
            req.route().or_else(|| req.peek_route())
        } else {
            None
        };
        let method = asked.and_then(|asked| Method::from_bytes(asked.as_bytes()).ok());
        let method = method.as_ref().unwrap_or_else(|| req.method());
        let Some(policy) = self.policy_for(route, method) else {
            return Ok(());
        };
        if asked.is_some() {
            for name in [
                ORIGIN,
                ACCESS_CONTROL_REQUEST_METHOD,
                ACCESS_CONTROL_REQUEST_HEADERS,
            ] {
                resp.add_vary(&name);
            }
        } else if !policy.is_constant() {
            resp.add_vary(&ORIGIN);
        }
        let Some(origin) = req.headers().get(ORIGIN) else {
            return Ok(());
        };
        let decided = req
            .context()
            .get::<Decided>()
            .is_some_and(|decided| decided.0);
        if policy.allows(origin).unwrap_or(decided) {
            allow(policy, origin, resp);
        } else {
            forget(resp);
        }
        Ok(())
    }
}

/// The method that a preflight asks for; `None` of what is no preflight (Fetch standard, "CORS-preflight
/// request").
fn asked_method(req: &Request) -> Option<&str> {
    if *req.method() != Method::OPTIONS || !req.headers().contains_key(ORIGIN) {
        return None;
    }
    let asked = req.headers().get(ACCESS_CONTROL_REQUEST_METHOD)?;
    Some(asked.to_str().unwrap_or(""))
}

/// Tells a preflight what it may do, if it may do what it asks for.
fn answer_preflight(
    policy: &Policy,
    route: &Route,
    asked: &str,
    req: &Request,
    resp: &mut Response,
) {
    let Some(methods) = policy.methods_told(route, asked) else {
        return;
    };
    let mut lines = req.headers().get_all(ACCESS_CONTROL_REQUEST_HEADERS).iter();
    if !lines.all(|line| {
        line.to_str()
            .is_ok_and(|names| policy.allows_headers(names))
    }) {
        return;
    }
    let headers = resp.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(told) = &policy.headers_told {
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, told.clone());
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, policy.max_age.clone());
    let asks = req.header("access-control-request-private-network") == Some("true");
    if policy.private_network && asks {
        headers.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
}

/// Lets the page read the answer; whatever a responder has said of it, the policy counts.
fn allow(policy: &Policy, origin: &HeaderValue, resp: &mut Response) {
    let has_credentials = policy.has_credentials(origin);
    let told = if policy.any_origin && !has_credentials {
        HeaderValue::from_static("*")
    } else {
        origin.clone()
    };
    let headers = resp.headers_mut();
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, told);
    if has_credentials {
        headers.insert(
            ACCESS_CONTROL_ALLOW_CREDENTIALS,
            HeaderValue::from_static("true"),
        );
    } else {
        headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
    }
    if let Some(exposed) = &policy.exposed {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, exposed.clone());
    }
}

/// Takes away what a responder or a mounted service has said to a page that is not allowed.
fn forget(resp: &mut Response) {
    let headers = resp.headers_mut();
    for name in [
        ACCESS_CONTROL_ALLOW_ORIGIN,
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        ACCESS_CONTROL_ALLOW_HEADERS,
        ACCESS_CONTROL_ALLOW_METHODS,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        ACCESS_CONTROL_MAX_AGE,
        ALLOW_PRIVATE_NETWORK,
    ] {
        headers.remove(name);
    }
}
