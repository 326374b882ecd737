//! Certificates of clients.

use std::fmt;

use falcon_core::{ClientCertificate, Request};
use sha2::{Digest as _, Sha256};

use crate::{Authenticator, Challenge, KeyStore, Principal, Refusal};

/// Recognises callers by the certificate that the server has verified, where it ends TLS: by its
/// [`ClientCertificate`] in the request's extensions. A store knows it by the SHA-256 of its DER, which tools
/// call its fingerprint.
///
/// A header that says which certificate there was, such as `Client-Cert` (RFC 9440), is not read: anybody can
/// send it. Middleware that knows its proxy may make a [`ClientCertificate`] of it.
///
/// ```
/// use falcon_auth::{ClientCertificates, Keys, Principal};
///
/// let fingerprint = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
/// let known = Keys::builder().sha256(fingerprint, Principal::new("agent-7")).build()?;
/// let certificates = ClientCertificates::new(known);
/// # Ok::<(), falcon_auth::BuildError>(())
/// ```
#[derive(Clone)]
pub struct ClientCertificates<S>(S);

impl<S: KeyStore> ClientCertificates<S> {
    /// Makes an authenticator of what knows certificates.
    pub fn new(store: S) -> Self {
        Self(store)
    }
}

impl<S: KeyStore> Authenticator for ClientCertificates<S> {
    async fn authenticate(&self, req: &Request) -> Result<Option<Principal>, Refusal> {
        let Some(certificate) = req.extensions().get::<ClientCertificate>() else {
            return Ok(None);
        };
        let digest = Sha256::digest(certificate.der()).into();
        let known = self.0.find(&digest).await?;
        known.map_or_else(
            || Err(Refusal::invalid("nobody has the certificate")),
            |principal| Ok(Some(principal)),
        )
    }

    fn challenges(&self) -> Vec<Challenge> {
        vec![Challenge::new("ClientCertificate")]
    }
}

impl<S> fmt::Debug for ClientCertificates<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificates")
    }
}
