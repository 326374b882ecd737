//! Headers of the request, as typed values.

use std::borrow::Cow;
use std::fmt::Display;
use std::str::FromStr;

use http::{HeaderName, HeaderValue, header};

use super::{Request, expected};
use crate::body::Body;
use crate::error::{HttpError, Result};
use crate::header::{
    Accept, AcceptEncoding, AcceptLanguage, Cookies, ETags, Forwarded, HttpDate, MALFORMED_RANGE,
    Range,
};

/// The most cookies that a request may have.
const MAX_COOKIES: usize = 200;

impl Request {
    /// Returns a header's value as text: the first one, if there are several.
    ///
    /// `None` if the header is not there, or holds anything but visible ASCII, space and tab.
    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.parts.headers.get(name)?.to_str().ok()
    }

    /// Returns the value of a header that must be there.
    ///
    /// # Errors
    ///
    /// - 400, code `missing_header`, if it is not there.
    /// - 400, code `invalid_header`, if it holds anything but visible ASCII, space and tab.
    pub fn required_header(&self, name: impl AsRef<str>) -> Result<&str> {
        let name = name.as_ref();
        let text = self.text_header(name)?;
        Ok(text.ok_or_else(|| HttpError::missing_header(name))?)
    }

    /// Returns a header's value as a `T`; `None` if it is not there.
    ///
    /// ```no_run
    /// # use falcon_core::{Request, Result};
    /// # use falcon_core::header::HttpDate;
    /// # fn example(req: &Request) -> Result {
    /// let count: Option<u32> = req.header_as("X-Count")?;
    /// let when: Option<HttpDate> = req.header_as("Date")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, with the header's name and what was expected.
    pub fn header_as<T>(&self, name: impl AsRef<str>) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: Display,
    {
        let name = name.as_ref();
        let Some(text) = self.text_lines(name)? else {
            return Ok(None);
        };
        let wrong = |error| {
            let why = expected::sentence::<T>(" of the header", &text, error);
            HttpError::invalid_header(name, why)
        };
        Ok(Some(text.parse().map_err(wrong)?))
    }

    fn text_header(&self, name: &str) -> Result<Option<&str>> {
        let text = self.parts.headers.get(name).map(|value| value.to_str());
        Ok(text.transpose().or(Err(HttpError::invalid_header(
            name,
            "It must be visible ASCII.",
        )))?)
    }

    /// All lines of a header as one, as RFC 9110 section 5.3 joins them: of a header that is no
    /// list, that is no value.
    fn text_lines(&self, name: &str) -> Result<Option<Cow<'_, str>>> {
        let Some(first) = self.text_header(name)? else {
            return Ok(None);
        };
        let mut others = self.parts.headers.get_all(name).iter().skip(1).peekable();
        if others.peek().is_none() {
            return Ok(Some(first.into()));
        }
        let text = |line: &HeaderValue| String::from_utf8_lossy(line.as_bytes()).into_owned();
        let all: Vec<String> = self.parts.headers.get_all(name).iter().map(text).collect();
        Ok(Some(all.join(", ").into()))
    }

    /// Returns the `Content-Type`, if it is there and visible ASCII.
    pub fn content_type(&self) -> Option<&str> {
        self.header(header::CONTENT_TYPE)
    }

    /// Returns the `Content-Length`, or the body's length where the server knows it otherwise.
    pub fn content_length(&self) -> Option<u64> {
        match self.header(header::CONTENT_LENGTH) {
            Some(length) => length.parse().ok(),
            None => self.lock_body().as_ref().and_then(Body::exact_len),
        }
    }

    /// Returns `Accept`, all its lines together; `None` if it is not there, which means that
    /// everything is accepted.
    pub fn accept(&self) -> Option<Accept<'_>> {
        self.lines(&header::ACCEPT).map(Accept::new)
    }

    /// Tells whether the client accepts a media type at all; see [`Accept::quality`].
    pub fn accepts(&self, media_type: &str) -> bool {
        self.accept()
            .is_none_or(|accept| accept.quality(media_type) > 0)
    }

    /// Returns the media type that the client likes best; of those that it likes as well, the
    /// first. `None` if it accepts none of them.
    ///
    /// Falcon: `req.client_prefers`.
    pub fn prefers<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        match self.accept() {
            Some(accept) => accept.best_of(offers),
            None => offers.first().copied(),
        }
    }

    /// Returns `Accept-Language`, all its lines together; `None` if it is not there, which means
    /// that every language is as good as another.
    pub fn accept_language(&self) -> Option<AcceptLanguage<'_>> {
        self.lines(&header::ACCEPT_LANGUAGE)
            .map(AcceptLanguage::new)
    }

    /// Returns the language that the client likes best, as [`AcceptLanguage::best_of`] finds it;
    /// the first where it likes none of them, and where it does not say.
    ///
    /// A response that depends on it needs [`add_vary`](crate::Response::add_vary).
    pub fn prefers_language<'o>(&self, offers: &[&'o str]) -> Option<&'o str> {
        let best = self
            .accept_language()
            .and_then(|languages| languages.best_of(offers));
        best.or_else(|| offers.first().copied())
    }

    /// Returns `Accept-Encoding`, all its lines together; `None` if it is not there.
    pub fn accept_encoding(&self) -> Option<AcceptEncoding<'_>> {
        self.lines(&header::ACCEPT_ENCODING)
            .map(AcceptEncoding::new)
    }

    /// Returns the cookies, all header lines together.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if there are more than 200.
    pub fn cookies(&self) -> Result<Cookies<'_>> {
        let cookies = Cookies::new(self.cookie_lines());
        if cookies.has_more_than(MAX_COOKIES) {
            let why = format!("It may not hold more than {MAX_COOKIES} cookies.");
            Err(HttpError::invalid_header("Cookie", why))?;
        }
        Ok(cookies)
    }

    /// All lines of `Cookie` as one text. A pair that is no text is left out, and no other: a name
    /// that some script gave the user must not log the user out.
    fn cookie_lines(&self) -> Cow<'_, str> {
        let mut lines = self.parts.headers.get_all(header::COOKIE).iter();
        let first = lines.next().and_then(|line| line.to_str().ok());
        if let (Some(only), None) = (first, lines.next()) {
            return only.into();
        }
        let lines = self.parts.headers.get_all(header::COOKIE).iter();
        let pairs = lines.flat_map(|line| line.as_bytes().split(|b| *b == b';'));
        let texts = pairs.filter_map(|pair| std::str::from_utf8(pair).ok());
        texts.collect::<Vec<_>>().join(";").into()
    }

    /// Returns what `Forwarded` says, the hop next to the client first; empty without it.
    ///
    /// Anybody can send it: see [`client_addr`](Self::client_addr).
    pub fn forwarded(&self) -> Vec<Forwarded> {
        let value = self.lines(&header::FORWARDED).unwrap_or_default();
        Forwarded::parse(&value)
    }

    /// Returns `If-Match`.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if it is neither `*` nor a list of quoted tags.
    pub fn if_match(&self) -> Result<Option<ETags>> {
        self.etags(&header::IF_MATCH, "If-Match")
    }

    /// Returns `If-None-Match`.
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if it is neither `*` nor a list of quoted tags.
    pub fn if_none_match(&self) -> Result<Option<ETags>> {
        self.etags(&header::IF_NONE_MATCH, "If-None-Match")
    }

    fn etags(&self, name: &HeaderName, shown: &str) -> Result<Option<ETags>> {
        if !self.parts.headers.contains_key(name) {
            return Ok(None);
        }
        let tags = self.lines(name).and_then(|value| ETags::parse(&value));
        let why = "It must be * or a list of quoted entity tags.";
        Ok(Some(
            tags.ok_or_else(|| HttpError::invalid_header(shown, why))?,
        ))
    }

    /// Returns `If-Modified-Since`. One that is no date counts as absent, as RFC 9110 section
    /// 13.1.3 demands; [`header_as`](Self::header_as) refuses it instead.
    pub fn if_modified_since(&self) -> Option<HttpDate> {
        self.header(header::IF_MODIFIED_SINCE)?.parse().ok()
    }

    /// Returns `If-Unmodified-Since`. One that is no date counts as absent (RFC 9110 section
    /// 13.1.4).
    pub fn if_unmodified_since(&self) -> Option<HttpDate> {
        self.header(header::IF_UNMODIFIED_SINCE)?.parse().ok()
    }

    /// Returns `Range`.
    ///
    /// A body that can be sent in parts is sent so by the framework; see
    /// [`Response::accept_ranges`](crate::Response::accept_ranges).
    ///
    /// # Errors
    ///
    /// 400, code `invalid_header`, if it is malformed.
    pub fn range(&self) -> Result<Option<Range>> {
        let Some(value) = self.text_lines("range")? else {
            return Ok(None);
        };
        Ok(Some(Range::read(&value).map_err(|why| {
            let error = HttpError::invalid_header("Range", why);
            match why {
                MALFORMED_RANGE => error.link(
                    "HTTP/1.1 Range Requests",
                    "https://tools.ietf.org/html/rfc7233",
                ),
                _ => error,
            }
        })?))
    }

    /// All lines of a list as one. What is not UTF-8 is replaced, so that the element it
    /// stands in is none that anybody knows, and the others stay.
    fn lines(&self, name: &HeaderName) -> Option<Cow<'_, str>> {
        let lines = self.parts.headers.get_all(name).iter();
        let mut lines = lines.map(|line| String::from_utf8_lossy(line.as_bytes()));
        let first = lines.next()?;
        Some(lines.fold(first, |all, line| Cow::Owned(format!("{all}, {line}"))))
    }
}
