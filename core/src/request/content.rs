//! Bodies that are not taken, as the client is told.

use http::{HeaderName, HeaderValue, Method, header};

use super::Request;
use crate::error::{HttpError, Result};

/// For whoever reads bodies: the errors that all of them answer with.
impl Request {
    /// Refuses a body that is encoded: whoever wants to read such a body decodes it, takes the header
    /// away, and comes before.
    ///
    /// # Errors
    ///
    /// 415, code `content_encoding_unsupported`, unless `Content-Encoding` is missing or `identity`.
    ///
    /// # Specification
    ///
    /// RFC 9110 sections 8.4 and 15.5.16.
    pub fn check_content_encoding(&self) -> Result {
        let mut lines = self.headers().get_all(header::CONTENT_ENCODING).iter();
        if lines.all(|line| line.as_bytes().eq_ignore_ascii_case(b"identity")) {
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

    /// Makes the error for a body of a type that is not taken: 415, code `media_type_unsupported`, with
    /// those that are in the member `supported`, and in the header for it.
    ///
    /// # Specification
    ///
    /// RFC 9110 section 15.5.16, RFC 5789 section 3.1 for `Accept-Patch`, Linked Data Platform section
    /// 7.1 for `Accept-Post`.
    pub fn media_type_unsupported<T: AsRef<str>>(&self, supported: &[T]) -> HttpError {
        let accept = match *self.method() {
            Method::POST => HeaderName::from_static("accept-post"),
            Method::PATCH => HeaderName::from_static("accept-patch"),
            _ => header::ACCEPT,
        };
        let list = joined(supported);
        let detail = match self.content_type() {
            Some(_) => format!("The body must be of type {list}, in UTF-8."),
            None => format!("The Content-Type header is missing; the body must be of type {list}."),
        };
        let names: Vec<String> = supported.iter().map(|s| s.as_ref().to_owned()).collect();
        let error = HttpError::unsupported_media_type()
            .detail(detail)
            .code("media_type_unsupported")
            .member("supported", names);
        match HeaderValue::from_str(&list) {
            Ok(list) => error.header(accept, list),
            Err(_) => error,
        }
    }
}

impl HttpError {
    /// Makes the error for a body that is not there: 400, code `body_empty`, with the media types that
    /// would be taken.
    pub fn body_missing<T: AsRef<str>>(supported: &[T]) -> Self {
        let list = joined(supported);
        Self::bad_request()
            .title("Empty body")
            .detail(format!("A body of type {list} is required."))
            .code("body_empty")
    }
}

fn joined<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    names.join(", ")
}
