//! Keys that are known from the start.

use std::fmt;

use subtle::ConstantTimeEq;

use super::{KeyDigest, KeyStore, key_digest};
use crate::{BuildError, Principal, Refusal};

/// Keys that are known from the start. All of them are compared with the one that was sent, each in a time
/// that does not depend on where they differ.
#[derive(Clone)]
pub struct Keys(Vec<(KeyDigest, Principal)>);

impl Keys {
    /// Starts without any.
    pub fn builder() -> KeysBuilder {
        KeysBuilder::default()
    }
}

impl KeyStore for Keys {
    async fn find(&self, key: &KeyDigest) -> Result<Option<Principal>, Refusal> {
        let mut found = None;
        for (known, principal) in &self.0 {
            if bool::from(known.ct_eq(key)) {
                found = Some(principal);
            }
        }
        Ok(found.cloned())
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

/// Who has which key; made by [`Keys::builder`].
#[derive(Default)]
#[must_use = "it does nothing until it is built"]
pub struct KeysBuilder {
    keys: Vec<(KeyDigest, Principal)>,
    faults: Vec<String>,
}

impl KeysBuilder {
    /// Adds a key, and whose it is. One may have several.
    pub fn key(mut self, key: &str, principal: Principal) -> Self {
        if key.is_empty() || !key.bytes().all(|b| b.is_ascii_graphic()) {
            let subject = principal.subject();
            let why = format!("the key of `{subject}` is no word of visible ASCII");
            self.faults.push(why);
        }
        self.keys.push((key_digest(key), principal));
        self
    }

    /// Adds a key of which the SHA-256 is known, as 64 hexadecimal digits, so that the key itself stands
    /// in no configuration.
    pub fn sha256(mut self, hex: &str, principal: Principal) -> Self {
        if let Some(digest) = from_hex(hex).filter(|digest| *digest != key_digest("")) {
            self.keys.push((digest, principal));
        } else {
            let subject = principal.subject();
            let why = format!(
                "the digest of `{subject}` is not 64 hexadecimal digits, or that of nothing"
            );
            self.faults.push(why);
        }
        self
    }

    /// Makes the keys.
    ///
    /// # Errors
    ///
    /// All that is wrong with them, each in a sentence: a key that no client could send, one key for two.
    pub fn build(mut self) -> Result<Keys, BuildError> {
        if self.keys.is_empty() && self.faults.is_empty() {
            self.faults.push("there are none".to_owned());
        }
        for (i, (digest, principal)) in self.keys.iter().enumerate() {
            let mut later = self.keys.iter().skip(i + 1);
            if let Some((_, other)) = later.find(|(other, _)| other == digest) {
                let (one, other) = (principal.subject(), other.subject());
                self.faults
                    .push(format!("`{one}` and `{other}` have the same key"));
            }
        }
        if self.faults.is_empty() {
            Ok(Keys(self.keys))
        } else {
            Err(BuildError::new("API keys", self.faults))
        }
    }
}

impl fmt::Debug for KeysBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeysBuilder({})", self.keys.len())
    }
}

fn from_hex(text: &str) -> Option<KeyDigest> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    for (i, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(digest)
}
