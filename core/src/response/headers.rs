//! Headers of the response, as typed values.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use http::header::AsHeaderName;
use http::{HeaderName, HeaderValue, header};
use typeid::ConstTypeId;

use super::Response;
use crate::error::{HttpError, Result};
use crate::header::{ETag, HttpDate, Link, SetCookie, disposition};
use crate::uri;

impl Response {
    /// Returns a header's value as text: the first line, if there are several.
    pub fn header(&self, name: impl AsHeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Sets a header, in place of all lines of that name.
    ///
    /// # Errors
    ///
    /// 500 if the name or the value is none: a value cannot hold CR, LF, NUL or another control
    /// character; a text cannot hold more than ASCII, which clients read in several ways. What is
    /// to be sent all the same goes through [`HeaderValue::from_bytes`].
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

    /// Removes all lines of a header.
    pub fn remove_header(&mut self, name: impl AsHeaderName) -> &mut Self {
        self.headers.remove(name);
        self
    }

    /// Sets `ETag`. A GET or HEAD that says it has this already is then answered with 304, and one
    /// that demands another with 412 (RFC 9110 section 13).
    pub fn set_etag(&mut self, etag: &ETag) -> &mut Self {
        self.insert(header::ETAG, etag.to_header())
    }

    /// Sets `Last-Modified`, with the same effect as [`set_etag`](Self::set_etag).
    pub fn set_last_modified(&mut self, at: SystemTime) -> &mut Self {
        self.insert(header::LAST_MODIFIED, HttpDate::new(at).to_header())
    }

    /// Sets `Expires`.
    pub fn set_expires(&mut self, at: SystemTime) -> &mut Self {
        self.insert(header::EXPIRES, HttpDate::new(at).to_header())
    }

    /// Sets `Cache-Control` to a list of directives: `["public", "max-age=60"]`.
    ///
    /// # Errors
    ///
    /// As [`set_header`](Self::set_header).
    pub fn set_cache_control<D>(&mut self, directives: D) -> Result<&mut Self>
    where
        D: IntoIterator<Item: AsRef<str>>,
    {
        let mut value = String::new();
        for directive in directives {
            value.push_str(if value.is_empty() { "" } else { ", " });
            value.push_str(directive.as_ref());
        }
        self.set_header(header::CACHE_CONTROL, value)
    }

    /// Sets `Content-Length`, for a HEAD whose body is not made, or a stream of known length. A
    /// body that is whole tells its own length, whatever is set here.
    pub fn set_content_length(&mut self, bytes: u64) -> &mut Self {
        self.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes))
    }

    /// Sets `Content-Range` for a part that the responder cuts out itself: the positions, and the
    /// whole length where it is known. An empty part stands for none: `bytes */1234`.
    ///
    /// See [`accept_ranges`](Self::accept_ranges) for parts that the framework cuts out.
    pub fn set_content_range(&mut self, part: Range<u64>, whole: Option<u64>) -> &mut Self {
        self.insert(header::CONTENT_RANGE, content_range(&part, whole))
    }

    /// Has the framework answer `Range` with the parts of the body that are wanted: 206, 416, and
    /// the whole where `If-Range` says that it has changed.
    ///
    /// It takes a body that is whole, or one made by [`Body::seekable`](crate::Body::seekable).
    /// More than eight parts, or parts that overlap, are answered with the whole.
    ///
    /// # Specification
    ///
    /// RFC 9110 sections 13.1.5, 14 and 15.3.7.
    pub fn accept_ranges(&mut self) -> &mut Self {
        self.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"))
    }

    /// Sets `Location`; what may not stand in a URL is percent-encoded.
    pub fn set_location(&mut self, url: &str) -> &mut Self {
        self.insert(header::LOCATION, reference(url))
    }

    /// Sets `Content-Location`; what may not stand in a URL is percent-encoded.
    pub fn set_content_location(&mut self, url: &str) -> &mut Self {
        self.insert(header::CONTENT_LOCATION, reference(url))
    }

    /// Sets `Retry-After`. **Units:** whole seconds, rounded up.
    pub fn set_retry_after(&mut self, wait: Duration) -> &mut Self {
        self.insert(header::RETRY_AFTER, retry_after(wait))
    }

    /// Sets `Retry-After` to a moment.
    pub fn set_retry_after_at(&mut self, at: impl Into<SystemTime>) -> &mut Self {
        self.insert(header::RETRY_AFTER, HttpDate::new(at.into()).to_header())
    }

    /// Has a browser save the body as a file of that name (RFC 6266).
    pub fn set_downloadable_as(&mut self, name: &str) -> &mut Self {
        self.insert(header::CONTENT_DISPOSITION, disposition("attachment", name))
    }

    /// Has a browser show the body, and offer that name where it is saved (RFC 6266).
    pub fn set_viewable_as(&mut self, name: &str) -> &mut Self {
        self.insert(header::CONTENT_DISPOSITION, disposition("inline", name))
    }

    /// Adds a link to another resource (RFC 8288).
    pub fn append_link(&mut self, link: &Link) -> &mut Self {
        self.headers.append(header::LINK, link.to_header());
        self
    }

    /// Sets a cookie, in place of one of the same name, domain and path. To have one forgotten,
    /// set [`SetCookie::removal`].
    ///
    /// # Errors
    ///
    /// 500 where a part of the cookie holds what it may not, or a browser would refuse it; nothing
    /// is set then.
    pub fn set_cookie(&mut self, cookie: &SetCookie) -> Result<&mut Self> {
        let value = cookie.to_header(self.secure_cookies)?;
        let set = self.headers.get_all(header::SET_COOKIE).iter();
        let others: Vec<_> = set
            .filter(|line| !line.to_str().is_ok_and(|line| cookie.is_set_by(line)))
            .cloned()
            .collect();
        self.headers.remove(header::SET_COOKIE);
        for line in others.into_iter().chain([value]) {
            self.headers.append(header::SET_COOKIE, line);
        }
        Ok(self)
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
        // An answer has few headers, and most have no `Vary`: a look is faster than a hash.
        let is_there = self.headers.keys().any(|name| name == header::VARY);
        if !is_there || !self.headers.get_all(header::VARY).iter().any(listed) {
            self.headers
                .append(header::VARY, HeaderValue::from(name.clone()));
        }
        self
    }

    fn insert(&mut self, name: HeaderName, value: HeaderValue) -> &mut Self {
        self.headers.insert(name, value);
        self
    }
}

