//! Requests that are decompressed.

use falcon_core::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use falcon_core::{Body, HttpError, Middleware, Request, Response, Result};

use super::coding::{ALL, Coding};
use super::decode;

/// Middleware that decompresses the bodies of requests: zstd, Brotli, gzip, one at most.
///
/// What a route may read is told by its [`BodyLimit`](falcon_core::BodyLimit), before and after it is
/// decompressed; a few bytes that would become many end at the limit. Without this, a body with a
/// coding is refused by whatever reads it.
///
/// # Examples
///
#[cfg_attr(feature = "gzip", doc = "```")]
#[cfg_attr(not(feature = "gzip"), doc = "```ignore")]
/// use falcon_core::App;
/// use falcon_media::{Compression, Decompression};
///
/// let app = App::with((Compression::new(), Decompression::new()));
/// ```
///
/// # Errors
///
/// - 415, code `content_encoding_unsupported`, with `Accept-Encoding`, if there are several codings
///   or one that is not known.
/// - 400, code `content_encoding_malformed`, while the body is read, if it is not what the coding says,
///   ends early, or something follows it.
/// - 413, code `content_too_large`, while it is read, past the limit.
///
/// # Specification
///
/// RFC 9110 sections 8.4 and 15.5.16.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
#[must_use = "it does nothing until it is given to an app or a group"]
pub struct Decompression {}

impl Decompression {
    /// Makes the middleware.
    pub fn new() -> Self {
        Self {}
    }
}

impl Middleware for Decompression {
    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let Some(coding) = coding_of(req)? else {
            return Ok(());
        };
        // Nothing is nothing, whatever it is said to be.
        if req.content_length() == Some(0) {
            req.headers_mut().remove(CONTENT_ENCODING);
            return Ok(());
        }
        let most = req.max_body_bytes();
        let mut failed = None;
        req.wrap_body(|body| {
            let decoded = decode::stream(coding, body.limited(most));
            decoded.unwrap_or_else(|error| {
                failed = Some(error);
                Body::empty()
            })
        });
        if let Some(error) = failed {
            Err(error)?;
        }
        let headers = req.headers_mut();
        headers.remove(CONTENT_ENCODING);
        headers.remove(CONTENT_LENGTH);
        Ok(())
    }
}

/// The coding of the body; `None` where it has none.
fn coding_of(req: &Request) -> Result<Option<Coding>> {
    let mut lines = req.headers().get_all(CONTENT_ENCODING).iter();
    let Some(line) = lines.next() else {
        return Ok(None);
    };
    if lines.next().is_some() {
        Err(unsupported())?;
    }
    let name = line.to_str().unwrap_or_default();
    if name.eq_ignore_ascii_case("identity") {
        return Ok(None);
    }
    Ok(Some(Coding::of(name).ok_or_else(unsupported)?))
}

#[cold]
fn unsupported() -> HttpError {
    let names: Vec<&str> = ALL.iter().map(|coding| coding.name()).collect();
    let names = names.join(", ");
    let error = HttpError::unsupported_media_type()
        .title("Unsupported content encoding")
        .code("content_encoding_unsupported")
        .detail(format!(
            "The body may have one Content-Encoding of {names}, or none."
        ));
    match HeaderValue::from_str(&names) {
        Ok(names) => error.header(ACCEPT_ENCODING, names),
        Err(_) => error,
    }
}
