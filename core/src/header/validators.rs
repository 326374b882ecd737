//! Validators, and what a conditional request makes of them.

use std::time::SystemTime;

use http::{HeaderMap, HeaderName, HeaderValue, Method, header};

use super::{ETag, ETags, HttpDate, merge};
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
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What the conditions of a request come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Verdict {
    #[default]
    Proceed,
    NotModified,
    Failed,
}

/// A verdict, and whether a condition led to it that guards against lost updates: a tag or a date
/// that the client has seen, or that there is nothing yet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) decided: bool,
}

/// Whether a method only reads, so that the client may have the answer already.
pub(crate) fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::QUERY)
}

fn is_any(tags: &Result<Option<ETags>>) -> bool {
    tags.as_ref()
        .is_ok_and(|tags| tags.as_ref().is_some_and(ETags::is_any))
}

fn readable(req: &Request, tags: Result<Option<ETags>>) -> Result<Option<ETags>> {
    if reads(req.method()) {
        Ok(tags.unwrap_or_default())
    } else {
        tags
    }
}

impl Validators {
    /// Starts with a resource that is there, and of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            etag: None,
            last_modified: None,
            exists: true,
            headers: Vec::new(),
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

    /// Adds a header that a 304 has to have as a 200 does: `Cache-Control`, `Content-Location`,
    /// `Expires` and `Vary` (RFC 9110 section 15.4.5).
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// What a response says of itself; `None` if it says nothing.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &HeaderValue| value.to_str().ok())
        };
        let etag = text(header::ETAG).and_then(ETag::parse);
        let last_modified = text(header::LAST_MODIFIED).and_then(|date| date.parse().ok());
        (etag.is_some() || last_modified.is_some()).then_some(Self {
            etag,
            last_modified,
            ..Self::new()
        })
    }

    /// Writes them into a response, where they do not stand already.
    pub(crate) fn write(&self, headers: &mut HeaderMap) {
        let tag = self.etag.as_ref().map(ETag::to_header);
        let date = self.last_modified.map(HttpDate::to_header);
        let mut told = HeaderMap::new();
        for (name, value) in self.headers.iter().cloned() {
            told.append(name, value);
        }
        told.extend(tag.map(|tag| (header::ETAG, tag)));
        told.extend(date.map(|date| (header::LAST_MODIFIED, date)));
        for name in headers.keys() {
            // What varies adds up; all else is the responder's to say.
            if *name != header::VARY {
                told.remove(name);
            }
        }
        merge(told, headers);
    }

    /// The order of RFC 9110 section 13.2.2. A condition on tags that cannot be read is as if it did
    /// not stand in the way where the request only reads, and refused where it writes: it was meant
    /// to keep something safe. A date that cannot be read is passed over, as the RFC demands.
    pub(crate) fn judge(&self, req: &Request) -> Result<Judgement> {
        let reads = reads(req.method());
        let has_none = matches!(
            *req.method(),
            Method::CONNECT | Method::OPTIONS | Method::TRACE
        );
        // What would not be a success is not made one, nor a 412, by a condition (section 13.2.1).
        if has_none || (reads && !self.exists) {
            return Ok(Judgement::default());
        }
        let mut judgement = Judgement::default();
        if req.headers().contains_key(header::IF_MATCH) {
            judgement.decided = self.etag.is_some() && !is_any(&req.if_match());
            if !self.meets_if_match(req)? {
                judgement.verdict = Verdict::Failed;
                return Ok(judgement);
            }
        } else if let (Some(limit), Some(date)) = (req.if_unmodified_since(), self.last_modified) {
            judgement.decided = true;
            if date > limit {
                judgement.verdict = Verdict::Failed;
                return Ok(judgement);
            }
        }
        if req.headers().contains_key(header::IF_NONE_MATCH) {
            judgement.decided |= is_any(&req.if_none_match());
            judgement.verdict = match (self.meets_if_none_match(req)?, reads) {
                (true, _) => Verdict::Proceed,
                (false, true) => Verdict::NotModified,
                (false, false) => Verdict::Failed,
            };
            return Ok(judgement);
        }
        let known = req.if_modified_since().filter(|_| reads);
        if let (Some(known), Some(date)) = (known, self.last_modified) {
            if date <= known {
                judgement.verdict = Verdict::NotModified;
            }
        }
        Ok(judgement)
    }

    fn meets_if_match(&self, req: &Request) -> Result<bool> {
        let Some(wanted) = readable(req, req.if_match())? else {
            return Ok(true);
        };
        let is_wanted = |tag| wanted.matches_strong(tag);
        Ok(self.exists && (wanted.is_any() || self.etag.as_ref().is_some_and(is_wanted)))
    }

    fn meets_if_none_match(&self, req: &Request) -> Result<bool> {
        let Some(known) = readable(req, req.if_none_match())? else {
            return Ok(true);
        };
        let is_known = |tag| known.matches_weak(tag);
        Ok(!self.exists || !(known.is_any() || self.etag.as_ref().is_some_and(is_known)))
    }

    /// Whether `If-Range` allows a part to be sent (RFC 9110 section 13.1.5): the same tag,
    /// strongly compared, or the very same date where there is no tag. Where there is one, a
    /// client has to send it; a date does not tell two changes within a second apart.
    pub(crate) fn allow_range(&self, if_range: &str) -> bool {
        match ETag::parse(if_range) {
            Some(tag) => self
                .etag
                .as_ref()
                .is_some_and(|current| current.strong_eq(&tag)),
            None if self.etag.is_some() => false,
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
    ///   or `If-None-Match` does not and the method is not GET, HEAD or QUERY.
    /// - 428, code `precondition_required`, where [`PreconditionRequired`](crate::PreconditionRequired)
    ///   demands a condition, and none could be decided.
    /// - 304 where `If-None-Match` or `If-Modified-Since` says that the client has it already.
    /// - 400, code `invalid_header`, for a list of tags in a writing request that cannot be read.
    ///
    /// # Specification
    ///
    /// RFC 9110 section 13.2.2.
    pub fn check_preconditions(&self, current: &Validators) -> Result {
        let Judgement { verdict, decided } = current.judge(self)?;
        match verdict {
            Verdict::Proceed if self.demands_condition && !decided => Err(precondition_required())?,
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

pub(crate) fn precondition_required() -> HttpError {
    HttpError::precondition_required()
        .detail("The request must be conditional: send If-Match with the current ETag.")
}

pub(crate) fn precondition_failed() -> HttpError {
    HttpError::precondition_failed()
        .detail("The resource is not in the state that the request's conditions demand.")
}
