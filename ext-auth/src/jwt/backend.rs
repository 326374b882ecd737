//! The cryptography, bound when an authenticator is built.

use jsonwebtoken::crypto::CryptoProvider;

/// What checks signatures: never the one that a process has for all, which panics where another crate
/// has chosen another.
#[cfg(feature = "aws-lc")]
pub(crate) const BACKEND: Option<&CryptoProvider> =
    Some(&jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER);

/// The same in pure Rust.
#[cfg(all(feature = "rust-crypto", not(feature = "aws-lc")))]
pub(crate) const BACKEND: Option<&CryptoProvider> =
    Some(&jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER);

/// None is built in.
#[cfg(not(any(feature = "aws-lc", feature = "rust-crypto")))]
pub(crate) const BACKEND: Option<&CryptoProvider> = None;
