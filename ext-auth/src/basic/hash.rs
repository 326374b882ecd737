//! What is kept of a password.

use std::fmt;
use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::{PasswordHashString, PasswordVerifier as _};

/// What bcrypt reads of a password, in bytes: what is longer is refused, or two long ones would be the
/// same.
const BCRYPT_READS: usize = 72;

/// The hash of a password, by Argon2 or bcrypt, as tools write it: `$argon2id$v=19$…`, `$2b$12$…`.
///
/// With bcrypt, a password of 72 bytes and more is refused: bcrypt reads no more, so that two that begin alike
/// would be one.
#[derive(Clone)]
pub struct PasswordHash(Arc<Kind>);

enum Kind {
    Argon2(PasswordHashString),
    Bcrypt(String),
}

impl PasswordHash {
    /// Reads a hash.
    ///
    /// # Errors
    ///
    /// It is none, or of another kind.
    pub fn parse(text: &str) -> Result<Self, HashError> {
        let kind = if text.starts_with("$argon2") {
            let hash = PasswordHashString::new(text);
            let hash = hash.map_err(|_| HashError("it is no hash of Argon2"))?;
            argon2::Algorithm::try_from(hash.algorithm())
                .map_err(|_| HashError("its algorithm is none of Argon2's"))?;
            argon2::Params::try_from(&hash.password_hash())
                .map_err(|_| HashError("its parameters are none of Argon2's"))?;
            if hash.hash().is_none() || hash.salt().is_none() {
                return Err(HashError("it has no salt or no hash in it"));
            }
            Kind::Argon2(hash)
        } else if is_bcrypt(text) {
            Kind::Bcrypt(text.to_owned())
        } else {
            return Err(HashError("it begins with `$argon2` or `$2b$`"));
        };
        Ok(Self(Arc::new(kind)))
    }

    /// Tells whether a password has this hash. It takes as long as its cost says: tens of milliseconds.
    pub fn verify(&self, password: &[u8]) -> bool {
        match &*self.0 {
            Kind::Argon2(hash) => {
                let hash = hash.password_hash();
                Argon2::default().verify_password(password, &hash).is_ok()
            }
            Kind::Bcrypt(hash) => {
                let is_short = password.len() < BCRYPT_READS;
                let known = bcrypt::verify(&password[..password.len().min(BCRYPT_READS)], hash);
                known.unwrap_or(false) && is_short
            }
        }
    }
}

/// `$2b$12$` and 53 letters of its own base64.
fn is_bcrypt(text: &str) -> bool {
    let mut parts = text.split('$').skip(1);
    let (version, cost, rest) = (parts.next(), parts.next(), parts.next());
    let cost = cost
        .filter(|cost| cost.len() == 2)
        .and_then(|cost| cost.parse::<u32>().ok());
    let is_hash = |rest: &str| {
        rest.len() == 53
            && rest
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"./".contains(&b))
    };
    matches!(version, Some("2a" | "2b" | "2x" | "2y"))
        && cost.is_some_and(|cost| (4..=31).contains(&cost))
        && rest.is_some_and(is_hash)
        && parts.next().is_none()
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0 {
            Kind::Argon2(_) => "PasswordHash(Argon2)",
            Kind::Bcrypt(_) => "PasswordHash(bcrypt)",
        })
    }
}

/// Why a text is no hash; it holds no part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashError(&'static str);

impl fmt::Display for HashError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the hash of a password cannot be read: {}", self.0)
    }
}

impl std::error::Error for HashError {}
