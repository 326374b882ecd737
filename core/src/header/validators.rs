//! Validators, and what a conditional request makes of them.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, Method, header};

use super::{ETag, HttpDate};
use crate::Request;
use crate::error::{HttpError, HttpStatus, Result};

/// What tells one state of a resource from another: its entity tag, when it last changed, or that
/// there is nothing.
///
/// # Examples
///
/// ```
/// use falcon_core::header::{ETag, Validators};
///
/// let now = Validators::new().etag(ETag::strong("v7")?);
/// let nothing_yet = Validators::absent();
/// # Ok::<(), falcon_core::Error>(())
/// ```
///
/// # Specification
///
/// RFC 9110 section 8.8.
#[derive(Clone, Debug)]
pub struct Validators {
    etag: Option<ETag>,
    last_modified: Option<HttpDate>,
    exists: bool,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Proceed,
    NotModified,
    Failed,
}

impl Validators {
    /// Starts with a resource that is there, and of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            etag: None,
            last_modified: None,
            exists: true,
        }
    }

    /// There is nothing at this URL: `If-Match: *` fails, `If-None-Match: *` holds.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            exists: false,
            ..Self::new()
        }
    }

    /// Sets the entity tag.
    #[must_use]
    pub fn etag(mut self, tag: ETag) -> Self {
        self.etag = Some(tag);
        self
    }

    /// Sets when the resource last changed.
    #[must_use]
    pub fn last_modified(mut self, at: impl Into<SystemTime>) -> Self {
        self.last_modified = Some(HttpDate::new(at.into()));
        self
    }

    /// What a response says of itself; `None` if it says nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &http::HeaderValue| value.to_str().ok())
        };
        let etag = text(header::ETAG).and_then(ETag::parse);
        let last_modified = text(header::LAST_MODIFIED).and_then(|date| date.parse().ok());
        (etag.is_some() || last_modified.is_some()).then_some(Self {
            etag,
            last_modified,
            exists: true,
        })
    }

    /// Writes them into a response.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        if let Some(tag) = &self.etag {
            headers.insert(header::ETAG, tag.to_header());
        }
        if let Some(date) = self.last_modified {
            headers.insert(header::LAST_MODIFIED, date.to_header());
        }
    }

    /// The order of RFC 9110 section 13.2.2. A condition that cannot be read is passed over where
    /// the request only reads, and refused where it writes: it was meant to keep something safe.
    pub(crate) fn judge(&self, req: &Request) -> Result<Verdict> {
        let reads = matches!(*req.method(), Method::GET | Method::HEAD);
        let readable = |tags: Result<_>| {
            if reads {
                Ok(tags.unwrap_or_default())
            } else {
                tags
            }
        };
        if let Some(wanted) = readable(req.if_match())? {
            let current = self.etag.as_ref();
            let holds = self.exists
                && (wanted.is_any() || current.is_some_and(|tag| wanted.matches_strong(tag)));
            if !holds {
                return Ok(Verdict::Failed);
            }
        } else if let (Some(limit), Some(date)) = (req.if_unmodified_since(), self.last_modified) {
            if date > limit {
                return Ok(Verdict::Failed);
            }
        }
        if let Some(known) = readable(req.if_none_match())? {
            let current = self.etag.as_ref();
            let met = self.exists
                && (known.is_any() || current.is_some_and(|tag| known.matches_weak(tag)));
            return Ok(match (met, reads) {
                (false, _) => Verdict::Proceed,
                (true, true) => Verdict::NotModified,
                (true, false) => Verdict::Failed,
            });
        }
        let known = req.if_modified_since().filter(|_| reads);
        Ok(match (known, self.last_modified) {
            (Some(known), Some(date)) if date <= known => Verdict::NotModified,
            _ => Verdict::Proceed,
        })
    }

    /// Whether `If-Range` allows a part to be sent (RFC 9110 section 13.1.5): the same tag,
    /// strongly compared, or the very same date.
    pub(crate) fn allow_range(&self, if_range: &str) -> bool {
        match ETag::parse(if_range) {
            Some(tag) => self
                .etag
                .as_ref()
                .is_some_and(|current| current.strong_eq(&tag)),
            None => if_range
                .parse()
                .is_ok_and(|date: HttpDate| Some(date) == self.last_modified),
        }
    }
}

impl Default for Validators {
    fn default() -> Self {
        Self::new()
    }
}

impl Request {
    /// Whether any precondition is there.
    pub(crate) fn is_conditional(&self) -> bool {
        const CONDITIONS: [HeaderName; 4] = [
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            header::IF_MODIFIED_SINCE,
            header::IF_UNMODIFIED_SINCE,
        ];
        CONDITIONS
            .iter()
            .any(|name| self.headers().contains_key(name))
    }

    /// Decides the request's preconditions, for a responder that has found out what is there now
    /// and is about to change it.
    ///
    /// A resource that implements [`validators`](crate::Resource::validators) has this done before
    /// its responder; and what a response to GET says of itself is compared in any event.
    ///
    /// # Errors
    ///
    /// - 412, code `precondition_failed`, where `If-Match` or `If-Unmodified-Since` does not hold,
    ///   or `If-None-Match` does not and the method is not GET or HEAD.
    /// - 304 where `If-None-Match` or `If-Modified-Since` says that the client has it already.
    /// - 400, code `invalid_header`, for a condition of a writing request that cannot be read.
    ///
    /// # Specification
    ///
    /// RFC 9110 section 13.2.2.
    pub fn check_preconditions(&self, current: &Validators) -> Result {
        match current.judge(self)? {
            Verdict::Proceed => Ok(()),
            Verdict::Failed => Err(precondition_failed())?,
            Verdict::NotModified => {
                let mut reply = HttpStatus::new(http::StatusCode::NOT_MODIFIED);
                current.write(reply.headers_mut());
                Err(reply)?
            }
        }
    }
}

pub(crate) fn precondition_failed() -> HttpError {
    HttpError::precondition_failed()
        .detail("The resource is not in the state that the request's conditions demand.")
}
