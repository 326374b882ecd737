//! Where values come from, and the struct that is filled in from them.

use std::cell::RefCell;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};

use crate::error::Fault;
use crate::value::{Name, Texts};

/// Names with their texts, in the order in which they came.
pub(crate) struct Source {
    pub(crate) entries: Vec<(String, Vec<String>)>,
    pub(crate) place: Place,
}

/// Where in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Query,
    Path,
    Header,
}

impl Place {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Path => "path",
            Self::Header => "header",
        }
    }

    /// The name of a field as the request has it.
    pub(crate) fn shown(self, field: &str) -> String {
        match self {
            Self::Header => field.replace('_', "-"),
            Self::Query | Self::Path => field.to_owned(),
        }
    }

    /// Whether a name of the request is that of a field: headers have hyphens and no case.
    pub(crate) fn is_same(self, name: &str, field: &str) -> bool {
        match self {
            Self::Header => name.eq_ignore_ascii_case(&self.shown(field)),
            Self::Query | Self::Path => name == field,
        }
    }
}

/// One attempt to fill in a struct, with which name was read last.
pub(crate) struct Attempt<'s> {
    pub(crate) source: &'s Source,
    pub(crate) reading: &'s RefCell<Option<String>>,
}

impl<'s> Attempt<'s> {
    fn entries(self, fields: Option<&'static [&'static str]>) -> Entries<'s> {
        let Source { entries, place } = self.source;
        let named = |(name, texts): &'s (String, Vec<String>)| {
            let field =
                fields.and_then(|fields| fields.iter().find(|field| place.is_same(name, field)));
            // Every request has headers that a struct does not name.
            let passed = *place == Place::Header && field.is_none() && fields.is_some();
            let shown = field.map_or(name.as_str(), |field| *field);
            (!passed).then_some((shown, name.as_str(), texts.as_slice()))
        };
        Entries {
            left: entries
                .iter()
                .filter_map(named)
                .collect::<Vec<_>>()
                .into_iter(),
            next: None,
            is_list: *place == Place::Header,
            reading: self.reading,
        }
    }
}

impl<'de> Deserializer<'de> for Attempt<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_map(self.entries(None))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_map(self.entries(Some(fields)))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// The entries as serde walks through them.
struct Entries<'s> {
    left: std::vec::IntoIter<(&'s str, &'s str, &'s [String])>,
    next: Option<(&'s str, &'s [String])>,
    is_list: bool,
    reading: &'s RefCell<Option<String>>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Fault> {
        let Some((field, name, texts)) = self.left.next() else {
            self.reading.replace(None);
            return Ok(None);
        };
        self.next = Some((name, texts));
        seed.deserialize(Name(field)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Fault> {
        let (name, texts) = self.next.take().unwrap_or_default();
        self.reading.replace(Some(name.to_owned()));
        let value = seed.deserialize(Texts {
            texts,
            is_list: self.is_list,
        })?;
        self.reading.replace(None);
        Ok(value)
    }
}
