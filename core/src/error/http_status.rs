//! A status that ends the request early and is no error.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use super::HttpError;
use crate::uri;

/// A ready answer that is returned like an error: a redirect, a 204, a 202 with a text.
///
/// It ends the request where it is returned; no problem document is made of it. Middleware sees
/// the response as succeeded.
///
/// # Examples
///
/// ```
/// use falcon_core::{HttpStatus, Request, Resource, Response, Result};
///
/// struct Old;
///
/// impl Resource for Old {
///     async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
///         Err(HttpStatus::moved_permanently("/new"))
///     }
/// }
/// ```
///
/// # Specification
///
/// RFC 9110 section 15.4 (redirection). Falcon: `HTTPStatus`, `HTTPMovedPermanently`, …
#[derive(Clone)]
pub struct HttpStatus {
    status: StatusCode,
    headers: HeaderMap,
    text: Bytes,
}

impl HttpStatus {
    /// Makes an answer of any status, without body.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            text: Bytes::new(),
        }
    }

    /// Sets the body, sent as `text/plain; charset=utf-8` unless a header says otherwise.
    #[must_use]
    pub fn text(mut self, text: impl Into<Bytes>) -> Self {
        self.text = text.into();
        self
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }

    /// 301: the resource has a new URL for good; a client may turn POST into GET.
    ///
    /// In this and the other redirects, what may not stand in a URL is percent-encoded.
    pub fn moved_permanently(location: &str) -> super::Error {
        Self::redirect(StatusCode::MOVED_PERMANENTLY, location)
    }

    /// 302: the resource is elsewhere for now; a client may turn POST into GET.
    pub fn found(location: &str) -> super::Error {
        Self::redirect(StatusCode::FOUND, location)
    }

    /// 303: the answer is at another URL, to be fetched with GET.
    pub fn see_other(location: &str) -> super::Error {
        Self::redirect(StatusCode::SEE_OTHER, location)
    }

    /// 307: as 302, with the same method.
    pub fn temporary_redirect(location: &str) -> super::Error {
        Self::redirect(StatusCode::TEMPORARY_REDIRECT, location)
    }

    /// 308: as 301, with the same method.
    pub fn permanent_redirect(location: &str) -> super::Error {
        Self::redirect(StatusCode::PERMANENT_REDIRECT, location)
    }

    /// A redirect to a path of this server alone, for a target that comes from the client.
    ///
    /// A path that would lead elsewhere, or could be taken so, gives a 500: what does not begin
    /// with one slash (`https://evil`, `//evil`), and what holds a backslash or a control
    /// character (`/\evil`), which browsers take for a slash or leave out.
    pub fn redirect_local(status: StatusCode, path: &str) -> super::Error {
        let is_local = path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains(|c: char| c == '\\' || c.is_control());
        if is_local {
            return Self::redirect(status, path);
        }
        let why = format!("{path:?} is no path of this server");
        HttpError::internal_server_error().caused_by(why).into()
    }

    fn redirect(status: StatusCode, location: &str) -> super::Error {
        match HeaderValue::from_str(&uri::encode(location)) {
            Ok(location) => Self::new(status).header(header::LOCATION, location).into(),
            Err(error) => HttpError::internal_server_error().caused_by(error).into(),
        }
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    pub(crate) fn headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    pub(crate) fn body(&self) -> Bytes {
        self.text.clone()
    }
}

impl fmt::Display for HttpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.status)
    }
}

impl fmt::Debug for HttpStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpStatus")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl StdError for HttpStatus {}
