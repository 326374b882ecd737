//! A form as serde sees it.

use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, Expected, IntoDeserializer, Unexpected,
    VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Field;
use crate::formats::word::Word;

/// What is said of a field that is given twice and can be there once.
pub(super) const TWICE: &str = "it is given more than once";

/// A field, or one of the texts that were given for it.
#[derive(Clone, Copy)]
pub(super) enum FieldDeserializer<'a> {
    Text(&'a str),
    Several(&'a [String]),
    Named(&'a [(String, Field)]),
}

impl<'a> FieldDeserializer<'a> {
    pub(super) fn new(field: &'a Field) -> Self {
        match field {
            Field::Values(values) => match values.as_slice() {
                [one] => Self::Text(one),
                several => Self::Several(several),
            },
            Field::Named(fields) => Self::Named(fields),
        }
    }

    /// The one text of the field.
    fn word(self, expected: &dyn Expected) -> Result<Word<'a>, Error> {
        match self {
            Self::Text(text) => Ok(Word(text)),
            Self::Several(_) => Err(Error::custom(TWICE)),
            Self::Named(_) => Err(Error::invalid_type(Unexpected::Map, expected)),
        }
    }

    /// The items of a list: texts, or fields whose names are numbers, in their order.
    fn items(self, expected: &dyn Expected) -> Result<Vec<Self>, Error> {
        match self {
            Self::Text(text) => Ok(vec![Self::Text(text)]),
            Self::Several(texts) => Ok(texts.iter().map(|text| Self::Text(text)).collect()),
            Self::Named(fields) => {
                let numbered = |(name, field): &'a (String, Field)| {
                    let number: u32 = name
                        .parse()
                        .map_err(|_| Error::invalid_type(Unexpected::Map, expected))?;
                    Ok((number, Self::new(field)))
                };
                let mut items = fields
                    .iter()
                    .map(numbered)
                    .collect::<Result<Vec<_>, Error>>()?;
                items.sort_by_key(|(number, _)| *number);
                Ok(items.into_iter().map(|(_, item)| item).collect())
            }
        }
    }
}

impl IntoDeserializer<'_> for FieldDeserializer<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! words {
    ($($method:ident)*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.word(&visitor)?.$method(visitor)
        }
    )* };
}

impl<'de> Deserializer<'de> for FieldDeserializer<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => visitor.visit_str(text),
            Self::Several(_) => self.deserialize_seq(visitor),
            Self::Named(_) => self.deserialize_map(visitor),
        }
    }

    words! {
        deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
        deserialize_u128 deserialize_f32 deserialize_f64 deserialize_char deserialize_str
        deserialize_string deserialize_unit
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Text("") => Word("").deserialize_option(visitor),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let mut items = SeqDeserializer::new(self.items(&visitor)?.into_iter());
        let value = visitor.visit_seq(&mut items)?;
        items.end()?;
        Ok(value)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Self::Named(fields) = self else {
            let Word(text) = self.word(&visitor)?;
            return Err(Error::invalid_type(Unexpected::Str(text), &visitor));
        };
        let fields = fields.iter();
        let fields = fields.map(|(name, field)| (Word(name), FieldDeserializer::new(field)));
        visitor.visit_map(MapDeserializer::new(fields))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }

    /// A text is the name of a variant; one field inside is a variant and its content.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Named([(name, content)]) => {
                let content = Self::new(content);
                visitor.visit_enum(Variant { name, content })
            }
            _ => self
                .word(&visitor)?
                .deserialize_enum(name, variants, visitor),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { <V: Visitor<'de>> bytes byte_buf identifier }
}

/// A variant with a content.
struct Variant<'a> {
    name: &'a str,
    content: FieldDeserializer<'a>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = FieldDeserializer<'a>;

    fn variant_seed<S: DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, FieldDeserializer<'a>), Error> {
        Ok((seed.deserialize(Word(self.name))?, self.content))
    }
}

impl<'de> VariantAccess<'de> for FieldDeserializer<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::custom("the variant has no content"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.deserialize_map(visitor)
    }
}
