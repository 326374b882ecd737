//! Keys by URL, and the URL by discovery.

use std::sync::Arc;
use std::time::Duration;

use falcon_core::BoxError;
use falcon_core::http::{Response, Uri, header};
use serde::Deserialize;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

use super::{FetchedKeys, Jwks, KeyFetch};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(5);
const MAX_BYTES: u64 = 256 * 1024;
const MAX_REDIRECTS: usize = 2;

impl Jwks {
    /// Fetches keys from a URL with `https`, or, for tests, on the machine's own `http`. Certificates are
    /// verified as the platform does; redirects are followed on the same host, two at most.
    pub fn url(url: &str) -> Self {
        Self::at(url, |url| url)
    }

    /// Fetches keys from where an issuer's configuration says (`OpenID` Connect Discovery 1.0, RFC 8414):
    /// `https://id.example` has it at `https://id.example/.well-known/openid-configuration`. It has to name
    /// the issuer that it was asked of.
    pub fn issuer(issuer: &str) -> Self {
        let issuer = issuer.to_owned();
        Self::at(&issuer.clone(), |url| Discovery { issuer, url })
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

/// A URL that may be asked.
struct Url(Uri);

impl Url {
    fn parse(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| format!("keys cannot be fetched from `{text}`: {why}");
        let uri: Uri = text.parse().map_err(|_| refuse("it is no URL"))?;
        let host = uri.host().ok_or_else(|| refuse("it has no host"))?;
        let is_own = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_own => Ok(Self(uri)),
            _ => Err(refuse(
                "the scheme has to be `https`, or keys could be changed on their way",
            )),
        }
    }

    /// Where a redirect leads, if it is allowed.
    fn follow(&self, location: &str) -> Result<Self, BoxError> {
        let target = if location.starts_with('/') && !location.starts_with("//") {
            let authority = self.0.authority().map(ToString::to_string);
            let scheme = self.0.scheme_str().unwrap_or("https");
            format!("{scheme}://{}{location}", authority.unwrap_or_default())
        } else {
            location.to_owned()
        };
        let target = Self::parse(&target)?;
        let is_same =
            target.0.authority() == self.0.authority() && target.0.scheme() == self.0.scheme();
        if is_same {
            Ok(target)
        } else {
            Err(format!("{} redirects to another host", self.0).into())
        }
    }

    fn get(&self) -> Result<FetchedKeys, BoxError> {
        let agent = agent();
        let mut url = Self(self.0.clone());
        for _ in 0..=MAX_REDIRECTS {
            let mut response = agent
                .get(&url.0)
                .header("accept", "application/json")
                .call()?;
            let status = response.status();
            if status.is_redirection() {
                let location = response.headers().get(header::LOCATION);
                let location = location.and_then(|location| location.to_str().ok());
                url = url.follow(location.unwrap_or_default())?;
                continue;
            }
            if status != 200 {
                return Err(format!("{} answers {status}", url.0).into());
            }
            let max_age = max_age(&response);
            let body = response.body_mut().with_config().limit(MAX_BYTES);
            let mut fetched = FetchedKeys::new(body.read_to_vec()?);
            fetched.max_age = max_age;
            return Ok(fetched);
        }
        Err(format!("{} redirects too often", self.0).into())
    }
}

impl KeyFetch for Url {
    fn fetch(&self) -> Result<FetchedKeys, BoxError> {
        self.get()
    }
}

fn agent() -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    config.into()
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
        let base = self.issuer.trim_end_matches('/');
        let well_known = Url::parse(&format!("{base}/.well-known/openid-configuration"))?;
        let configuration: Configuration = serde_json::from_slice(&well_known.get()?.json)?;
        if configuration.issuer != self.issuer {
            return Err(format!("{} names another issuer", self.url.0).into());
        }
        Url::parse(&configuration.jwks_uri)?.get()
    }
}
