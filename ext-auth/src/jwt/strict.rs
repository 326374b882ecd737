//! JSON in which no member is there twice: what reads the first and what reads the last must not
//! disagree (RFC 8725 section 2.4, RFC 7515 section 4).

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// Any JSON, walked through.
pub(crate) struct Strict;

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Walk).map(|()| Self)
    }
}

struct Walk;

/// What a number looks like where another crate has switched on `serde_json`'s `arbitrary_precision`.
const EXACT_NUMBER: &str = "$serde_json::private::Number";

/// A number has to be one for everybody who reads it.
fn finite<E: serde::de::Error>(number: &Name<'_>) -> Result<(), E> {
    let is_finite = number.0.parse().is_ok_and(f64::is_finite);
    is_finite
        .then_some(())
        .ok_or_else(|| E::custom("a number is out of range"))
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Self)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = Names::default();
        while let Some(name) = members.next_key::<Name<'de>>()? {
            if name.0 == EXACT_NUMBER {
                return finite(&members.next_value::<Name<'de>>()?);
            }
            names.add(name)?;
            members.next_value_seed(Self)?;
        }
        Ok(())
    }
}

/// The names that were met: few, as a rule, and then a look at each is faster than a hash.
#[derive(Default)]
pub(crate) struct Names<'de> {
    few: Vec<Name<'de>>,
    many: std::collections::HashSet<Name<'de>>,
}

const FEW: usize = 16;

impl<'de> Names<'de> {
    pub(crate) fn add<E: serde::de::Error>(&mut self, name: Name<'de>) -> Result<(), E> {
        let is_new = if self.few.len() < FEW {
            let is_new = !self.few.contains(&name);
            self.few.push(name);
            is_new
        } else {
            !self.few.contains(&name) && self.many.insert(name)
        };
        if is_new {
            Ok(())
        } else {
            Err(E::custom("a member is there twice"))
        }
    }
}

/// A member's name, borrowed where it has no escapes.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Name<'de>(pub(crate) std::borrow::Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(text.into()))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(text.to_owned().into()))
            }
        }

        deserializer.deserialize_str(Text)
    }
}
