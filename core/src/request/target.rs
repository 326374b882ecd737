//! Where the request was sent to: scheme, host, port, the whole URL.

use std::borrow::Cow;

use http::{Uri, header};

use super::Request;
use crate::uri::parse_host;

/// The path below which an app is mounted, and which was cut off before it got the request.
///
/// [`App::mount`](crate::App::mount) puts it into the extensions of the request for the mounted
/// service. A layer of another kind that cuts prefixes off does the same, so that the app can tell
/// its own URLs.
///
/// Falcon, and WSGI and ASGI: `root_path`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootPath(String);

impl RootPath {
    /// Takes the path as it came, with a slash at its beginning and none at its end.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Returns the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Request {
    /// Returns the path below which this app is [mounted](RootPath), as it came; empty if it is
    /// not.
    pub fn root_path(&self) -> &str {
        let root = self.parts.extensions.get::<RootPath>();
        root.map_or("", RootPath::as_str)
    }

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
    /// `https` where the target says so, else `http`.
    ///
    /// A client may put `https` into the target of a connection that is not secure: the scheme is for
    /// writing URLs, and nothing to decide on.
    pub fn scheme(&self) -> Cow<'_, str> {
        let in_target = self.parts.uri.scheme_str().unwrap_or_default();
        match self.scheme_told() {
            Some(told) => told.into(),
            None if in_target.eq_ignore_ascii_case("https") => "https".into(),
            None => "http".into(),
        }
    }

    /// Returns host and port as they came: what a [trusted proxy](crate::TrustedProxies) says,
    /// else what stands in the target, else `Host` (RFC 9112 section 3.2.2).
    ///
    /// `None` where nothing tells them, and where what does is not
    /// [one host](crate::uri::parse_host), or several.
    pub fn authority(&self) -> Option<Cow<'_, str>> {
        if let Some(told) = self.authority_told() {
            return Some(told.into());
        }
        let in_target = self.parts.uri.authority().map(http::uri::Authority::as_str);
        let authority = in_target.or_else(|| self.host_header())?;
        parse_host(authority).map(|_| authority.into())
    }

    /// `Host`, if there is one and no other.
    fn host_header(&self) -> Option<&str> {
        let mut lines = self.parts.headers.get_all(header::HOST).iter();
        let host = lines.next()?.to_str().ok()?;
        lines.next().is_none().then_some(host)
    }

    /// Returns the host without port and without the brackets of an IPv6 address.
    pub fn host(&self) -> Option<Cow<'_, str>> {
        Some(match self.authority()? {
            Cow::Borrowed(authority) => parse_host(authority)?.0.into(),
            Cow::Owned(authority) => parse_host(&authority)?.0.to_owned().into(),
        })
    }

    /// Returns the port: the one beside the host, else the scheme's own; `None` without a host, and
    /// for a scheme that has none.
    pub fn port(&self) -> Option<u16> {
        match (parse_host(&self.authority()?)?.1, &*self.scheme()) {
            (Some(port), _) => Some(port),
            (None, "http") => Some(80),
            (None, "https") => Some(443),
            (None, _) => None,
        }
    }

    /// Returns the whole URL as the client used it, below the [`root_path`](Self::root_path) too:
    /// `https://example.com/a%20b?x=1`.
    ///
    /// Without a host it is the target as it came.
    pub fn url(&self) -> String {
        let target = self
            .parts
            .uri
            .path_and_query()
            .map_or("/", |target| target.as_str());
        let root = self.root_path();
        match self.authority() {
            Some(authority) => format!("{}://{authority}{root}{target}", self.scheme()),
            // Two slashes at the front would name a host (RFC 3986 section 4.2).
            None if root.is_empty() && target.starts_with("//") => format!("/.{target}"),
            None => format!("{root}{target}"),
        }
    }
}
