//! The request as responders, hooks and middleware see it.

mod context;
mod params;
mod query;

use std::borrow::Cow;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Method, Uri, Version, header};

pub use self::context::Context;
pub(crate) use self::params::Params;
pub use self::query::Query;
use crate::Route;
use crate::app::Frozen;
use crate::body::Body;
use crate::error::{Error, HttpError, Result};
use crate::header::{Accept, ETags};
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
}

/// What routing found for this request.
struct Matched {
    route: usize,
    answer: Answer,
    params: Params,
}

/// The address of the peer of a connection, where another layer knows it: put it into the
/// request's extensions. A server of ours uses [`AppService::with_peer`](crate::AppService::with_peer).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddr(SocketAddr);

impl PeerAddr {
    /// Takes the address as the socket reports it.
    pub fn new(addr: SocketAddr) -> Self {
        Self(addr)
    }

    /// Returns the address.
    pub fn get(self) -> SocketAddr {
        self.0
    }
}

/// As route metadata: how many bytes of body the route reads, in place of the app's limit.
///
/// ```
/// use falcon_core::{App, BodyLimit, Request, Resource, Response, Result};
///
/// struct Upload;
///
/// impl Resource for Upload {
///     async fn on_put(&self, req: &mut Request, _resp: &mut Response) -> Result {
///         let bytes = req.read_body().await?;
///         println!("{} bytes", bytes.len());
///         Ok(())
///     }
/// }
///
/// let mut app = App::new();
/// app.add_route("/upload", Upload).with(BodyLimit::bytes(64 << 20));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BodyLimit(u64);

impl BodyLimit {
    /// **Units:** bytes, inclusive.
    pub fn bytes(most: u64) -> Self {
        Self(most)
    }
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

    /// What is left of the path below a mount's or a sink's prefix, as it came: the capture after
    /// the prefix's own fields.
    pub(crate) fn rest(&self) -> &str {
        let Some(matched) = &self.matched else {
            return "";
        };
        let fields = self.route().map_or(0, |route| route.fields().len());
        matched.params.raw(self.path(), fields).unwrap_or("")
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

    /// Returns a header's value as text: the first one, if there are several.
    ///
    /// `None` if the header is not there, or holds anything but visible ASCII, space and tab.
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Returns the value of a header that must be there.
    ///
    /// # Errors
    ///
    /// - 400, code `missing_header`, if it is not there.
    /// - 400, code `invalid_header`, if it holds anything but visible ASCII, space and tab.
    pub fn required_header(&self, name: &HeaderName) -> Result<&str> {
        let value = self
            .parts
            .headers
            .get(name)
            .ok_or_else(|| HttpError::missing_header(name))?;
        Ok(value.to_str().or(Err(HttpError::invalid_header(
            name,
            "it is not visible ASCII",
        )))?)
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

    /// Returns the address of the peer of the connection, if the server told it.
    ///
    /// Behind a proxy this is the proxy's address.
    pub fn peer_addr(&self) -> Option<SocketAddr> {
        let told = || self.parts.extensions.get::<PeerAddr>().copied();
        self.peer.or_else(told).map(PeerAddr::get)
    }

    /// Changes the method, in `process_request`, before routing: for a method override.
    pub fn set_method(&mut self, method: Method) {
        self.parts.method = method;
    }

    /// Changes the target, in `process_request`, before routing: for a rewritten path.
    pub fn set_uri(&mut self, uri: Uri) {
        self.parts.uri = uri;
    }

    /// Returns the route that was found; `None` before routing and where none was.
    pub fn route(&self) -> Option<&Route> {
        self.app.route(self.matched.as_ref()?.route)
    }

    /// Returns the route that the request would take as it now stands, without taking it.
    ///
    /// For `process_request`: CORS answers a preflight there, before authentication and before
    /// the resource is reached.
    pub fn peek_route(&self) -> Option<&Route> {
        self.app.peek(self.path())
    }

    /// Returns the metadata of type `T` that applies to this request: the method's, then the
    /// route's, then the group's. HEAD that is answered by GET reads GET's.
    ///
    /// `None` before routing and where no route was found.
    pub fn meta<T: Send + Sync + 'static>(&self) -> Option<&T> {
        self.route()?.meta_for(self.method())
    }

    /// Returns a field of the route's template, decoded; `None` if the template has no such field.
    ///
    /// # Examples
    ///
    /// With the template `/users/{name}`, `/users/caf%C3%A9` gives `café` for `name`.
    pub fn param(&self, name: &str) -> Option<&str> {
        let matched = self.matched.as_ref()?;
        let field = self.app.route(matched.route)?.field_index(name)?;
        matched.params.get(self.path(), field)
    }

    /// Returns a field of the route's template as a `T`.
    ///
    /// # Errors
    ///
    /// - 404 if the text is no `T`: there is no such thing at this URL.
    /// - 500 if the template has no such field.
    pub fn param_as<T: FromStr>(&self, name: &str) -> Result<T> {
        let text = self.param(name).ok_or_else(|| self.no_such_field(name))?;
        text.parse()
            .or(Err(Error::from_status(http::StatusCode::NOT_FOUND)))
    }

    /// Returns the value that a field's converter makes of it: an `i64` for `{id:int}`, or
    /// whatever your own converter makes.
    ///
    /// # Errors
    ///
    /// 500 if the template has no such field, or its converter makes another type.
    pub fn param_value<T: Send + Sync + 'static>(&self, name: &str) -> Result<T> {
        let text = self.param(name).ok_or_else(|| self.no_such_field(name))?;
        let converter = self.route().and_then(|route| route.converter(name));
        let value = converter.and_then(|converter| converter.value::<T>(text));
        Ok(value.ok_or_else(|| {
            let wanted = std::any::type_name::<T>();
            let why = format!("the converter of the field `{name}` does not make a {wanted}");
            HttpError::internal_server_error().caused_by(why)
        })?)
    }

