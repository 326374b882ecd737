//! The header of a token (RFC 7515 section 4): which key, and nothing that is not understood.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::Key;
use super::strict::{Name, Names, Strict};

/// What is read of it. Keys that it holds or points to are never used.
pub(crate) struct Header<'t> {
    pub(crate) algorithm: Cow<'t, str>,
    pub(crate) key: Option<Cow<'t, str>>,
    pub(crate) kind: Option<Cow<'t, str>>,
}

impl Header<'_> {
    /// Whether a key may have signed the token: it is for the same algorithm, and has its name, if both
    /// have one.
    pub(crate) fn means(&self, key: &Key) -> bool {
        let is_named = match (&key.id, &self.key) {
            (Some(own), Some(named)) => **own == **named,
            _ => true,
        };
        is_named && key.algorithm.name() == self.algorithm
    }
}

/// What changes how a token is to be read: `crit` and what it may name, compression, encryption.
const REFUSED: [&str; 4] = ["crit", "b64", "zip", "enc"];

impl<'de> Deserialize<'de> for Header<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Header<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Header<'de>, A::Error> {
                let (mut algorithm, mut key, mut kind) = (None, None, None);
                let mut names = Names::default();
                while let Some(Name(name)) = members.next_key()? {
                    match &*name {
                        "alg" => algorithm = Some(members.next_value::<Name<'de>>()?.0),
                        "kid" => key = Some(members.next_value::<Name<'de>>()?.0),
                        "typ" => kind = Some(members.next_value::<Name<'de>>()?.0),
                        refused if REFUSED.contains(&refused) => {
                            return Err(A::Error::custom("a member that is not understood"));
                        }
                        _ => {
                            let Strict = members.next_value()?;
                        }
                    }
                    names.add(Name(name))?;
                }
                Ok(Header {
                    algorithm: algorithm.ok_or_else(|| A::Error::missing_field("alg"))?,
                    key,
                    kind,
                })
            }
        }

        deserializer.deserialize_map(Members)
    }
}
