//! The algorithms of JSON Web Signatures (RFC 7518 section 3.1, RFC 8037).

use std::fmt;

/// How tokens are signed. `none` is not among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// HMAC with SHA-256.
    HS256,
    /// HMAC with SHA-384.
    HS384,
    /// HMAC with SHA-512.
    HS512,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RS256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RS384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RS512,
    /// RSASSA-PSS with SHA-256.
    PS256,
    /// RSASSA-PSS with SHA-384.
    PS384,
    /// RSASSA-PSS with SHA-512.
    PS512,
    /// ECDSA on the curve P-256 with SHA-256.
    ES256,
    /// ECDSA on the curve P-384 with SHA-384.
    ES384,
    /// Ed25519.
    EdDSA,
}

/// The kinds of keys that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    Hmac,
    Rsa,
    Ec,
    Ed,
}

impl Algorithm {
    /// Returns the name that stands in a token's header.
    pub fn name(self) -> &'static str {
        match self {
            Self::HS256 => "HS256",
            Self::HS384 => "HS384",
            Self::HS512 => "HS512",
            Self::RS256 => "RS256",
            Self::RS384 => "RS384",
            Self::RS512 => "RS512",
            Self::PS256 => "PS256",
            Self::PS384 => "PS384",
            Self::PS512 => "PS512",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::HS256 | Self::HS384 | Self::HS512 => Family::Hmac,
            Self::ES256 | Self::ES384 => Family::Ec,
            Self::EdDSA => Family::Ed,
            _ => Family::Rsa,
        }
    }

    /// How long the hash is: a secret must be as long (RFC 7518 section 3.2). In bytes.
    pub(crate) fn hash_len(self) -> usize {
        match self {
            Self::HS512 | Self::RS512 | Self::PS512 => 64,
            Self::HS384 | Self::RS384 | Self::PS384 | Self::ES384 => 48,
            _ => 32,
        }
    }

    pub(crate) fn engine(self) -> jsonwebtoken::Algorithm {
        use jsonwebtoken::Algorithm as Engine;
        match self {
            Self::HS256 => Engine::HS256,
            Self::HS384 => Engine::HS384,
            Self::HS512 => Engine::HS512,
            Self::RS256 => Engine::RS256,
            Self::RS384 => Engine::RS384,
            Self::RS512 => Engine::RS512,
            Self::PS256 => Engine::PS256,
            Self::PS384 => Engine::PS384,
            Self::PS512 => Engine::PS512,
            Self::ES256 => Engine::ES256,
            Self::ES384 => Engine::ES384,
            Self::EdDSA => Engine::EdDSA,
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
