//! What went wrong, and what the client is told of it; see [`Error`].

mod handler;
mod http_error;
mod http_status;
mod member;
pub mod serializers;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::sync::LazyLock;

use http::StatusCode;

pub use self::handler::ErrorHandler;
pub(crate) use self::handler::{ErrorHandling, settle};
pub use self::http_error::HttpError;
pub use self::http_status::HttpStatus;
pub use self::member::{Member, MemberView};
pub use self::serializers::ErrorSerializer;
use crate::header::merge;

/// Any error, in a box; what tower and http-body call it too.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// What responders, hooks and middleware return.
pub type Result<T = (), E = Error> = core::result::Result<T, E>;

/// An error on its way to the error handlers: any [`std::error::Error`], with its type remembered.
///
/// `?` makes one of any error type. What has no such type (a `String`, an `anyhow::Error`, a boxed
/// error) goes through [`Error::boxed`]. `Error` is not itself a [`std::error::Error`], for then
/// `?` could not take every type; it converts into a boxed one.
///
/// # What the client is told
///
/// A responder returns [`Result`]; `?` turns any [`std::error::Error`] into an [`Error`], which
/// remembers the type. What the client sees is decided in three steps:
///
/// 1. an error handler for that type, if the application added one;
/// 2. otherwise the [`HttpError`] or [`HttpStatus`] itself, or 500 for every other type;
/// 3. the error serializer, which renders an [`HttpError`] as `application/problem+json`
///    ([RFC 9457]), or as XML for a client that prefers it.
///
/// The text of an error that is neither [`HttpError`] nor [`HttpStatus`] never reaches the client.
///
/// ```
/// use falcon_core::{HttpError, Request, Resource, Response, Result};
///
/// struct Things;
///
/// impl Resource for Things {
///     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
///         let id: u32 = req.param_as("id")?;
///         let thing = std::fs::read_to_string(format!("things/{id}")) // an io::Error becomes a 500
///             .or(Err(HttpError::not_found().code("thing_unknown")))?;
///         resp.set_text(thing);
///         Ok(())
///     }
/// }
/// ```
///
/// [RFC 9457]: https://www.rfc-editor.org/rfc/rfc9457
///
/// # Examples
///
/// ```
/// use falcon_core::{Error, HttpError};
///
/// let error: Error = HttpError::conflict().into();
/// assert_eq!(error.status(), 409);
///
/// let error: Error = "12x".parse::<u8>().unwrap_err().into();
/// assert_eq!(error.status(), 500);
/// assert!(error.is::<std::num::ParseIntError>());
/// ```
pub struct Error(Repr);

enum Repr {
    Status(StatusCode),
    Http(HttpError),
    Reply(Box<HttpStatus>),
    Other(Box<BoxError>),
}

impl Error {
    /// Makes an error of what is a boxed error or becomes one: a `String`, a `&str`, an
    /// `anyhow::Error`, a `Box<dyn Error>`.
    ///
    /// A boxed [`HttpError`] or [`HttpStatus`] is recognized and keeps its status.
    pub fn boxed(error: impl Into<BoxError>) -> Self {
        let error = match error.into().downcast::<HttpError>() {
            Ok(http) => return Self(Repr::Http(*http)),
            Err(other) => other,
        };
        match error.downcast::<HttpStatus>() {
            Ok(reply) => Self(Repr::Reply(reply)),
            Err(other) => match other.downcast::<Boxed>() {
                Ok(own) => own.0,
                Err(other) => Self(Repr::Other(Box::new(other))),
            },
        }
    }

    /// A rejection of the framework's own, without allocation.
    pub(crate) const fn from_status(status: StatusCode) -> Self {
        Self(Repr::Status(status))
    }

    /// Returns the status that the client gets unless a handler decides otherwise: that of an
    /// [`HttpError`] or [`HttpStatus`], and 500 for everything else.
    pub fn status(&self) -> StatusCode {
        match &self.0 {
            Repr::Status(status) => *status,
            Repr::Http(http) => http.status(),
            Repr::Reply(reply) => reply.status(),
            Repr::Other(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Tells whether the error is of type `E`.
    pub fn is<E: StdError + 'static>(&self) -> bool {
        self.downcast_ref::<E>().is_some()
    }

    /// Returns the error as the type that it was made of.
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let any: &dyn Any = match &self.0 {
            Repr::Status(_) => return None,
            Repr::Http(http) => http,
            Repr::Reply(reply) => &**reply,
            Repr::Other(other) => return other.downcast_ref(),
        };
        any.downcast_ref()
    }

    /// Returns the error as a [`std::error::Error`], for logging with all its sources.
    ///
    /// `None` for a plain rejection of the framework's own, such as a 404, which has none.
    pub fn as_std(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        match &self.0 {
            Repr::Status(_) => None,
            Repr::Http(http) => Some(http),
            Repr::Reply(reply) => Some(&**reply),
            Repr::Other(other) => Some(&***other),
        }
    }

    /// Returns what the error serializer is given: the [`HttpError`] itself, or one made of the
    /// status; `None` for an [`HttpStatus`], which is no error to be described.
    pub fn to_http(&self) -> Option<std::borrow::Cow<'_, HttpError>> {
        use std::borrow::Cow;
        match &self.0 {
            Repr::Http(http) => Some(Cow::Borrowed(http)),
            Repr::Reply(_) => None,
            Repr::Status(_) | Repr::Other(_) => Some(match plain(self.status()) {
                Some(ready) => Cow::Borrowed(ready),
                None => Cow::Owned(HttpError::new(self.status())),
            }),
        }
    }

