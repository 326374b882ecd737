//! One text as serde sees it: a number, a truth value, the name of a variant, or a text.

use std::any::TypeId;

use falcon_core::Query;
use serde::de::value::Error;
use serde::de::{Deserializer, Error as _, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

/// A text that is a whole value: of a field, a body, or the name of a field.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a>(pub(crate) &'a str);

impl IntoDeserializer<'_> for Word<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

macro_rules! numbers {
    ($($method:ident $visit:ident $expected:literal),*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            match self.0.parse() {
                Ok(number) => visitor.$visit(number),
                Err(_) => Err(Error::invalid_value(Unexpected::Str(self.0), &$expected)),
            }
        }
    )* };
}

impl<'de> Deserializer<'de> for Word<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.0)
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
        match self.0.parse::<f32>() {
            Ok(number) if number.is_finite() => visitor.visit_f32(number),
            _ => Err(Error::invalid_value(Unexpected::Str(self.0), &"a number")),
        }
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0.parse::<f64>() {
            Ok(number) if number.is_finite() => visitor.visit_f64(number),
            _ => Err(Error::invalid_value(Unexpected::Str(self.0), &"a number")),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match Query::truth_of(self.0) {
            Some(value) => visitor.visit_bool(value),
            None => Err(Error::invalid_value(
                Unexpected::Str(self.0),
                &"true or false",
            )),
        }
    }

    /// An input of a form that was left empty is sent: where something else than a text is optional,
    /// that is none.
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.is_empty() && !is_optional_text(typeid::of::<V::Value>()) {
            return visitor.visit_none();
        }
        visitor.visit_some(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
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

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'de>>
        char str string bytes byte_buf identifier seq tuple tuple_struct map struct
    }
}

/// Whether a type is that of an optional text, to which an empty one is a value.
fn is_optional_text(id: TypeId) -> bool {
    macro_rules! any_of {
        ($($type:ty),*) => { [$(TypeId::of::<Option<$type>>()),*].contains(&id) };
    }
    any_of!(
        String,
        Box<str>,
        std::sync::Arc<str>,
        std::rc::Rc<str>,
        std::borrow::Cow<'static, str>,
        std::path::PathBuf
    )
}
