//! The response, ready to be filled in.

mod conditional;
mod end;
mod finish;
pub(crate) mod headers;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

pub(crate) use self::conditional::apply as apply_conditions;
pub use self::end::End;
use self::end::OnEnd;
pub use self::finish::ResponseBody;
use crate::body::Body;
use crate::error::Error;

/// A response, ready to be filled in: 200, without headers and body, until something is set.
///
/// What HTTP demands of a finished response the framework sees to by itself: no body with HEAD,
/// 1xx, 204 and 304, and a right `Content-Length`.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    complete: bool,
    secure_cookies: bool,
    error: Option<Error>,
    on_end: OnEnd,
}

/// What describes a body, or where one is, and is wrong once there is another.
const REPRESENTATION_HEADERS: [HeaderName; 13] = [
    header::ACCEPT_RANGES,
    header::CACHE_CONTROL,
    header::CONTENT_DISPOSITION,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_LENGTH,
    header::CONTENT_LOCATION,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::LOCATION,
];

impl Response {
    pub(crate) fn new(secure_cookies: bool) -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Body::empty(),
            complete: false,
            secure_cookies,
            error: None,
            on_end: OnEnd::default(),
        }
    }

    /// Returns the status: 200 unless set.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Sets the status.
    pub fn set_status(&mut self, status: StatusCode) -> &mut Self {
        self.status = status;
        self
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the headers, to be changed.
    ///
    /// Values are [`HeaderValue`]s, which cannot hold CR, LF or NUL.
    pub fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Returns the body.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// Sets the body. Its `Content-Type` is the caller's to set.
    pub fn set_body(&mut self, body: impl Into<Body>) -> &mut Self {
        self.body = body.into();
        self
    }

    /// Sets a text as the body, with `Content-Type: text/plain; charset=utf-8`.
    pub fn set_text(&mut self, text: impl Into<Bytes>) -> &mut Self {
        self.set_content(HeaderValue::from_static("text/plain; charset=utf-8"), text)
    }

    /// Sets bytes as the body, with their media type.
    pub fn set_content(&mut self, media_type: HeaderValue, bytes: impl Into<Bytes>) -> &mut Self {
        self.body = Body::full(bytes);
        self.headers.insert(header::CONTENT_TYPE, media_type);
        self
    }

    /// Replaces the body by what `wrap` makes of it: compressed, measured, signed.
    pub fn wrap_body(&mut self, wrap: impl FnOnce(Body) -> Body) -> &mut Self {
        self.body = wrap(std::mem::take(&mut self.body));
        self
    }

    /// Takes the body out, and leaves an empty one.
    pub fn take_body(&mut self) -> Body {
        std::mem::take(&mut self.body)
    }

    /// Ends the request here: no further phase, routing, hook or responder; `process_response`
    /// still runs, of all middleware.
    ///
    /// In a responder or in `process_response` it changes nothing.
    pub fn complete(&mut self) {
        self.complete = true;
    }

    /// Tells whether [`complete`](Self::complete) was called.
    pub fn is_complete(&self) -> bool {
        self.complete
    }

    /// Tells whether nothing has gone wrong so far. A redirect or another
    /// [`HttpStatus`](crate::HttpStatus) that was returned as an error has not.
    ///
    /// An error stays on record although a handler made a 200 of it. Falcon: `req_succeeded`.
    pub fn succeeded(&self) -> bool {
        self.error.is_none()
    }

    /// Returns what went wrong: the last error, if there were several.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Has a function called once: after the last byte of the body was handed on, or when the
    /// client goes away, the request is cancelled or a panic ends it.
    ///
    /// Functions run in the order in which they were added. One that panics does not keep the
    /// others from running.
    pub fn on_end(&mut self, f: impl FnOnce(&End) + Send + 'static) -> &mut Self {
        self.on_end.push(Box::new(f));
        self
    }

    pub(crate) fn fail(&mut self, error: Error) {
        if error.as_reply().is_none() {
            self.error = Some(error);
        }
    }

    /// Forgets the body and what described it; cookies, `Vary` and the like stay.
    pub(crate) fn clear_representation(&mut self) {
        self.body = Body::empty();
        if !self.headers.is_empty() {
            for name in &REPRESENTATION_HEADERS {
                self.headers.remove(name);
            }
        }
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("headers", &self.headers)
            .field("body", &self.body)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
