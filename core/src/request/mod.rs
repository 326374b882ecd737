//! The request as responders, hooks and middleware see it.

mod body;
mod content;
mod context;
mod expected;
mod fields;
mod headers;
mod params;
mod peer;
mod query;
mod target;

use std::sync::{Arc, Mutex};

use http::request::Parts;
use http::{Extensions, HeaderMap, Method, Uri, Version};

pub use self::body::BodyLimit;
pub use self::context::Context;
pub(crate) use self::params::Params;
pub use self::peer::{ClientCertificate, PeerAddr, TrustedProxies};
pub use self::query::Query;
pub(crate) use self::query::QueryOptions;
pub use self::target::RootPath;
use crate::Route;
use crate::app::Frozen;
use crate::body::Body;
use crate::error::Result;
use crate::routing::Answer;

/// A request: what the server read, what routing found, and what middleware adds.
///
/// Responders, hooks and middleware all get the same one. It is `Send` and `Sync`; the body is
/// taken by `&self`, so that a borrowed path or parameter lives on while the body is read.
pub struct Request {
    parts: Parts,
    body: Mutex<Option<Body>>,
    context: Context,
    app: Arc<Frozen>,
    matched: Option<Matched>,
    peer: Option<PeerAddr>,
    /// Whether a write without a condition is to be refused.
    pub(crate) demands_condition: bool,
}

/// What routing found for this request.
struct Matched {
    route: usize,
    answer: Answer,
    params: Params,
}

impl Request {
    pub(crate) fn new(parts: Parts, body: Body, app: Arc<Frozen>, peer: Option<PeerAddr>) -> Self {
        let (body, context) = (Mutex::new(Some(body)), Context::default());
        Self {
            parts,
            body,
            context,
            app,
            matched: None,
            peer,
            demands_condition: false,
        }
    }

    pub(crate) fn app(&self) -> &Arc<Frozen> {
        &self.app
    }

    pub(crate) fn parts(&self) -> &Parts {
        &self.parts
    }

    pub(crate) fn set_match(&mut self, route: usize, answer: Answer, params: Params) {
        self.matched = Some(Matched {
            route,
            answer,
            params,
        });
    }

    pub(crate) fn answer(&self) -> Answer {
        self.matched
            .as_ref()
            .map_or(Answer::NotAllowed, |matched| matched.answer)
    }

    pub(crate) fn head_is_answered_by_get(&self) -> bool {
        self.app.options().head_by_get
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// Returns the path as it came: not decoded, without the query.
    pub fn path(&self) -> &str {
        self.parts.uri.path()
    }

    /// Returns the query as it came, without the question mark; empty if there is none.
    pub fn query_string(&self) -> &str {
        self.parts.uri.query().unwrap_or("")
    }

    /// Returns the request's target.
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// Returns the protocol's version.
    pub fn version(&self) -> Version {
        self.parts.version
    }

    /// Returns all headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// Returns all headers, to be changed by middleware.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.parts.headers
    }

    /// Returns what the server and other layers put beside the request.
    pub fn extensions(&self) -> &Extensions {
        &self.parts.extensions
    }

    /// Returns the same, to be changed.
    pub fn extensions_mut(&mut self) -> &mut Extensions {
        &mut self.parts.extensions
    }

    /// Returns the typed values that middleware keeps for this request.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Returns the same, to be changed.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.context
    }

    /// Changes the method, in `process_request` of the app, before routing: for a method override.
    ///
    /// Once the route was found, in a group too, it changes nothing: what was decided about the request,
    /// who may send it among others, was decided about this method.
    pub fn set_method(&mut self, method: Method) {
        if self.matched.is_none() {
            self.parts.method = method;
        }
    }

    /// Changes the target, in `process_request` of the app, before routing: for a rewritten path.
    ///
    /// Once the route was found it changes nothing, as with [`set_method`](Self::set_method).
    pub fn set_uri(&mut self, uri: Uri) {
        if self.matched.is_none() {
            self.parts.uri = uri;
        }
    }

    /// Returns the route that was found; `None` before routing and where none was.
    pub fn route(&self) -> Option<&Route> {
        self.app.route(self.matched.as_ref()?.route)
    }

    /// Returns the route that the request would take as it now stands, without taking it. `None`, too,
    /// where a converter panics.
    ///
    /// For `process_request`: CORS answers a preflight there, before authentication and before
    /// the resource is reached.
    pub fn peek_route(&self) -> Option<&Route> {
        self.app.peek(self.path())
    }

    /// Returns the metadata of type `T` that applies to this request: the method's, then the
    /// route's, then the group's, then the app's. HEAD that is answered by GET reads GET's.
    ///
    /// Before routing and where no route was found, it is the app's.
    pub fn meta<T: Send + Sync + 'static>(&self) -> Option<&T> {
        match self.route() {
            Some(route) => route.meta_for(self.method()),
            None => self.app.meta().get(),
        }
    }

    /// Returns the query's parameters.
    ///
    /// # Errors
    ///
    /// - 400, code `invalid_query`, if there are more than 1,000 parameters, or one of them is
    ///   not UTF-8 once it is decoded.
    pub fn query(&self) -> Result<Query<'_>> {
        Query::checked(self.query_string(), self.app.options().query)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Request")
            .field("method", self.method())
            .field("path", &self.path())
            .field("route", &self.route().map(Route::template))
            .finish_non_exhaustive()
    }
}
