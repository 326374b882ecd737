//! What a policy says of an origin, a method and a header.

use std::future::Future;
use std::pin::Pin;

use falcon_core::header::{HeaderName, HeaderValue};
use falcon_core::{Method, Request, Route};

use crate::origin::Origin;
use crate::pattern::Pattern;

/// What no page can send (Fetch standard, "forbidden method").
pub(crate) const FORBIDDEN_METHODS: [&str; 3] = ["CONNECT", "TRACE", "TRACK"];

/// The most header names of a preflight that are looked at.
const MAX_NAMES: usize = 64;

/// Decides on origins that no list and no pattern names.
///
/// Every function of an origin and a request that returns a `bool` is one; a type that has to wait for
/// its answer implements it.
///
/// ```
/// use falcon_core::Request;
/// use falcon_cors::{AllowOrigin, Origin};
///
/// struct Tenants;
///
/// impl AllowOrigin for Tenants {
///     async fn allow_origin(&self, origin: &Origin<'_>, _req: &Request) -> bool {
///         // … ask a database, with a cache before it.
///         origin.scheme() == "https" && origin.host().ends_with(".tenant.example")
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not decide on origins",
    label = "expected `fn(&Origin<'_>, &Request) -> bool` or a type that implements `AllowOrigin`"
)]
pub trait AllowOrigin: Send + Sync + 'static {
    /// Tells whether pages of this origin may read the answer.
    ///
    /// The origin is one that a browser could have sent; `null` is never asked about.
    fn allow_origin(&self, origin: &Origin<'_>, req: &Request)
    -> impl Future<Output = bool> + Send;
}

impl<F> AllowOrigin for F
where
    F: for<'a, 'b, 'c> Fn(&'a Origin<'b>, &'c Request) -> bool + Send + Sync + 'static,
{
    async fn allow_origin(&self, origin: &Origin<'_>, req: &Request) -> bool {
        self(origin, req)
    }
}

/// The same without its type.
pub(crate) trait DynAllow: Send + Sync {
    fn allow<'a>(
        &'a self,
        origin: &'a Origin<'a>,
        req: &'a Request,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>>;
}

impl<A: AllowOrigin> DynAllow for A {
    fn allow<'a>(
        &'a self,
        origin: &'a Origin<'a>,
        req: &'a Request,
    ) -> Pin<Box<dyn Future<Output = bool> + Send + 'a>> {
        Box::pin(self.allow_origin(origin, req))
    }
}

/// Whose requests may carry credentials.
pub(crate) enum Credentials {
    Nobody,
    Everybody,
    /// These origins alone.
    Only(Vec<HeaderValue>),
}

/// A policy that is in order.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own, and none excludes another"
)]
pub(crate) struct Policy {
    pub(crate) any_origin: bool,
    /// Whether answers to two origins are the same.
    pub(crate) is_constant: bool,
    pub(crate) null_origin: bool,
    pub(crate) origins: Vec<HeaderValue>,
    pub(crate) patterns: Vec<Pattern>,
    pub(crate) predicate: Option<Box<dyn DynAllow>>,
    pub(crate) credentials: Credentials,
    /// `None` for those that the route has.
    pub(crate) methods: Option<Vec<Method>>,
    pub(crate) headers: Vec<HeaderName>,
    pub(crate) any_header: bool,
    pub(crate) headers_told: Option<HeaderValue>,
    pub(crate) exposed: Option<HeaderValue>,
    pub(crate) max_age: HeaderValue,
    pub(crate) private_network: bool,
    pub(crate) reject: bool,
    pub(crate) preflight_status: falcon_core::StatusCode,
}

impl Policy {
    /// What the lists and patterns say; `None` where the predicate is to be asked.
    pub(crate) fn allows(&self, origin: &HeaderValue) -> Option<bool> {
        if self.any_origin || self.origins.contains(origin) {
            return Some(true);
        }
        if origin == "null" {
            return Some(self.null_origin);
        }
        if self.patterns.is_empty() && self.predicate.is_none() {
            return Some(false);
        }
        let Some(parsed) = origin.to_str().ok().and_then(Origin::parse) else {
            return Some(false);
        };
        let matches = self.patterns.iter().any(|pattern| pattern.matches(&parsed));
        (matches || self.predicate.is_none()).then_some(matches)
    }

    /// What the predicate says; only asked where [`allows`](Self::allows) leaves it open.
    pub(crate) async fn ask(&self, origin: &HeaderValue, req: &Request) -> bool {
        let origin = origin.to_str().ok().and_then(Origin::parse);
        match (&self.predicate, origin) {
            (Some(predicate), Some(origin)) => predicate.allow(&origin, req).await,
            _ => false,
        }
    }

    /// Tells one policy from another.
    pub(crate) fn id(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    pub(crate) fn has_credentials(&self, origin: &HeaderValue) -> bool {
        match &self.credentials {
            Credentials::Nobody => false,
            Credentials::Everybody => true,
            Credentials::Only(origins) => origins.contains(origin),
        }
    }

    /// The methods that a preflight is told of, if the one that it asks for is among them. They
    /// compare with case, and each of them is one for which this policy counts: a browser keeps
    /// all that it is told.
    pub(crate) fn methods_told(
        &self,
        route: &Route,
        asked: &str,
        is_its: impl Fn(&Method) -> bool,
    ) -> Option<HeaderValue> {
        let asked = Method::from_bytes(asked.as_bytes()).ok()?;
        if FORBIDDEN_METHODS.contains(&asked.as_str()) || !is_its(&asked) {
            return None;
        }
        let is_there = |method: &Method| route.answers(method) || route.answers_any_method();
        if route.answers_any_method() && self.methods.is_none() {
            return HeaderValue::from_str(asked.as_str()).ok();
        }
        let methods = self.methods.as_deref().unwrap_or_else(|| route.methods());
        let told = methods.iter().filter(|m| is_there(m) && is_its(m));
        let told: Vec<&str> = told.map(Method::as_str).collect();
        if !told.contains(&asked.as_str()) {
            return None;
        }
        HeaderValue::try_from(told.join(", ")).ok()
    }

    /// Whether the headers that a preflight asks for may be sent.
    pub(crate) fn allows_headers(&self, asked: &str) -> bool {
        let mut names = asked
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        let known = |name: &str| {
            let is_listed = self
                .headers
                .iter()
                .any(|own| own.as_str().eq_ignore_ascii_case(name));
            // A wildcard does not mean this one (Fetch standard, "CORS-preflight fetch").
            is_listed || (self.any_header && !name.eq_ignore_ascii_case("authorization"))
        };
        names.by_ref().take(MAX_NAMES).all(known) && names.next().is_none()
    }
}
