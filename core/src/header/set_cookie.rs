//! The `Set-Cookie` header.

use std::fmt::{self, Write};
use std::time::{Duration, SystemTime};

use http::HeaderValue;

use super::HttpDate;
use super::split::is_token;
use crate::error::{HttpError, Result};

/// A cookie to be set; [`Response::set_cookie`](crate::Response::set_cookie) sends it.
///
/// It is `HttpOnly` unless told otherwise, and `Secure` unless told otherwise or the app is
/// ([`App::set_secure_cookies`](crate::App::set_secure_cookies)).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use falcon_core::header::{SameSite, SetCookie};
///
/// let cookie = SetCookie::new("session", "d41d8cd9")
///     .path("/")
///     .max_age(Duration::from_secs(3600))
///     .same_site(SameSite::Strict);
/// ```
///
/// # Specification
///
/// RFC 6265bis section 4.1. Falcon: `resp.set_cookie`.
#[derive(Clone, Debug)]
#[must_use = "a cookie is sent by `Response::set_cookie`"]
pub struct SetCookie {
    name: String,
    value: String,
    max_age: Option<Duration>,
    expires: Option<HttpDate>,
    domain: Option<String>,
    path: Option<String>,
    secure: Option<bool>,
    http_only: bool,
    same_site: Option<SameSite>,
    partitioned: bool,
}

/// On which requests from other sites a cookie is sent (RFC 6265bis section 4.1.2.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SameSite {
    /// On none.
    Strict,
    /// When a link is followed.
    Lax,
    /// On all; the cookie must be `Secure`.
    None,
}

/// What browsers keep of a cookie: name and value together, and each attribute (RFC 6265bis
/// sections 5.6 and 5.7).
const MAX_PAIR: usize = 4096;
const MAX_ATTRIBUTE: usize = 1024;

/// A `Max-Age` beyond it, 68 years, is a mistake; browsers cut at 400 days.
const MAX_AGE: u64 = i32::MAX as u64;

impl SetCookie {
    /// Makes a cookie for the session, without `Path` and `Domain`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            max_age: None,
            expires: None,
            domain: None,
            path: None,
            secure: None,
            http_only: true,
            same_site: None,
            partitioned: false,
        }
    }

    /// Makes a cookie that has the client forget the one of that name. Path and domain must be
    /// those with which it was set.
    ///
    /// Falcon: `resp.unset_cookie`.
    pub fn removal(name: impl Into<String>) -> Self {
        let long_gone = HttpDate::new(SystemTime::UNIX_EPOCH);
        let mut cookie = Self::new(name, "")
            .max_age(Duration::ZERO)
            .same_site(SameSite::Lax);
        cookie.expires = Some(long_gone);
        cookie
    }

    /// Sets after how long the client forgets the cookie. **Units:** whole seconds.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Sets the moment at which the client forgets the cookie; `Max-Age` goes before it.
    pub fn expires(mut self, at: SystemTime) -> Self {
        self.expires = Some(HttpDate::new(at));
        self
    }

    /// Sets the domain whose subdomains get the cookie too. Without it only the host itself does.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.domain = Some(domain.into());
        self
    }

    /// Sets the path below which the cookie is sent.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Sets whether the cookie is sent over TLS alone.
    pub fn secure(mut self, on: bool) -> Self {
        self.secure = Some(on);
        self
    }

    /// Sets whether scripts are kept from reading the cookie: yes unless set.
    pub fn http_only(mut self, on: bool) -> Self {
        self.http_only = on;
        self
    }

    /// Sets on which requests from other sites the cookie is sent.
    pub fn same_site(mut self, policy: SameSite) -> Self {
        self.same_site = Some(policy);
        self
    }

    /// Sets whether each site in which this one is embedded has a jar of its own (CHIPS).
    pub fn partitioned(mut self, on: bool) -> Self {
        self.partitioned = on;
        self
    }

    /// Writes the header's value.
    ///
    /// # Errors
    ///
    /// 500 with a sentence in the log, where a part holds what it may not, or a browser would
    /// refuse the whole.
    pub(crate) fn to_header(&self, secure_by_default: bool) -> Result<HeaderValue> {
        let secure = self.secure.unwrap_or(secure_by_default);
        if let Some(fault) = self.fault(secure) {
            let why = format!("the cookie `{}`: {fault}", self.name.escape_debug());
            return Err(HttpError::internal_server_error().caused_by(why).into());
        }
        let mut text = String::with_capacity(64);
        let written = self.write(secure, &mut text);
        let value = HeaderValue::try_from(text).ok().filter(|_| written.is_ok());
        Ok(value.ok_or_else(HttpError::internal_server_error)?)
    }

    fn write(&self, secure: bool, out: &mut String) -> fmt::Result {
        write!(out, "{}={}", self.name, self.value)?;
        if let Some(domain) = &self.domain {
            write!(out, "; Domain={domain}")?;
        }
        if let Some(expires) = self.expires {
            write!(out, "; Expires={expires}")?;
        }
        if let Some(age) = self.max_age {
            write!(out, "; Max-Age={}", age.as_secs())?;
        }
        if let Some(path) = &self.path {
            write!(out, "; Path={path}")?;
        }
        if let Some(policy) = self.same_site {
            write!(out, "; SameSite={policy:?}")?;
        }
        for (on, flag) in [
            (self.http_only, "; HttpOnly"),
            (self.partitioned, "; Partitioned"),
            (secure, "; Secure"),
        ] {
            out.push_str(if on { flag } else { "" });
        }
        Ok(())
    }

    fn fault(&self, secure: bool) -> Option<&'static str> {
        let is_wrong = |text: &Option<String>, takes: fn(u8) -> bool| {
            text.as_deref().is_some_and(|text| {
                text.is_empty() || text.len() > MAX_ATTRIBUTE || !text.bytes().all(takes)
            })
        };
        let host_prefix = starts_with_ignoring_case(&self.name, "__Host-");
        let secure_prefix = host_prefix || starts_with_ignoring_case(&self.name, "__Secure-");
        let needs_secure = self.partitioned || self.same_site == Some(SameSite::None);
        let checks = [
            (!is_token(&self.name), "its name is no token"),
            (
                !self.value.bytes().all(is_value_byte),
                "its value holds a space, a quotation mark, a comma, a semicolon, a backslash, or \
                 what is not visible ASCII; encode it",
            ),
            (
                self.name.len() + self.value.len() > MAX_PAIR,
                "its name and value are longer than the 4096 bytes that browsers keep",
            ),
            (
                is_wrong(&self.domain, is_domain_byte),
                "its domain is empty, longer than 1024 bytes, or holds what is no letter, digit, \
                 hyphen, underscore or dot",
            ),
            (
                is_wrong(&self.path, is_attribute_byte),
                "its path is empty, longer than 1024 bytes, or holds a space, a semicolon, a comma \
                 or what is not visible ASCII; encode it",
            ),
            (
                self.path
                    .as_ref()
                    .is_some_and(|path| !path.starts_with('/')),
                "its path does not begin with a slash",
            ),
            (
                self.max_age.is_some_and(|age| age.as_secs() > MAX_AGE),
                "its Max-Age is more than 68 years",
            ),
            (
                secure_prefix && !secure,
                "the prefix of its name demands Secure",
            ),
            (
                needs_secure && !secure,
                "SameSite=None and Partitioned demand Secure",
            ),
            (
                host_prefix && (self.domain.is_some() || self.path.as_deref() != Some("/")),
                "the prefix __Host- demands the path / and no domain",
            ),
        ];
        checks
            .into_iter()
            .find(|(wrong, _)| *wrong)
            .map(|(_, fault)| fault)
    }

    /// Whether a header line sets the same cookie: the same name, domain and path.
    pub(crate) fn is_set_by(&self, line: &str) -> bool {
        let mut parts = line.split("; ");
        let name = parts
            .next()
            .and_then(|pair| pair.split_once('='))
            .map(|(name, _)| name);
        let (mut domain, mut path) = (None, None);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            match name {
                "Domain" => domain = Some(value),
                "Path" => path = Some(value),
                _ => {}
            }
        }
        name == Some(&self.name) && domain == self.domain.as_deref() && path == self.path.as_deref()
    }
}

