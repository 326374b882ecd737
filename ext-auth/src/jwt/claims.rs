//! The claims that everybody has to read alike (RFC 7519 section 4.1), each of the type that it must have.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::strict::{Name, Names, Strict};

/// Seconds since 1970; fractions are allowed.
pub(crate) struct Date(pub(crate) f64);

/// The last second of the year 9999: what is later is no date.
const LAST: f64 = 253_402_300_799.0;

/// Where the scopes and the roles stand.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) scopes: Box<str>,
    pub(crate) scopes_are_list: bool,
    /// Name after name.
    pub(crate) roles: Vec<Box<str>>,
}

/// Names with dots between, unless it is a name of the kind that issuers make their own by a URL.
pub(crate) fn path(text: &str) -> Vec<Box<str>> {
    if text.contains([':', '/']) {
        return vec![text.into()];
    }
    text.split('.').map(Into::into).collect()
}

/// Claims that are read here already.
const REGISTERED: [&str; 7] = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];

impl Places {
    /// Whether two places are one, or one that has another meaning.
    pub(crate) fn is_mixed_up(&self) -> bool {
        let first = self.roles.first().map(|name| &**name);
        let is_taken = |name: &str| name.is_empty() || REGISTERED.contains(&name);
        is_taken(&self.scopes)
            || first.is_some_and(|first| is_taken(first) || *first == *self.scopes)
    }
}

#[derive(Default)]
pub(crate) struct Claims<'t> {
    pub(crate) issuer: Option<Cow<'t, str>>,
    pub(crate) subject: Option<Cow<'t, str>>,
    pub(crate) audience: Option<Vec<Cow<'t, str>>>,
    pub(crate) expires: Option<Date>,
    pub(crate) not_before: Option<Date>,
    pub(crate) issued: Option<Date>,
    pub(crate) scopes: Vec<Box<str>>,
    pub(crate) roles: Vec<Box<str>>,
}

impl<'de> DeserializeSeed<'de> for &Places {
    type Value = Claims<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Claims<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &Places {
    type Value = Claims<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Claims<'de>, A::Error> {
        let mut claims = Claims::default();
        let mut names = Names::default();
        while let Some(Name(name)) = members.next_key()? {
            match &*name {
                "iss" => claims.issuer = Some(members.next_value::<Name<'de>>()?.0),
                "sub" => claims.subject = Some(members.next_value::<Name<'de>>()?.0),
                "aud" => claims.audience = Some(members.next_value_seed(Texts)?),
                "exp" => claims.expires = Some(members.next_value()?),
                "nbf" => claims.not_before = Some(members.next_value()?),
                "iat" => claims.issued = Some(members.next_value()?),
                "jti" => {
                    let Name(_) = members.next_value()?;
                }
                scopes if *scopes == *self.scopes => {
                    claims.scopes = self.read_scopes(&mut members)?;
                }
                first if self.roles.first().is_some_and(|own| **own == *first) => {
                    claims.roles = members.next_value_seed(Roles(&self.roles[1..]))?;
                }
                _ => {
                    let Strict = members.next_value()?;
                }
            }
            names.add(Name(name))?;
        }
        Ok(claims)
    }
}

impl Places {
    /// One text with blanks between (RFC 8693 section 4.2), or a list where that was said.
    fn read_scopes<'de, A: MapAccess<'de>>(
        &self,
        members: &mut A,
    ) -> Result<Vec<Box<str>>, A::Error> {
        if self.scopes_are_list {
            let list = members.next_value_seed(Texts)?;
            return Ok(list
                .into_iter()
                .map(|scope| scope.into_owned().into())
                .collect());
        }
        let text = members.next_value::<Name<'de>>()?.0;
        let words = text.split(' ').filter(|word| !word.is_empty());
        Ok(words.map(Into::into).collect())
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl Visitor<'_> for Number {
            type Value = Date;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_u64<E: Error>(self, seconds: u64) -> Result<Date, E> {
                #[expect(
                    clippy::cast_precision_loss,
                    reason = "what is too large to be exact is refused"
                )]
                self.visit_f64(seconds as f64)
            }

            fn visit_f64<E: Error>(self, seconds: f64) -> Result<Date, E> {
                if (0.0..=LAST).contains(&seconds) {
                    Ok(Date(seconds))
                } else {
                    Err(E::custom("no date before the year 10000"))
                }
            }
        }

        deserializer.deserialize_f64(Number)
    }
}

/// A text or a list of texts.
struct Texts;

impl<'de> DeserializeSeed<'de> for Texts {
    type Value = Vec<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Texts {
    type Value = Vec<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a list of texts")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(vec![text.into()])
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(vec![text.to_owned().into()])
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut texts = Vec::new();
        while let Some(Name(text)) = items.next_element()? {
            texts.push(text);
        }
        Ok(texts)
    }
}

/// The roles at the end of a path of names; none where the path leads nowhere.
struct Roles<'p>(&'p [Box<str>]);

impl<'de> DeserializeSeed<'de> for Roles<'_> {
    type Value = Vec<Box<str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        if self.0.is_empty() {
            let texts = Texts.deserialize(deserializer)?;
            return Ok(texts
                .into_iter()
                .map(|text| text.into_owned().into())
                .collect());
        }
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Roles<'_> {
    type Value = Vec<Box<str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with roles in it")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut roles = Vec::new();
        let mut names = Names::default();
        while let Some(Name(name)) = members.next_key()? {
            match self.0.split_first() {
                Some((first, rest)) if **first == *name => {
                    roles = members.next_value_seed(Roles(rest))?;
                }
                _ => {
                    let Strict = members.next_value()?;
                }
            }
            names.add(Name(name))?;
        }
        Ok(roles)
    }
}
