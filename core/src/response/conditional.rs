//! Conditional requests and ranges, decided by what the response says of itself.

use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use http::{HeaderName, HeaderValue, Method, StatusCode, header};

use super::Response;
use super::headers::content_range;
use crate::Request;
use crate::app::caught_call;
use crate::body::Body;
use crate::error::{HttpError, Result};
use crate::header::{self as values, Validators, Verdict, precondition_failed, reads};

/// More parts than anybody needs.
const MAX_PARTS: usize = 8;

/// Makes a 304, a 206, a 412 or a 416 of a 200 where the request's headers demand it. It is done
/// where the request reads; what writes has to be decided before it has written.
///
/// # Specification
///
/// RFC 9110 section 13.2.2.
pub(crate) fn apply(req: &Request, resp: &mut Response) -> Result {
    if resp.status != StatusCode::OK || !resp.can_be_conditional() {
        return Ok(());
    }
    if !reads(req.method()) {
        return Ok(());
    }
    let validators = Validators::of(&resp.headers);
    if let Some(validators) = &validators {
        match validators.judge(req)?.verdict {
            Verdict::Proceed => {}
            Verdict::Failed => Err(precondition_failed())?,
            Verdict::NotModified => {
                resp.become_not_modified();
                return Ok(());
            }
        }
    }
    let takes_parts = resp.header(header::ACCEPT_RANGES) == Some("bytes");
    if takes_parts && *req.method() == Method::GET {
        send_parts(req, resp, &validators.unwrap_or_default())?;
    }
    Ok(())
}

impl Response {
    /// Whether any header is there that makes an answer depend on conditions.
    fn can_be_conditional(&self) -> bool {
        const TELLING: [HeaderName; 3] =
            [header::ETAG, header::LAST_MODIFIED, header::ACCEPT_RANGES];
        self.headers.keys().any(|name| TELLING.contains(name))
    }

    /// A 304 says what has to be known to keep the stored response (RFC 9110 section 15.4.5), and
    /// nothing of a body.
    pub(crate) fn become_not_modified(&mut self) {
        self.set_status(StatusCode::NOT_MODIFIED);
        self.body = Body::empty();
        for name in [
            header::ACCEPT_RANGES,
            header::CONTENT_DISPOSITION,
            header::CONTENT_ENCODING,
            header::CONTENT_LANGUAGE,
            header::CONTENT_LENGTH,
            header::CONTENT_RANGE,
            header::CONTENT_TYPE,
        ] {
            self.headers.remove(name);
        }
    }
}

/// RFC 9110 section 14.2. A range that is malformed, of another unit, or asks for too much is
/// passed over.
fn send_parts(req: &Request, resp: &mut Response, validators: &Validators) -> Result {
    let (Some(whole), Ok(Some(range))) = (resp.body.exact_len(), req.range()) else {
        return Ok(());
    };
    if !holds_if_range(req, validators) || whole == 0 || !range.unit().eq_ignore_ascii_case("bytes")
    {
        return Ok(());
    }
    let Some(parts) = wanted(&range, whole) else {
        return Ok(());
    };
    if parts.is_empty() {
        Err(HttpError::range_not_satisfiable(whole))?;
    }
    // Asked for before anything is changed: not every body can be cut.
    let mut bodies = Vec::with_capacity(parts.len());
    for part in &parts {
        // What makes a part is the application's.
        let Some(body) = caught_call(|| resp.body.part(part.clone()))? else {
            return Ok(());
        };
        bodies.push(body);
    }
    resp.set_status(StatusCode::PARTIAL_CONTENT);
    match (parts.as_slice(), bodies.pop()) {
        ([part], Some(body)) => {
            resp.set_content_range(part.clone(), Some(whole));
            resp.set_body(body);
        }
        (parts, last) => {
            bodies.extend(last);
            several(resp, parts, bodies, whole);
        }
    }
    Ok(())
}

/// RFC 9110 section 13.1.5; what cannot be read, and one of several, is another version's.
fn holds_if_range(req: &Request, validators: &Validators) -> bool {
    let mut lines = req.headers().get_all(header::IF_RANGE).iter();
    let Some(known) = lines.next() else {
        return true;
    };
    let is_one = lines.next().is_none();
    is_one
        && known
            .to_str()
            .is_ok_and(|known| validators.allow_range(known))
}

/// The parts that are there; `None` where the whole is the better answer.
fn wanted(range: &values::Range, whole: u64) -> Option<Vec<Range<u64>>> {
    if range.specs().len() > MAX_PARTS {
        return None;
    }
    let parts: Vec<_> = range
        .specs()
        .iter()
        .filter_map(|spec| spec.within(whole))
        .collect();
    let overlap = parts.iter().enumerate().any(|(i, a)| {
        parts
            .iter()
            .skip(i + 1)
            .any(|b| a.start < b.end && b.start < a.end)
    });
    (!overlap).then_some(parts)
}

/// `multipart/byteranges` (RFC 9110 section 14.6).
fn several(resp: &mut Response, parts: &[Range<u64>], bodies: Vec<Body>, whole: u64) {
    let boundary = boundary();
    let media_type = resp.headers.get(header::CONTENT_TYPE).cloned();
    let mut pieces = Vec::with_capacity(parts.len() * 2 + 1);
    for (part, body) in parts.iter().zip(bodies) {
        let mut head = format!("\r\n--{boundary}\r\n").into_bytes();
        if let Some(media_type) = &media_type {
            head.extend_from_slice(b"Content-Type: ");
            head.extend_from_slice(media_type.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"Content-Range: ");
        head.extend_from_slice(content_range(part, Some(whole)).as_bytes());
        head.extend_from_slice(b"\r\n\r\n");
        pieces.push(Body::from(head));
        pieces.push(body);
    }
    pieces.push(Body::from(format!("\r\n--{boundary}--\r\n")));
    let multipart = HeaderValue::from_str(&format!("multipart/byteranges; boundary={boundary}"));
    if let Ok(multipart) = multipart {
        resp.headers.insert(header::CONTENT_TYPE, multipart);
    }
    resp.set_body(Body::chain(pieces));
}

/// A text that nobody can have put into a file beforehand.
fn boundary() -> String {
    let word = || RandomState::new().hash_one(0);
    format!("{:016x}{:016x}", word(), word())
}
