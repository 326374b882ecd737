//! Responses that are compressed.

use falcon_core::header::{
    ACCEPT_ENCODING, ACCEPT_RANGES, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_RANGE, CONTENT_TYPE, COOKIE, ETAG, HeaderValue, IF_MATCH, IF_NONE_MATCH, MediaType,
    RANGE, SET_COOKIE, VARY,
};
use falcon_core::{Body, HttpError, Method, Middleware, Request, Response, Result, StatusCode};

use super::coding::{Coding, Wish};
use super::{encode, tags};

/// Middleware that compresses responses, with the best coding that the client takes and the
/// program has: zstd, Brotli, gzip.
///
/// A response is compressed if its media type is one of text (`text/…`, JSON, XML, JavaScript, SVG,
/// WebAssembly, MessagePack, CBOR and the like, or one that was [added](Self::media_type)), if it is
/// not shorter than [`min_bytes`](Self::min_bytes), is not a part, has no coding yet, and no
/// `Cache-Control: no-transform`. What varies says so: `Vary: Accept-Encoding`; a strong entity tag
/// gets the coding behind it, and is understood in conditions with and without. A stream is
/// compressed as it comes, and each of its pieces is sent on at once.
///
/// **Secrets:** who can put text into a response, and see how long it is on the wire, can guess what
/// else is in it (BREACH). So nothing is compressed where the request has an `Authorization` or a
/// `Cookie`, or the response sets one, unless [`with_secrets`](Self::with_secrets) says that these
/// responses repeat nothing of their requests.
///
/// It goes before other middleware: what they set it has to see.
///
/// # Examples
///
#[cfg_attr(all(feature = "gzip", feature = "json"), doc = "```")]
#[cfg_attr(not(all(feature = "gzip", feature = "json")), doc = "```ignore")]
/// use falcon_core::{App, Request, Resource, Response, Result};
/// use falcon_media::{Compression, MediaResponse};
///
/// struct Numbers;
///
/// impl Resource for Numbers {
///     async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
///         resp.set_media(&(0..1000).collect::<Vec<_>>())?;
///         Ok(())
///     }
/// }
///
/// let mut app = App::with(Compression::new());
/// app.add_route("/numbers", Numbers);
/// let client = falcon_testing::TestClient::new(app);
/// falcon_testing::block_on(async {
///     let result = client.get("/numbers").header("accept-encoding", "gzip").send().await;
///     result.assert_header("content-encoding", "gzip").assert_header("vary", "accept-encoding");
/// });
/// ```
///
/// # Errors
///
/// 406, code `coding_not_acceptable`, if the client refuses what is not compressed and takes no coding
/// that there is, before a responder runs; and after it, if the response is one that must not be
/// compressed.
///
/// # Specification
///
/// RFC 9110 sections 8.4.1, 8.8.3 and 12.5.3.
#[derive(Clone, Debug)]
#[must_use = "it does nothing until it is given to an app or a group"]
pub struct Compression {
    min_bytes: u64,
    with_secrets: bool,
    media_types: Vec<String>,
}

impl Default for Compression {
    fn default() -> Self {
        Self::new()
    }
}

impl Compression {
    /// Starts with responses of 1,024 bytes and more, and none that may hold a secret.
    pub fn new() -> Self {
        Self {
            min_bytes: 1024,
            with_secrets: false,
            media_types: Vec::new(),
        }
    }

    /// Sets how many bytes a response has at least to be worth it.
    pub fn min_bytes(mut self, least: u64) -> Self {
        self.min_bytes = least;
        self
    }

    /// Compresses responses that may hold a secret, too: see above what that may tell.
    pub fn with_secrets(mut self) -> Self {
        self.with_secrets = true;
        self
    }

    /// Adds a media type that is worth it.
    pub fn media_type(mut self, essence: impl Into<String>) -> Self {
        self.media_types.push(essence.into());
        self
    }

    /// Whether the response depends on `Accept-Encoding` at all.
    fn is_worth_it(&self, resp: &Response) -> bool {
        let length = resp.body().exact_len();
        let is_long = length.is_none_or(|length| length >= self.min_bytes.max(1));
        is_long && may_change(resp) && self.is_text(resp.header(CONTENT_TYPE))
    }

    fn is_text(&self, content_type: Option<&str>) -> bool {
        const TEXTS: [&str; 13] = [
            "application/json",
            "application/json-seq",
            "application/x-ndjson",
            "application/javascript",
            "application/xml",
            "application/x-www-form-urlencoded",
            "application/yaml",
            "application/graphql",
            "application/wasm",
            "application/msgpack",
            "application/cbor",
            "application/manifest+json",
            "image/svg+xml",
        ];
        let Some(media_type) = content_type.and_then(MediaType::parse) else {
            return false;
        };
        let added = self.media_types.iter().map(String::as_str);
        media_type.main_type().eq_ignore_ascii_case("text")
            || ["json", "xml", "cbor"]
                .iter()
                .any(|suffix| media_type.has_suffix(suffix))
            || TEXTS
                .into_iter()
                .chain(added)
                .any(|text| media_type.is(text))
    }

