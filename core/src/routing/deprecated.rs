//! Routes that are on their way out.

use std::time::{SystemTime, UNIX_EPOCH};

use http::{HeaderName, HeaderValue};

use crate::Response;
use crate::header::{HttpDate, Link};

/// As route metadata: the route is deprecated, since when, and when it will be gone. Every answer
/// of the route says so, errors too.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use falcon_core::{App, Deprecated, Request, Resource, Response, Result};
///
/// struct Things;
/// impl Resource for Things {
///     async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result { Ok(()) }
/// }
///
/// let january = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
/// let mut app = App::new();
/// app.add_route("/v1/things", Things).with(
///     Deprecated::since(january)
///         .sunset(january + Duration::from_secs(365 * 86_400))
///         .link("https://example.com/moving-to-v2"),
/// );
/// ```
///
/// # Specification
///
/// RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`); the link has the relation `deprecation`.
#[derive(Clone, Debug)]
pub struct Deprecated {
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Deprecated {
    /// Sets since when, which may be a moment to come.
    pub fn since(at: SystemTime) -> Self {
        let seconds = match at.duration_since(UNIX_EPOCH) {
            Ok(after) => format!("@{}", after.as_secs()),
            Err(before) => format!("@-{}", before.duration().as_secs()),
        };
        let value = HeaderValue::from_str(&seconds);
        let value = value.unwrap_or_else(|_| HeaderValue::from_static("@0"));
        Self {
            headers: vec![(HeaderName::from_static("deprecation"), value)],
        }
    }

    /// Sets when the route will be gone.
    #[must_use]
    pub fn sunset(mut self, at: SystemTime) -> Self {
        let date = HttpDate::new(at).to_header();
        self.headers.push((HeaderName::from_static("sunset"), date));
        self
    }

    /// Sets where it is told what to use instead.
    #[must_use]
    pub fn link(mut self, url: &str) -> Self {
        let link = Link::new(url, "deprecation")
            .media_type("text/html")
            .to_header();
        self.headers.push((http::header::LINK, link));
        self
    }

    pub(crate) fn announce(&self, resp: &mut Response) {
        for (name, value) in &self.headers {
            resp.headers_mut().append(name.clone(), value.clone());
        }
    }
}
