//! Keys by URL, and the URL by discovery.

use std::time::{Duration, Instant};

use falcon_core::BoxError;
use falcon_core::http::{Response, header};
use serde::Deserialize;
use ureq::Body;

use super::{FetchedKeys, Jwks, KeyFetch};
use crate::remote::{TIMEOUT, Url, agent};

const MAX_BYTES: u64 = 256 * 1024;
const MAX_REDIRECTS: usize = 2;
/// What is over is given up at once; no time at all would mean for ever.
const SOON: Duration = Duration::from_millis(1);

impl Jwks {
    /// Fetches keys from a URL with `https`, or, for tests, on the machine's own `http`. Certificates are
    /// verified as the platform does; redirects are followed on the same host, two at most.
    pub fn url(url: &str) -> Self {
        Self::at(url, |url| url)
    }

    /// Fetches keys from where an issuer's configuration says (`OpenID` Connect Discovery 1.0):
    /// `https://id.example` has it at `https://id.example/.well-known/openid-configuration`. It has to name
    /// the issuer that it was asked of.
    pub fn issuer(issuer: &str) -> Self {
        let issuer = issuer.to_owned();
        let has_more = issuer.contains(['?', '#']);
        let mut jwks = Self::at(&issuer.clone(), |url| Discovery { issuer, url });
        if has_more {
            jwks.fault = Some("an issuer has no query and no fragment".to_owned());
        }
        jwks
    }

    fn at<F: KeyFetch>(url: &str, make: impl FnOnce(Url) -> F) -> Self {
        match Url::parse(url) {
            Ok(url) => Self::fetched_by(make(url)),
            Err(why) => {
                let mut jwks = Self::fetched_by(|| Err("there is no URL".into()));
                jwks.fault = Some(why);
                jwks
            }
        }
    }
}

impl Url {
    /// Where a redirect leads, if it is allowed.
    fn follow(&self, location: &str) -> Result<Self, BoxError> {
        let target = if location.starts_with('/') && !location.starts_with("//") {
            let authority = self.uri().authority().map(ToString::to_string);
            let scheme = self.uri().scheme_str().unwrap_or("https");
            format!("{scheme}://{}{location}", authority.unwrap_or_default())
        } else {
            location.to_owned()
        };
        let target = Self::parse(&target)?;
        let is_same = target.uri().authority() == self.uri().authority()
            && target.uri().scheme() == self.uri().scheme();
        if is_same {
            Ok(target)
        } else {
            Err(format!("{} redirects to another host", self.uri()).into())
        }
    }

    fn get(&self, until: Instant) -> Result<FetchedKeys, BoxError> {
        let mut followed = None;
        for _ in 0..=MAX_REDIRECTS {
            let url = followed.as_ref().unwrap_or(self);
            let left = until.saturating_duration_since(Instant::now());
            let mut response = agent(left.max(SOON))
                .get(url.uri())
                .header("accept", "application/json")
                .call()?;
            let status = response.status();
            if status.is_redirection() {
                let location = response.headers().get(header::LOCATION);
                let location = location.and_then(|location| location.to_str().ok());
                followed = Some(url.follow(location.unwrap_or_default())?);
                continue;
            }
            if status != 200 {
                return Err(format!("{} answers {status}", url.uri()).into());
            }
            let max_age = max_age(&response);
            let body = response.body_mut().with_config().limit(MAX_BYTES);
            let mut fetched = FetchedKeys::new(body.read_to_vec()?);
            fetched.max_age = max_age;
            return Ok(fetched);
        }
        Err(format!("{} redirects too often", self.uri()).into())
    }
}

impl KeyFetch for Url {
    fn fetch(&self) -> Result<FetchedKeys, BoxError> {
        self.get(Instant::now() + TIMEOUT)
    }
}

/// `Cache-Control: max-age` (RFC 9111 section 5.2.2.1); nothing may be kept where it says so.
fn max_age(response: &Response<Body>) -> Option<Duration> {
    let lines = response.headers().get_all(header::CACHE_CONTROL).iter();
    let text: Vec<&str> = lines.filter_map(|line| line.to_str().ok()).collect();
    let text = text.join(",").to_ascii_lowercase();
    let mut directives = text.split(',').map(str::trim);
    if directives
        .clone()
        .any(|d| d == "no-store" || d == "no-cache")
    {
        return Some(Duration::ZERO);
    }
    let age = directives.find_map(|directive| directive.strip_prefix("max-age="))?;
    age.trim_matches('"').parse().ok().map(Duration::from_secs)
}

/// An issuer whose configuration is asked first.
struct Discovery {
    issuer: String,
    url: Url,
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

impl KeyFetch for Discovery {
    fn fetch(&self) -> Result<FetchedKeys, BoxError> {
        let until = Instant::now() + TIMEOUT;
        let base = self.issuer.trim_end_matches('/');
        let well_known = Url::parse(&format!("{base}/.well-known/openid-configuration"))?;
        let configuration: Configuration = serde_json::from_slice(&well_known.get(until)?.json)?;
        if configuration.issuer != self.issuer {
            return Err(format!("{} names another issuer", self.url.uri()).into());
        }
        let keys = Url::parse(&configuration.jwks_uri)?;
        if self.url.uri().scheme_str() == Some("https") && keys.uri().scheme_str() != Some("https")
        {
            return Err(format!(
                "{} has its keys elsewhere than under `https`",
                self.url.uri()
            )
            .into());
        }
        keys.get(until)
    }
}
