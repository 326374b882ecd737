//! A form as serde sees it.

use std::any::TypeId;

use falcon_core::Query;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{
    Deserializer, EnumAccess, Error as _, IntoDeserializer, Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

use super::tree::Field;

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

    fn text(self, expected: &dyn serde::de::Expected) -> Result<&'a str, Error> {
        match self {
            Self::Text(text) => Ok(text),
            Self::Several(_) => Err(Error::custom(TWICE)),
            Self::Named(_) => Err(Error::invalid_type(Unexpected::Map, expected)),
        }
    }

    fn fields(fields: &'a [(String, Field)]) -> impl Iterator<Item = (&'a str, Self)> {
        fields
            .iter()
            .map(|(name, field)| (name.as_str(), Self::new(field)))
    }

    /// The items of a list: texts, or fields whose names are numbers, in their order.
    fn items(self, expected: &dyn serde::de::Expected) -> Result<Vec<Self>, Error> {
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

macro_rules! numbers {
    ($($method:ident $visit:ident $expected:literal),*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let text = self.text(&visitor)?;
            match text.parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(Error::invalid_value(Unexpected::Str(text), &$expected)),
            }
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

    numbers! {
        deserialize_i8 visit_i8 "a whole number from -128 to 127",
        deserialize_i16 visit_i16 "a whole number of 16 bits",
        deserialize_i32 visit_i32 "a whole number of 32 bits",
        deserialize_i64 visit_i64 "a whole number of 64 bits",
        deserialize_i128 visit_i128 "a whole number of 128 bits",
        deserialize_u8 visit_u8 "a whole number from 0 to 255",
        deserialize_u16 visit_u16 "a whole number from 0 to 65535",
        deserialize_u32 visit_u32 "a whole number of 32 bits from 0",
        deserialize_u64 visit_u64 "a whole number of 64 bits from 0",
        deserialize_u128 visit_u128 "a whole number of 128 bits from 0"
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text(&visitor)?;
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(Error::invalid_value(Unexpected::Str(text), &"a number")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text(&visitor)?;
        match Query::truth_of(text) {
            Some(value) => visitor.visit_bool(value),
            None => Err(Error::invalid_value(
                Unexpected::Str(text),
                &"true or false",
            )),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let text = self.text(&visitor)?;
        visitor.visit_str(text)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    /// An input of a form that was left empty is sent: where a number or a truth value is
    /// optional, that is none. An empty text is a text.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if matches!(self, Self::Text("")) && is_optional_number(typeid::of::<V::Value>()) {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.text(&visitor)? {
            "" => visitor.visit_unit(),
            text => Err(Error::invalid_type(Unexpected::Str(text), &visitor)),
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
            let text = self.text(&visitor)?;
            return Err(Error::invalid_type(Unexpected::Str(text), &visitor));
        };
        visitor.visit_map(MapDeserializer::new(Self::fields(fields)))
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
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if let Self::Named([(name, content)]) = self {
            return visitor.visit_enum(Variant {
                name,
                content: Some(Self::new(content)),
            });
        }
        let name = self.text(&visitor)?;
        visitor.visit_enum(Variant {
            name,
            content: None,
        })
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! { <V: Visitor<'de>> char bytes byte_buf identifier }
}

fn is_optional_number(id: TypeId) -> bool {
    macro_rules! any_of {
        ($($type:ty)*) => { [$(TypeId::of::<Option<$type>>()),*].contains(&id) };
    }
    any_of!(bool i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64)
}

struct Variant<'a> {
    name: &'a str,
    content: Option<FieldDeserializer<'a>>,
}

impl<'de, 'a> EnumAccess<'de> for Variant<'a> {
    type Error = Error;
    type Variant = Content<'a>;

    fn variant_seed<S: serde::de::DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<(S::Value, Content<'a>), Error> {
        let name = seed.deserialize(FieldDeserializer::Text(self.name))?;
        Ok((name, Content(self.content)))
    }
}

struct Content<'a>(Option<FieldDeserializer<'a>>);

impl<'a> Content<'a> {
    fn get(self) -> Result<FieldDeserializer<'a>, Error> {
        self.0
            .ok_or_else(|| Error::custom("the content of the variant is missing"))
    }
}

impl<'de> VariantAccess<'de> for Content<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.0 {
            None => Ok(()),
            Some(_) => Err(Error::custom("the variant has no content")),
        }
    }

    fn newtype_variant_seed<S: serde::de::DeserializeSeed<'de>>(
        self,
        seed: S,
    ) -> Result<S::Value, Error> {
        seed.deserialize(self.get()?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.get()?.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.get()?.deserialize_map(visitor)
    }
}
