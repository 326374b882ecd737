//! Plain text: a value that is one text.

use std::fmt::Display;

use falcon_core::{Error, HttpError, Result};
use serde::de::DeserializeOwned;
use serde::ser::{Error as _, Impossible};
use serde::{Serialize, Serializer};

use super::word::Word;
use crate::problem::shown;

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|error| {
        HttpError::bad_request()
            .title("Malformed text")
            .code("text_malformed")
            .detail(format!("At byte {}: no UTF-8.", error.valid_up_to()))
            .member("offset", error.valid_up_to())
    })?;
    Ok(T::deserialize(Word(text)).map_err(|error| {
        HttpError::unprocessable_content()
            .title("Text of the wrong shape")
            .code("text_shape")
            .detail(format!("{}.", shown(&error.to_string())))
            .member("pointer", "")
    })?)
}

pub(crate) fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result {
    value.serialize(TextSerializer(out)).map_err(Error::from)
}

/// Writes what is one text, and nothing that has parts.
struct TextSerializer<'a>(&'a mut Vec<u8>);

impl TextSerializer<'_> {
    fn text(self, text: impl Display) -> Result<(), Unwritable> {
        use std::io::Write;
        write!(self.0, "{text}").map_err(Unwritable::custom)
    }
}

/// Why a value cannot be plain text.
#[derive(Debug)]
struct Unwritable(String);

impl Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unwritable {}

impl serde::ser::Error for Unwritable {
    fn custom<T: Display>(why: T) -> Self {
        Self(why.to_string())
    }
}

macro_rules! texts {
    ($($method:ident: $type:ty),*) => { $(
        fn $method(self, value: $type) -> Result<(), Unwritable> {
            self.text(value)
        }
    )* };
}

macro_rules! refuse {
    ($($method:ident($($type:ty),*) -> $ok:ty;)*) => { $(
        fn $method(self, $(_: $type),*) -> Result<$ok, Unwritable> {
            Err(Unwritable::custom("a value with parts is no plain text"))
        }
    )* };
}

impl Serializer for TextSerializer<'_> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Impossible<(), Unwritable>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStruct = Impossible<(), Unwritable>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    texts! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str
    }

    refuse! {
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_seq(Option<usize>) -> Self::SerializeSeq;
        serialize_tuple(usize) -> Self::SerializeTuple;
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Self::SerializeTupleVariant;
        serialize_map(Option<usize>) -> Self::SerializeMap;
        serialize_struct(&'static str, usize) -> Self::SerializeStruct;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Self::SerializeStructVariant;
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.text(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Unwritable> {
        Err(Unwritable::custom("a value with parts is no plain text"))
    }
}