    /// Tells whether the error says by itself what the client is told: an [`HttpError`], an
    /// [`HttpStatus`], a rejection of the framework's own. Any other is a 500.
    pub fn is_http(&self) -> bool {
        !matches!(self.0, Repr::Other(_))
    }

    pub(crate) fn as_reply(&self) -> Option<&HttpStatus> {
        match &self.0 {
            Repr::Reply(reply) => Some(reply),
            _ => None,
        }
    }

    /// A framework's own rejection in the form that a handler for [`HttpError`] expects.
    pub(crate) fn into_described(self) -> Self {
        match self.0 {
            Repr::Status(status) => Self(Repr::Http(HttpError::new(status))),
            _ => self,
        }
    }

    pub(crate) fn add_headers(&self, headers: &mut http::HeaderMap) {
        if let Repr::Http(http) = &self.0 {
            if !http.headers().is_empty() {
                merge(http.headers().clone(), headers);
            }
        }
    }
}

/// The errors that are their status alone, made once: most of those that the framework answers
/// with.
fn plain(status: StatusCode) -> Option<&'static HttpError> {
    static NOT_FOUND: LazyLock<HttpError> = LazyLock::new(HttpError::not_found);
    static FAILED: LazyLock<HttpError> = LazyLock::new(HttpError::internal_server_error);
    match status {
        StatusCode::NOT_FOUND => Some(&NOT_FOUND),
        StatusCode::INTERNAL_SERVER_ERROR => Some(&FAILED),
        _ => None,
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let mut slot = Some(error);
        let any: &mut dyn Any = &mut slot;
        if let Some(http) = any
            .downcast_mut::<Option<HttpError>>()
            .and_then(Option::take)
        {
            return Self(Repr::Http(http));
        }
        if let Some(reply) = any
            .downcast_mut::<Option<HttpStatus>>()
            .and_then(Option::take)
        {
            return Self(Repr::Reply(Box::new(reply)));
        }
        match slot {
            Some(other) => Self(Repr::Other(Box::new(Box::new(other)))),
            None => Self(Repr::Status(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Status(status) => write!(f, "{status}"),
            Repr::Http(http) => http.fmt(f),
            Repr::Reply(reply) => reply.fmt(f),
            Repr::Other(other) => other.fmt(f),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Status(status) => write!(f, "Error({status})"),
            Repr::Http(http) => http.fmt(f),
            Repr::Reply(reply) => reply.fmt(f),
            Repr::Other(other) => other.fmt(f),
        }
    }
}

impl From<Error> for BoxError {
    fn from(error: Error) -> Self {
        match error.0 {
            Repr::Http(http) => Box::new(http),
            Repr::Reply(reply) => reply,
            Repr::Other(other) => *other,
            Repr::Status(_) => Box::new(Boxed(error)),
        }
    }
}

/// An [`Error`] as a standard one.
#[derive(Debug)]
struct Boxed(Error);

impl fmt::Display for Boxed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl StdError for Boxed {}

/// A panic in user code, caught by the framework; the client gets a 500.
///
/// An error handler or observer for this type sees what the panic said:
///
/// ```
/// use falcon_core::{App, Panic, Request};
///
/// let mut app = App::new();
/// app.add_error_observer(|error, _req: &Request| {
///     if let Some(panic) = error.downcast_ref::<Panic>() {
///         eprintln!("a responder panicked: {}", panic.message());
///     }
/// });
/// ```
pub struct Panic {
    message: String,
}

impl Panic {
    pub(crate) fn new(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<&str>()
            .map(|s| (*s).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        Self {
            message: message.unwrap_or_else(|| "a payload that is no text".to_owned()),
        }
    }

    /// Returns what the panic said, which may hold secrets: it is for the log, not for the client.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Debug for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panic")
            .field("message", &self.message)
            .finish()
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl StdError for Panic {}