/// `cookie-octet` of RFC 6265bis section 4.1.1.
fn is_value_byte(b: u8) -> bool {
    b.is_ascii_graphic() && !matches!(b, b'"' | b',' | b';' | b'\\')
}

fn is_domain_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-._".contains(&b)
}

fn is_attribute_byte(b: u8) -> bool {
    b.is_ascii_graphic() && !matches!(b, b';' | b',')
}

fn starts_with_ignoring_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cookie: &SetCookie) -> String {
        cookie.to_header(true).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn attributes_are_written_in_one_order() {
        assert_eq!(text(&SetCookie::new("a", "1")), "a=1; HttpOnly; Secure");
        let all = SetCookie::new("a", "1")
            .partitioned(true)
            .same_site(SameSite::None)
            .path("/p")
            .max_age(Duration::from_millis(60_900))
            .expires(SystemTime::UNIX_EPOCH)
            .domain("example.com");
        assert_eq!(
            text(&all),
            "a=1; Domain=example.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=60; Path=/p; \
             SameSite=None; HttpOnly; Partitioned; Secure"
        );
        assert!(all.is_set_by(&text(&all)));
        assert!(!all.is_set_by("a=1; Path=/p"));
    }

    #[test]
    fn what_would_inject_or_be_refused_is_an_error_at_once() {
        let wrong = [
            SetCookie::new("", "1"),
            SetCookie::new("a b", "1"),
            SetCookie::new("a=b", "1"),
            SetCookie::new("a", "1; Path=/"),
            SetCookie::new("a", "x y"),
            SetCookie::new("a", "\u{e9}"),
            SetCookie::new("a", "1\r\nSet-Cookie: b=2"),
            SetCookie::new("a", "1").path("/;Domain=evil"),
            SetCookie::new("a", "1").path("x"),
            SetCookie::new("a", "1").path(""),
            SetCookie::new("a", "1").domain("a\0b"),
            SetCookie::new("a", "1".repeat(4096)),
            SetCookie::new("a", "1").path("/".repeat(1025)),
            SetCookie::new("a", "1").domain("exa/mple"),
            SetCookie::new("a", "1").max_age(Duration::from_secs(i64::MAX as u64)),
            SetCookie::new("a", "1")
                .same_site(SameSite::None)
                .secure(false),
            SetCookie::new("a", "1").partitioned(true).secure(false),
            SetCookie::new("__Secure-a", "1").secure(false),
            SetCookie::new("__Host-a", "1"),
            SetCookie::new("__host-a", "1")
                .path("/")
                .domain("example.com"),
        ];
        for cookie in wrong {
            assert_eq!(
                cookie.to_header(true).unwrap_err().status(),
                500,
                "{cookie:?}"
            );
        }
        assert!(
            SetCookie::new("__Host-a", "1")
                .path("/")
                .to_header(true)
                .is_ok()
        );
    }
}