    fn no_such_field(&self, name: &str) -> HttpError {
        let template = self.route().map_or("(no route)", Route::template);
        let why = format!("the template {template} has no field `{name}`");
        HttpError::internal_server_error().caused_by(why)
    }

    /// Returns the query's parameters.
    ///
    /// # Errors
    ///
    /// - 400, code `invalid_query`, if there are more than 1,000 parameters, or one of them is
    ///   not UTF-8 once it is decoded.
    pub fn query(&self) -> Result<Query<'_>> {
        Query::parse(self.query_string())
    }

    /// Returns the `Content-Type`, if it is there and visible ASCII.
    pub fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE)
    }

    /// Returns the `Content-Length`, or the body's length where the server knows it otherwise.
    pub fn content_length(&self) -> Option<u64> {
        match self.header(header::CONTENT_LENGTH) {
            Some(length) => length.parse().ok(),
            None => self.lock_body().as_ref().and_then(Body::exact_len),
        }
    }

    /// Returns `Accept`, all its lines together; `None` if it is not there, which means that
    /// everything is accepted.
    pub fn accept(&self) -> Option<Accept<'_>> {
        self.joined(&header::ACCEPT).map(Accept::new)
    }

    /// Returns `If-Match`.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if it is neither `*` nor a list of quoted tags.
    pub fn if_match(&self) -> Result<Option<ETags>> {
        self.etags(&header::IF_MATCH)
    }

    /// Returns `If-None-Match`.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if it is neither `*` nor a list of quoted tags.
    pub fn if_none_match(&self) -> Result<Option<ETags>> {
        self.etags(&header::IF_NONE_MATCH)
    }

    fn etags(&self, name: &HeaderName) -> Result<Option<ETags>> {
        if !self.parts.headers.contains_key(name) {
            return Ok(None);
        }
        let tags = self.joined(name).and_then(|value| ETags::parse(&value));
        let error =
            || HttpError::invalid_header(name, "it must be * or a list of quoted entity tags");
        Ok(Some(tags.ok_or_else(error)?))
    }

    /// All lines of a list header as one; lines that are no text are left out.
    fn joined(&self, name: &HeaderName) -> Option<Cow<'_, str>> {
        let mut lines = self
            .parts
            .headers
            .get_all(name)
            .iter()
            .filter_map(|line| line.to_str().ok());
        let first = lines.next()?;
        Some(lines.fold(Cow::Borrowed(first), |all, line| {
            Cow::Owned(format!("{all}, {line}"))
        }))
    }

    /// Returns how many bytes of body the request may have: the route's [`BodyLimit`], or the
    /// app's (1 MiB unless set).
    pub fn max_body_bytes(&self) -> u64 {
        self.meta::<BodyLimit>()
            .map_or_else(|| self.app.options().max_body_bytes, |limit| limit.0)
    }

    /// Reads the body to its end.
    ///
    /// # Errors
    ///
    /// - 413, code `content_too_large`, if it is longer than [`max_body_bytes`](Self::max_body_bytes),
    ///   at once where `Content-Length` tells, else as soon as it is.
    /// - 400, code `body_incomplete`, if the client went away or broke the framing.
    /// - 500 if the body was taken already.
    pub async fn read_body(&self) -> Result<Bytes> {
        self.take_raw()?.read(self.max_body_bytes()).await
    }

    /// Takes the body, to be read as it comes. It fails with 413 past the limit.
    ///
    /// # Errors
    ///
    /// 500 if the body was taken already.
    pub fn take_body(&self) -> Result<Body> {
        Ok(self.take_raw()?.limited(self.max_body_bytes()))
    }

    fn take_raw(&self) -> Result<Body> {
        let body = self.lock_body().take();
        Ok(body.ok_or_else(|| {
            HttpError::internal_server_error().caused_by("the body of the request was read already")
        })?)
    }

    /// Replaces the body by what `wrap` makes of it: decompressed, measured, copied.
    ///
    /// Nothing happens where the body was taken already.
    pub fn wrap_body(&mut self, wrap: impl FnOnce(Body) -> Body) {
        let body = self.body.get_mut().unwrap_or_else(PoisonError::into_inner);
        *body = body.take().map(wrap);
    }

    fn lock_body(&self) -> std::sync::MutexGuard<'_, Option<Body>> {
        self.body.lock().unwrap_or_else(PoisonError::into_inner)
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
