//! Routes that are on their way out.

use std::time::{SystemTime, UNIX_EPOCH};

use http::header::LINK;
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
/// RFC 9745 (`Deprecation`), RFC 8594 (`Sunset`). A sunset that lies before the deprecation is
/// refused by [`App::freeze`](crate::App::freeze).
#[derive(Clone, Debug)]
pub struct Deprecated {
    since: Option<SystemTime>,
    sunset: Option<SystemTime>,
    links: Vec<HeaderValue>,
}

impl Deprecated {
    /// Sets since when, which may be a moment to come.
    pub fn since(at: SystemTime) -> Self {
        Self {
            since: Some(at),
            sunset: None,
            links: Vec::new(),
        }
    }

    /// The route will be gone at this time, and is not deprecated until then: `Sunset` alone.
    pub fn sunset_at(at: SystemTime) -> Self {
        Self {
            since: None,
            sunset: Some(at),
            links: Vec::new(),
        }
    }

    /// Sets when the route will be gone.
    #[must_use]
    pub fn sunset(mut self, at: SystemTime) -> Self {
        self.sunset = Some(at);
        self
    }

    /// Adds where it is told what to use instead: a link with the relation `deprecation`.
    #[must_use]
    pub fn link(self, url: &str) -> Self {
        self.add_link(Link::new(url, "deprecation"))
    }

    /// Adds where it is told when and why routes go: a link with the relation `sunset`.
    #[must_use]
    pub fn sunset_link(self, url: &str) -> Self {
        self.add_link(Link::new(url, "sunset"))
    }

    fn add_link(mut self, link: Link) -> Self {
        self.links.push(link.media_type("text/html").to_header());
        self
    }

    /// Returns since when; `None` where it only will be gone.
    pub fn deprecated_at(&self) -> Option<SystemTime> {
        self.since
    }

    pub(crate) fn is_in_order(&self) -> bool {
        self.since.is_none() || self.sunset.is_none() || self.since <= self.sunset
    }

    pub(crate) fn announce(&self, resp: &mut Response) {
        let headers = resp.headers_mut();
        if let Some(since) = self.since.and_then(structured_date) {
            headers.insert(HeaderName::from_static("deprecation"), since);
        }
        if let Some(sunset) = self.sunset {
            let date = HttpDate::new(sunset).to_header();
            headers.insert(HeaderName::from_static("sunset"), date);
        }
        for link in &self.links {
            headers.append(LINK, link.clone());
        }
    }
}

/// A date as a structured field: whole seconds (RFC 9651 section 3.3.7).
fn structured_date(at: SystemTime) -> Option<HeaderValue> {
    let seconds = match at.duration_since(UNIX_EPOCH) {
        Ok(after) => format!("@{}", after.as_secs()),
        Err(before) => match before.duration().as_secs() {
            0 => "@0".to_owned(),
            seconds => format!("@-{seconds}"),
        },
    };
    HeaderValue::from_str(&seconds).ok()
}
