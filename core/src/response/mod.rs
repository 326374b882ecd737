//! The response, ready to be filled in.

mod end;
mod finish;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

pub use self::end::End;
use self::end::OnEnd;
pub use self::finish::ResponseBody;
use crate::body::Body;
use crate::error::{Error, HttpError, Result};
use crate::header::ETag;

/// A response, ready to be filled in: 200, without headers and body, until something is set.
///
/// What HTTP demands of a finished response the framework sees to by itself: no body with HEAD,
/// 1xx, 204 and 304, and a right `Content-Length`.
pub struct Response {
    status: StatusCode,
    headers: HeaderMap,
    body: Body,
    complete: bool,
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
    pub(crate) fn new() -> Self {
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Body::empty(),
            complete: false,
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

    /// Sets a header, in place of all lines of that name.
    ///
    /// # Errors
    ///
    /// 500 if the name or the value is none: a value cannot hold CR, LF, NUL or another control
    /// character.
    pub fn set_header<N, V>(&mut self, name: N, value: V) -> Result<&mut Self>
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        let (name, value) = header_pair(name, value)?;
        self.headers.insert(name, value);
        Ok(self)
    }

    /// Adds a header line, beside those of the same name that are there.
    ///
    /// # Errors
    ///
    /// As [`set_header`](Self::set_header).
    pub fn append_header<N, V>(&mut self, name: N, value: V) -> Result<&mut Self>
    where
        N: TryInto<HeaderName, Error: Into<http::Error>>,
        V: TryInto<HeaderValue, Error: Into<http::Error>>,
    {
        let (name, value) = header_pair(name, value)?;
        self.headers.append(name, value);
        Ok(self)
    }

    /// Sets `ETag`.
    pub fn set_etag(&mut self, etag: &ETag) -> &mut Self {
        self.headers.insert(header::ETAG, etag.to_header());
        self
    }

    /// Adds a name to `Vary`, unless it is there already or `*` is.
    ///
    /// # Specification
    ///
    /// RFC 9110 section 12.5.5.
    pub fn add_vary(&mut self, name: &HeaderName) -> &mut Self {
        let listed = |line: &HeaderValue| {
            line.to_str().is_ok_and(|line| {
                let mut names = line.split(',').map(str::trim);
                names.any(|n| n == "*" || n.eq_ignore_ascii_case(name.as_str()))
            })
        };
        if !self.headers.get_all(header::VARY).iter().any(listed) {
            self.headers
                .append(header::VARY, HeaderValue::from(name.clone()));
        }
        self
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

fn header_pair<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue)>
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    let refuse = |error: http::Error| HttpError::internal_server_error().caused_by(error);
    let name = name.try_into().map_err(|e| refuse(e.into()))?;
    let value = value.try_into().map_err(|e| refuse(e.into()))?;
    Ok((name, value))
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
