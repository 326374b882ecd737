//! Where the request was sent to: scheme, host, port, the whole URL.

use std::borrow::Cow;

use http::{Uri, header};

use super::Request;
use crate::header::Forwarded;

impl Request {
    /// Takes one slash from the end of the path, unless it is all of it.
    pub(crate) fn strip_trailing_slash(&mut self) {
        let Some(path) = self
            .path()
            .strip_suffix('/')
            .filter(|path| !path.is_empty())
        else {
            return;
        };
        let target = match self.parts.uri.query() {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        };
        let mut parts = self.parts.uri.clone().into_parts();
        parts.path_and_query = target.parse().ok();
        if let Ok(uri) = Uri::from_parts(parts) {
            self.parts.uri = uri;
        }
    }

    /// Returns the scheme, in lower case: what a [trusted proxy](crate::TrustedProxies) says, else
    /// what stands in the target, else `http`.
    pub fn scheme(&self) -> Cow<'_, str> {
        match self.told_by_proxy("x-forwarded-proto", Forwarded::proto) {
            Some(told) => told.to_ascii_lowercase().into(),
            None => self.parts.uri.scheme_str().unwrap_or("http").into(),
        }
    }

    /// Returns host and port as they came; `None` where nothing tells them: what a
    /// [trusted proxy](crate::TrustedProxies) says, else what stands in the target, else `Host`
    /// (RFC 9112 section 3.2.2).
    pub fn authority(&self) -> Option<Cow<'_, str>> {
        if let Some(told) = self.told_by_proxy("x-forwarded-host", Forwarded::host) {
            return Some(told.into());
        }
        let in_target = self.parts.uri.authority().map(http::uri::Authority::as_str);
        in_target
            .or_else(|| self.header(header::HOST))
            .map(Cow::from)
    }

    /// Returns the host without port and without the brackets of an IPv6 address.
    pub fn host(&self) -> Option<Cow<'_, str>> {
        Some(match self.authority()? {
            Cow::Borrowed(authority) => split(authority).0.into(),
            Cow::Owned(authority) => split(&authority).0.to_owned().into(),
        })
    }

    /// Returns the port: the one beside the host, else the scheme's own; `None` for one that is
    /// no port, and for a scheme that has none.
    pub fn port(&self) -> Option<u16> {
        match (split(&self.authority()?).1, &*self.scheme()) {
            (Some(port), _) => port.parse().ok(),
            (None, "http") => Some(80),
            (None, "https") => Some(443),
            (None, _) => None,
        }
    }

    /// Returns the whole URL as the client used it: `https://example.com/a%20b?x=1`.
    ///
    /// Without a host it is the target as it came.
    pub fn url(&self) -> String {
        let target = self
            .parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        match self.authority() {
            Some(authority) => format!("{}://{authority}{target}", self.scheme()),
            None => target.to_owned(),
        }
    }
}

/// Host and port of an authority; the host without brackets.
fn split(authority: &str) -> (&str, Option<&str>) {
    if let Some((host, port)) = authority
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
    {
        return (host, port.strip_prefix(':'));
    }
    match authority.split_once(':') {
        // Several colons without brackets: an IPv6 address that was written wrongly.
        Some((_, port)) if port.contains(':') => (authority, None),
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    }
}