/// A URL as a header value. Everything that is left is ASCII without control characters.
fn reference(url: &str) -> HeaderValue {
    HeaderValue::from_str(&uri::encode(url)).unwrap_or_else(|_| HeaderValue::from_static("/"))
}

/// `bytes 0-9/100`, `bytes 0-9/*`, `bytes */100` (RFC 9110 section 14.4).
pub(crate) fn content_range(part: &Range<u64>, whole: Option<u64>) -> HeaderValue {
    let whole = whole.map_or_else(|| "*".to_owned(), |whole| whole.to_string());
    let text = match part.end.checked_sub(1) {
        Some(last) if part.start <= last => format!("bytes {}-{last}/{whole}", part.start),
        _ => format!("bytes */{whole}"),
    };
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("bytes */*"))
}

/// Whole seconds, rounded up (RFC 9110 section 10.2.3).
pub(crate) fn retry_after(wait: Duration) -> HeaderValue {
    let seconds = wait.as_secs();
    let is_more = u64::from(wait.subsec_nanos() > 0);
    HeaderValue::from(seconds.saturating_add(is_more))
}

fn header_pair<N, V>(name: N, value: V) -> Result<(HeaderName, HeaderValue)>
where
    N: TryInto<HeaderName, Error: Into<http::Error>>,
    V: TryInto<HeaderValue, Error: Into<http::Error>>,
{
    let refuse = |error: http::Error| HttpError::internal_server_error().caused_by(error);
    let name = name.try_into().map_err(|e| refuse(e.into()))?;
    let is_made_by_hand = ConstTypeId::of::<V>() == ConstTypeId::of::<HeaderValue>();
    let value: HeaderValue = value.try_into().map_err(|e| refuse(e.into()))?;
    // A text beyond ASCII means one thing in UTF-8 and another in Latin-1.
    if !is_made_by_hand && !value.as_bytes().iter().all(u8::is_ascii) {
        let why = format!("the value of the header {name} is not ASCII: {value:?}");
        Err(HttpError::internal_server_error().caused_by(why))?;
    }
    Ok((name, value))
}
