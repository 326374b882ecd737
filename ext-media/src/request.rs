//! Reading a request's body as a value.

use std::future::Future;

use falcon_core::http::{HeaderName, HeaderValue, Method, header};
use falcon_core::{HttpError, Request, Result};
use serde::de::DeserializeOwned;

use crate::sealed::Sealed;
use crate::{json, media_type};

/// Reading a request's body as a value. Sealed: it is there to be called.
pub trait MediaRequest: Sealed {
    /// Reads the body, `application/json`, as a `T`.
    ///
    /// Falcon: `req.get_media()`.
    ///
    /// # Errors
    ///
    /// Each thing that can be wrong is a problem of its own; see the [table](crate#what-can-be-wrong-with-a-body).
    fn media<T: DeserializeOwned>(&self) -> impl Future<Output = Result<T>> + Send;

    /// Reads the body as a `T` where its media type is another that is JSON, such as
    /// `application/merge-patch+json`. Only that one is taken.
    ///
    /// # Errors
    ///
    /// As [`media`](Self::media).
    fn media_of_type<T: DeserializeOwned>(
        &self,
        media_type: &'static str,
    ) -> impl Future<Output = Result<T>> + Send;
}

impl MediaRequest for Request {
    fn media<T: DeserializeOwned>(&self) -> impl Future<Output = Result<T>> + Send {
        self.media_of_type("application/json")
    }

    async fn media_of_type<T: DeserializeOwned>(&self, media_type: &'static str) -> Result<T> {
        check_encoding(self)?;
        let content_type = self.headers().get(header::CONTENT_TYPE);
        let text = content_type.map(|value| value.to_str().unwrap_or(""));
        if text.is_some_and(|text| !media_type::is(text, media_type)) {
            Err(unsupported(self, media_type))?;
        }
        let body = self.read_body().await?;
        if body.is_empty() {
            Err(empty(media_type))?;
        }
        if text.is_none() {
            Err(unsupported(self, media_type))?;
        }
        json::read(&body)
    }
}

fn check_encoding(req: &Request) -> Result {
    let Some(encoding) = req.headers().get(header::CONTENT_ENCODING) else {
        return Ok(());
    };
    if encoding.as_bytes().eq_ignore_ascii_case(b"identity") {
        return Ok(());
    }
    Err(HttpError::unsupported_media_type()
        .title("Unsupported content encoding")
        .detail("The body must be sent without a Content-Encoding.")
        .code("content_encoding_unsupported")
        .header(
            header::ACCEPT_ENCODING,
            HeaderValue::from_static("identity"),
        ))?
}

fn empty(media_type: &str) -> HttpError {
    HttpError::bad_request()
        .title("Empty body")
        .detail(format!("A body of type {media_type} is required."))
        .code("body_empty")
}

/// 415, with what would do in the header that RFC 9110 section 15.5.16, RFC 5789 section 3.1 and
/// the Linked Data Platform's section 7.1 have for it.
fn unsupported(req: &Request, media_type: &'static str) -> HttpError {
    let accept = match *req.method() {
        Method::POST => HeaderName::from_static("accept-post"),
        Method::PATCH => HeaderName::from_static("accept-patch"),
        _ => header::ACCEPT,
    };
    let detail = match req.content_type() {
        Some(_) => format!("The body must be of type {media_type}, in UTF-8."),
        None => {
            format!("The Content-Type header is missing; the body must be of type {media_type}.")
        }
    };
    HttpError::unsupported_media_type()
        .detail(detail)
        .code("media_type_unsupported")
        .member("supported", vec![media_type])
        .header(accept, HeaderValue::from_static(media_type))
}
