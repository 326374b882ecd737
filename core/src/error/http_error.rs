//! An error that is meant for the client.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use super::{BoxError, Member};
use crate::header::HttpDate;
use crate::response::headers::{content_range, retry_after};

/// An error that is meant for the client: a status and what to say about it.
///
/// **Shape:** a problem in the sense of RFC 9457, with a `code` beside it. What is left out has a
/// default: the title is the status' own phrase, the code is that phrase in `snake_case`.
///
/// Nothing of [`caused_by`](Self::caused_by) is shown to the client.
///
/// # Examples
///
/// ```
/// use falcon_core::HttpError;
///
/// let error = HttpError::conflict()
///     .title("Agent exists")
///     .detail("An agent with this hostname is registered already.")
///     .code("agent_exists")
///     .member("hostname", "db1");
/// assert_eq!(error.status(), 409);
/// ```
///
/// # Specification
///
/// RFC 9457 (problem details), RFC 9110 section 15 (statuses). Falcon: `HTTPError`.
pub struct HttpError(Box<Inner>);

#[derive(Clone)]
struct Inner {
    status: StatusCode,
    type_uri: Option<Cow<'static, str>>,
    title: Option<Cow<'static, str>>,
    detail: Option<Cow<'static, str>>,
    instance: Option<Cow<'static, str>>,
    code: Option<Cow<'static, str>>,
    link: Option<(Cow<'static, str>, String)>,
    members: Vec<(Cow<'static, str>, Member)>,
    headers: HeaderMap,
    source: Option<std::sync::Arc<BoxError>>,
}

impl HttpError {
    /// Makes an error of any status.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self(Box::new(Inner {
            status,
            type_uri: None,
            title: None,
            detail: None,
            instance: None,
            code: None,
            link: None,
            members: Vec::new(),
            headers: HeaderMap::new(),
            source: None,
        }))
    }

    /// 401 with the challenge that RFC 9110 section 11.6.1 demands, such as `Bearer`.
    ///
    /// A challenge that is no header value is left out.
    #[must_use]
    pub fn unauthorized(challenge: &str) -> Self {
        let error = Self::new(StatusCode::UNAUTHORIZED);
        match HeaderValue::from_str(challenge) {
            Ok(challenge) => error.header(header::WWW_AUTHENTICATE, challenge),
            Err(_) => error,
        }
    }

    /// 405 with the methods that are allowed, as RFC 9110 section 15.5.6 demands.
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let list = allowed
            .iter()
            .map(Method::as_str)
            .collect::<Vec<_>>()
            .join(", ");
        let error = Self::new(StatusCode::METHOD_NOT_ALLOWED);
        match HeaderValue::from_str(&list) {
            Ok(list) => error.header(header::ALLOW, list),
            Err(_) => error,
        }
    }

    /// 416 with the length of what is there (RFC 9110 section 15.5.17).
    #[must_use]
    pub fn range_not_satisfiable(length: u64) -> Self {
        let range = content_range(&(0..0), Some(length));
        Self::new(StatusCode::RANGE_NOT_SATISFIABLE).header(header::CONTENT_RANGE, range)
    }

    /// 429 with `Retry-After` in seconds (RFC 6585 section 4).
    #[must_use]
    pub fn too_many_requests(retry_after_seconds: u64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS)
            .header(header::RETRY_AFTER, HeaderValue::from(retry_after_seconds))
    }

    /// 400 for a header that is there but wrong; `why` is a sentence.
    ///
    /// **Shape:** code `invalid_header`, member `header`. Falcon: `HTTPInvalidHeader`.
    #[must_use]
    pub fn invalid_header(name: impl AsRef<str>, why: impl fmt::Display) -> Self {
        let name = name.as_ref();
        Self::bad_request()
            .title("Invalid header value")
            .detail(format!(
                "The value provided for the \"{name}\" header is invalid. {why}"
            ))
            .code("invalid_header")
            .member("header", name)
    }

    /// 400 for a header that must be there.
    ///
    /// **Shape:** code `missing_header`, member `header`. Falcon: `HTTPMissingHeader`.
    #[must_use]
    pub fn missing_header(name: impl AsRef<str>) -> Self {
        let name = name.as_ref();
        Self::bad_request()
            .title("Missing header value")
            .detail(format!("The \"{name}\" header is required."))
            .code("missing_header")
            .member("header", name)
    }

    /// 400 for a query parameter that is there but wrong; `why` is a sentence.
    ///
    /// **Shape:** code `invalid_parameter`, member `parameter`. Falcon: `HTTPInvalidParam`.
    #[must_use]
    pub fn invalid_parameter(name: &str, why: impl fmt::Display) -> Self {
        Self::bad_request()
            .title("Invalid parameter")
            .detail(format!("The \"{name}\" parameter is invalid. {why}"))
            .code("invalid_parameter")
            .member("parameter", name)
    }

    /// 400 for a query parameter that must be there.
    ///
    /// **Shape:** code `missing_parameter`, member `parameter`. Falcon: `HTTPMissingParam`.
    #[must_use]
    pub fn missing_parameter(name: &str) -> Self {
        Self::bad_request()
            .title("Missing parameter")
            .detail(format!("The \"{name}\" parameter is required."))
            .code("missing_parameter")
            .member("parameter", name)
    }

    /// Sets the title: a short text that is the same for every occurrence of the problem.
    #[must_use]
    pub fn title(mut self, title: impl Into<Cow<'static, str>>) -> Self {
        self.0.title = Some(title.into());
        self
    }

    /// Sets the detail: what is special to this occurrence, and how to mend it.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Sets the code by which a program tells this problem from others of the same status.
    #[must_use]
    pub fn code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = Some(code.into());
        self
    }

    /// Sets the problem's `type`, a URI that names it, best one that leads to its documentation.
    #[must_use]
    pub fn type_uri(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.type_uri = Some(uri.into());
        self
    }

    /// Sets the problem's `instance`, a URI that names this occurrence.
    #[must_use]
    pub fn instance(mut self, uri: impl Into<Cow<'static, str>>) -> Self {
        self.0.instance = Some(uri.into());
        self
    }

    /// Sets a link to help for the client's developer, and the words for it; what may not stand in
    /// a URL is percent-encoded.
    ///
    /// **Shape:** the extension member `link`, with `text`, `href` and `rel`. Falcon: `href`.
    #[must_use]
    pub fn link(mut self, text: impl Into<Cow<'static, str>>, href: &str) -> Self {
        self.0.link = Some((text.into(), crate::uri::encode(href).into_owned()));
        self
    }

    /// Adds an extension member (RFC 9457 section 3.2); one of the same name is replaced.
    #[must_use]
    pub fn member(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<Member>) -> Self {
        let name = name.into();
        self.0.members.retain(|(n, _)| *n != name);
        self.0.members.push((name, value.into()));
        self
    }

    /// Adds a header to the response.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// Sets `Retry-After`, for 413, 429, 503 and redirects. **Units:** whole seconds, rounded up
    /// (RFC 9110 section 10.2.3).
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        let wait = retry_after(wait);
        self.0.headers.insert(header::RETRY_AFTER, wait);
        self
    }

    /// Sets `Retry-After` to a moment.
    #[must_use]
    pub fn retry_after_at(mut self, at: impl Into<SystemTime>) -> Self {
        let at = HttpDate::new(at.into()).to_header();
        self.0.headers.insert(header::RETRY_AFTER, at);
        self
    }

    /// Keeps the error behind this one, for the log; the client never sees it.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(std::sync::Arc::new(source.into()));
        self
    }

    /// Returns the status.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// Returns the title that was set, or the status' phrase.
    pub fn title_text(&self) -> &str {
        self.0
            .title
            .as_deref()
            .unwrap_or_else(|| phrase(self.0.status))
    }

    /// Returns the detail.
    pub fn detail_text(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    /// Returns the code that was set, or the status' phrase in `snake_case`.
    pub fn code_text(&self) -> Cow<'_, str> {
        match &self.0.code {
            Some(code) => Cow::Borrowed(code),
            None => Cow::Owned(snake_case(phrase(self.0.status))),
        }
    }

    /// Returns the problem's `type`, if one was set; RFC 9457's default is `about:blank`.
    pub fn type_uri_text(&self) -> Option<&str> {
        self.0.type_uri.as_deref()
    }

    /// Returns the problem's `instance`.
    pub fn instance_text(&self) -> Option<&str> {
        self.0.instance.as_deref()
    }

    /// Returns the extension members in the order in which they were added.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Member)> {
        self.0
            .members
            .iter()
            .map(|(name, value)| (name.as_ref(), value))
    }

    /// Returns the headers that the response gets.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// Returns text and target of the link to help.
    pub fn link_parts(&self) -> Option<(&str, &str)> {
        let (text, href) = self.0.link.as_ref()?;
        Some((text, href))
    }

    pub(super) fn own_title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    pub(super) fn own_code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Whether the status is all there is to say.
    pub(super) fn is_plain(&self) -> bool {
        let e = &self.0;
        e.title.is_none()
            && e.detail.is_none()
            && e.code.is_none()
            && e.type_uri.is_none()
            && e.instance.is_none()
            && e.link.is_none()
            && e.members.is_empty()
    }
}