    fn may_hold_secrets(&self, req: &Request, resp: &Response) -> bool {
        let asked = [AUTHORIZATION, COOKIE]
            .iter()
            .any(|name| req.headers().contains_key(name));
        !self.with_secrets && (asked || resp.headers().contains_key(SET_COOKIE))
    }

    /// What is to be done, once the response is there.
    fn decide(&self, req: &Request, resp: &mut Response) -> Result<Option<Coding>> {
        if resp.body().is_empty() {
            return Ok(None);
        }
        let wish = Wish::of(req.accept_encoding().as_ref());
        // A part varies as the whole does (RFC 9110 section 15.3.7).
        let is_part = resp.headers().contains_key(CONTENT_RANGE);
        let is_worth_it = self.is_worth_it(resp);
        if is_worth_it || is_part || matches!(wish, Wish::Must(_)) {
            resp.add_vary(&ACCEPT_ENCODING);
        }
        // A condition on what is read, and a part of it, mean the plain representation.
        let is_bound = reads(req)
            && [IF_MATCH, RANGE]
                .iter()
                .any(|name| req.headers().contains_key(name));
        let may = may_change(resp) && !is_part && !self.may_hold_secrets(req, resp);
        match wish {
            Wish::Must(_) if resp.headers().contains_key(CONTENT_ENCODING) => Ok(None),
            Wish::Must(coding) if may => Ok(Some(coding)),
            Wish::Must(_) if resp.status().is_success() => Err(not_acceptable())?,
            Wish::May(coding) if may && is_worth_it && !is_bound => Ok(Some(coding)),
            _ => Ok(None),
        }
    }
}

/// Whether anything forbids another coding: one that is there, a digest of the body, which would be
/// wrong (RFC 9530), `Cache-Control: no-transform`.
fn may_change(resp: &Response) -> bool {
    let fixed = [
        "content-encoding",
        "content-digest",
        "repr-digest",
        "digest",
    ];
    let mut caching = resp.headers().get_all(CACHE_CONTROL).iter();
    let is_fixed = caching.any(|line| {
        line.to_str()
            .is_ok_and(|line| line.to_ascii_lowercase().contains("no-transform"))
    });
    !is_fixed && !fixed.iter().any(|name| resp.headers().contains_key(*name))
}

/// Whether a request only reads, and conditions are about what is read.
fn reads(req: &Request) -> bool {
    matches!(*req.method(), Method::GET | Method::HEAD | Method::QUERY)
}

impl Middleware for Compression {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if Wish::of(req.accept_encoding().as_ref()) == Wish::Nothing {
            Err(not_acceptable())?;
        }
        let has_conditions = [IF_MATCH, IF_NONE_MATCH]
            .iter()
            .any(|name| req.headers().contains_key(name));
        if has_conditions {
            let codings = tags::counted(req, reads(req));
            tags::add_plain(req, &codings);
        }
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if resp.status() == StatusCode::NOT_MODIFIED {
            resp.add_vary(&ACCEPT_ENCODING);
            tags::name_known(req, resp.headers_mut(), &tags::counted(req, true));
            return Ok(());
        }
        match self.decide(req, resp)? {
            Some(coding) => compress(resp, coding),
            None => Ok(()),
        }
    }
}

fn compress(resp: &mut Response, coding: Coding) -> Result {
    let body = resp.take_body();
    let length = body.exact_len().unwrap_or(u64::MAX);
    let small = body.as_bytes().filter(|_| length <= encode::PIECE as u64);
    let compressed = match small {
        Some(bytes) => Body::from(encode::whole(coding, bytes)?),
        None => encode::stream(coding, body)?,
    };
    resp.set_body(compressed);
    let headers = resp.headers_mut();
    headers.insert(CONTENT_ENCODING, coding.header());
    headers.remove(CONTENT_LENGTH);
    // Positions are those of the compressed bytes, which nobody has yet.
    headers.remove(ACCEPT_RANGES);
    if let Some(etag) = headers
        .get(ETAG)
        .and_then(|etag| tags::with_coding(etag, coding))
    {
        headers.insert(ETAG, etag);
    }
    Ok(())
}

#[cold]
fn not_acceptable() -> HttpError {
    let codings: Vec<&str> = super::coding::ALL
        .iter()
        .map(|coding| coding.name())
        .collect();
    HttpError::not_acceptable()
        .code("coding_not_acceptable")
        .detail(format!(
            "It can be had without a coding, or as {}.",
            codings.join(", ")
        ))
        .header(VARY, HeaderValue::from_static("Accept-Encoding"))
}
