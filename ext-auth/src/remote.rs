//! Asking other servers.

use std::sync::Arc;
use std::time::Duration;

use falcon_core::http::Uri;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How long what is asked for may take in all.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(5);

/// A URL that may be asked.
pub(crate) struct Url(Uri);

impl Url {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let refuse = |why: &str| format!("`{text}` cannot be asked: {why}");
        let uri: Uri = text.parse().map_err(|_| refuse("it is no URL"))?;
        if uri
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
        {
            return Err("a URL with a name or a password in it cannot be asked".to_owned());
        }
        let host = uri.host().ok_or_else(|| refuse("it has no host"))?;
        let is_own = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
        match uri.scheme_str() {
            Some("https") => Ok(Self(uri)),
            Some("http") if is_own => Ok(Self(uri)),
            _ => Err(refuse(
                "the scheme has to be `https`, or what it answers could be changed on its way",
            )),
        }
    }

    pub(crate) fn uri(&self) -> &Uri {
        &self.0
    }
}

/// No redirects are followed, no proxy is used, and no status is an error by itself.
pub(crate) fn agent(left: Duration) -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(left))
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .proxy(None)
        .build();
    config.into()
}