impl Clone for HttpError {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The status' own phrase as RFC 9110 has it, or a word for its class.
fn phrase(status: StatusCode) -> &'static str {
    match status.as_u16() {
        413 => "Content Too Large",
        422 => "Unprocessable Content",
        code => status.canonical_reason().unwrap_or(match code / 100 {
            4 => "Client Error",
            5 => "Server Error",
            _ => "Unknown",
        }),
    }
}

fn snake_case(phrase: &str) -> String {
    phrase
        .chars()
        .filter(|c| *c != '\'')
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        })
        .collect()
}

macro_rules! constructors {
    ($($(#[$doc:meta])* $name:ident => $status:ident;)*) => {
        /// One constructor for every status that an API returns.
        impl HttpError { $(
            $(#[$doc])*
            #[must_use]
            pub fn $name() -> Self {
                Self::new(StatusCode::$status)
            }
        )* }
    };
}

constructors! {
    /// 400: the request cannot be understood (RFC 9110 section 15.5.1).
    bad_request => BAD_REQUEST;
    /// 402 (RFC 9110 section 15.5.3).
    payment_required => PAYMENT_REQUIRED;
    /// 403: understood and refused (RFC 9110 section 15.5.4).
    forbidden => FORBIDDEN;
    /// 404: no such thing, or not willing to tell (RFC 9110 section 15.5.5).
    not_found => NOT_FOUND;
    /// 406: no representation that the client accepts (RFC 9110 section 15.5.7).
    not_acceptable => NOT_ACCEPTABLE;
    /// 408: the client was too slow (RFC 9110 section 15.5.9).
    request_timeout => REQUEST_TIMEOUT;
    /// 409: in conflict with the state of the resource (RFC 9110 section 15.5.10).
    conflict => CONFLICT;
    /// 410: was there, is gone for good (RFC 9110 section 15.5.11).
    gone => GONE;
    /// 411: a Content-Length is demanded (RFC 9110 section 15.5.12).
    length_required => LENGTH_REQUIRED;
    /// 412: a precondition in the headers failed (RFC 9110 section 15.5.13).
    precondition_failed => PRECONDITION_FAILED;
    /// 413: the body is larger than the server reads (RFC 9110 section 15.5.14).
    content_too_large => PAYLOAD_TOO_LARGE;
    /// 422: well-formed, but it makes no sense (RFC 9110 section 15.5.21).
    unprocessable_content => UNPROCESSABLE_ENTITY;
    /// 414: the target is longer than the server reads (RFC 9110 section 15.5.15).
    uri_too_long => URI_TOO_LONG;
    /// 415: a media type or coding that is not taken (RFC 9110 section 15.5.16).
    unsupported_media_type => UNSUPPORTED_MEDIA_TYPE;
    /// 417: an expectation that cannot be met (RFC 9110 section 15.5.18).
    expectation_failed => EXPECTATION_FAILED;
    /// 421: not a host of this server (RFC 9110 section 15.5.20).
    misdirected_request => MISDIRECTED_REQUEST;
    /// 423: locked (RFC 4918 section 11.3).
    locked => LOCKED;
    /// 424: failed because another action failed (RFC 4918 section 11.4).
    failed_dependency => FAILED_DEPENDENCY;
    /// 425: may be a replay (RFC 8470 section 5.2).
    too_early => TOO_EARLY;
    /// 426: another protocol is demanded (RFC 9110 section 15.5.22).
    upgrade_required => UPGRADE_REQUIRED;
    /// 428: the request must be conditional (RFC 6585 section 3).
    precondition_required => PRECONDITION_REQUIRED;
    /// 431: header fields too large (RFC 6585 section 5).
    request_header_fields_too_large => REQUEST_HEADER_FIELDS_TOO_LARGE;
    /// 451: refused for legal reasons (RFC 7725 section 3).
    unavailable_for_legal_reasons => UNAVAILABLE_FOR_LEGAL_REASONS;
    /// 500: the server failed (RFC 9110 section 15.6.1).
    internal_server_error => INTERNAL_SERVER_ERROR;
    /// 501: a method that the server does not know (RFC 9110 section 15.6.2).
    not_implemented => NOT_IMPLEMENTED;
    /// 502: a server behind this one answered badly (RFC 9110 section 15.6.3).
    bad_gateway => BAD_GATEWAY;
    /// 503: overloaded or in maintenance (RFC 9110 section 15.6.4).
    service_unavailable => SERVICE_UNAVAILABLE;
    /// 504: a server behind this one did not answer (RFC 9110 section 15.6.5).
    gateway_timeout => GATEWAY_TIMEOUT;
    /// 505: a version of HTTP that the server refuses (RFC 9110 section 15.6.6).
    http_version_not_supported => HTTP_VERSION_NOT_SUPPORTED;
    /// 507: no room (RFC 4918 section 11.5).
    insufficient_storage => INSUFFICIENT_STORAGE;
    /// 508: a loop (RFC 5842 section 7.2).
    loop_detected => LOOP_DETECTED;
    /// 511: log in to the network first (RFC 6585 section 6).
    network_authentication_required => NETWORK_AUTHENTICATION_REQUIRED;
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.status.as_u16(), self.title_text())?;
        match self.detail_text() {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpError")
            .field("status", &self.0.status)
            .field("title", &self.title_text())
            .field("detail", &self.0.detail)
            .field("code", &self.code_text())
            .field("source", &self.0.source)
            .finish_non_exhaustive()
    }
}

impl StdError for HttpError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source: &(dyn StdError + 'static) = &***self.0.source.as_ref()?;
        Some(source)
    }
}
