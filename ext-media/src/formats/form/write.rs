//! A value as a form.

use falcon_core::uri;
use serde::de::value::Error;
use serde::ser::{
    Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
    SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde::{Serialize, Serializer};

use super::tree::{Field, split};

/// Writes the fields of a form, one pair after another.
pub(super) fn encode(form: Option<Field>, out: &mut Vec<u8>) -> Result<(), Error> {
    let Some(Field::Named(fields)) = form else {
        return Err(Error::custom("only a struct or a map can be a form"));
    };
    for (name, field) in fields {
        if !split(&name).1.is_empty() {
            return Err(unnameable(&name));
        }
        pairs(&name, &field, out)?;
    }
    Ok(())
}

/// A name that would be read as that of another field.
fn unnameable(name: &str) -> Error {
    Error::custom(format_args!(
        "`{name}` cannot be the name of a field in a form"
    ))
}

fn pairs(name: &str, field: &Field, out: &mut Vec<u8>) -> Result<(), Error> {
    match field {
        Field::Named(fields) => {
            for (inner, field) in fields {
                if inner.is_empty() || inner.contains(['[', ']']) {
                    return Err(unnameable(inner));
                }
                pairs(&format!("{name}[{inner}]"), field, out)?;
            }
        }
        Field::Values(values) => {
            for value in values {
                if !out.is_empty() {
                    out.push(b'&');
                }
                out.extend_from_slice(encoded(name).as_bytes());
                out.push(b'=');
                out.extend_from_slice(encoded(value).as_bytes());
            }
        }
    }
    Ok(())
}

/// Whether nothing would be written of a field.
fn is_nothing(field: &Field) -> bool {
    match field {
        Field::Values(values) => values.is_empty(),
        Field::Named(fields) => fields.iter().all(|(_, field)| is_nothing(field)),
    }
}

fn encoded(text: &str) -> String {
    uri::encode_value(text).replace("%20", "+")
}

/// Makes a field of a value; `None` of what is nothing.
pub(super) struct FieldSerializer;

type Made = Result<Option<Field>, Error>;

fn text(text: &(impl ToString + ?Sized)) -> Field {
    Field::Values(vec![text.to_string()])
}

macro_rules! texts {
    ($($method:ident: $type:ty),*) => { $(
        fn $method(self, value: $type) -> Made {
            Ok(Some(text(&value)))
        }
    )* };
}

impl Serializer for FieldSerializer {
    type Ok = Option<Field>;
    type Error = Error;
    type SerializeSeq = List;
    type SerializeTuple = List;
    type SerializeTupleStruct = List;
    type SerializeTupleVariant = List;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Fields;

    texts! {
        serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32,
        serialize_i64: i64, serialize_i128: i128, serialize_u8: u8, serialize_u16: u16,
        serialize_u32: u32, serialize_u64: u64, serialize_u128: u128, serialize_f32: f32,
        serialize_f64: f64, serialize_char: char, serialize_str: &str
    }

    fn serialize_bytes(self, _: &[u8]) -> Made {
        Err(Error::custom("bytes cannot stand in a form"))
    }

    fn serialize_none(self) -> Made {
        Ok(None)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Made {
        Ok(None)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Made {
        Ok(None)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Made {
        Ok(Some(text(variant)))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Made {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Made {
        Ok(in_variant(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List, Error> {
        Ok(List::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<List, Error> {
        Ok(List::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List, Error> {
        Ok(List::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List, Error> {
        Ok(List {
            variant: Some(variant),
            ..List::default()
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Error> {
        Ok(Fields::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Error> {
        Ok(Fields::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Fields, Error> {
        Ok(Fields {
            variant: Some(variant),
            ..Fields::default()
        })
    }
}

fn in_variant(variant: Option<&'static str>, content: Option<Field>) -> Option<Field> {
    match (variant, content) {
        (Some(variant), content) => {
            let content = content.unwrap_or_else(|| text(""));
            Some(Field::Named(vec![(variant.to_owned(), content)]))
        }
        (_, content) => content,
    }
}

/// Texts are repeated under one name; where an item has fields inside it, all are numbered.
#[derive(Default)]
pub(super) struct List {
    variant: Option<&'static str>,
    items: Vec<Option<Field>>,
}

impl List {
    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
        self.items.push(item.serialize(FieldSerializer)?);
        Ok(())
    }

    fn finish(self) -> Made {
        let mut texts = Vec::new();
        for item in &self.items {
            match item {
                // Nothing keeps its place, as an input that was left empty does.
                None => texts.push(String::new()),
                Some(Field::Values(values)) if values.len() == 1 => {
                    texts.extend(values.iter().cloned());
                }
                Some(_) => return Ok(in_variant(self.variant, Some(numbered(self.items)?))),
            }
        }
        Ok(in_variant(self.variant, Some(Field::Values(texts))))
    }
}

fn numbered(items: Vec<Option<Field>>) -> Result<Field, Error> {
    let mut fields = Vec::with_capacity(items.len());
    for (i, item) in items.into_iter().enumerate() {
        let item = item.unwrap_or_else(|| text(""));
        if is_nothing(&item) {
            return Err(Error::custom(
                "an empty item of a list cannot stand in a form",
            ));
        }
        fields.push((i.to_string(), item));
    }
    Ok(Field::Named(fields))
}

macro_rules! lists {
    ($($trait:ident $method:ident),*) => { $(
        impl $trait for List {
            type Ok = Option<Field>;
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), Error> {
                self.push(item)
            }

            fn end(self) -> Made {
                self.finish()
            }
        }
    )* };
}
lists!(SerializeSeq serialize_element, SerializeTuple serialize_element, SerializeTupleStruct serialize_field, SerializeTupleVariant serialize_field);

#[derive(Default)]
pub(super) struct Fields {
    variant: Option<&'static str>,
    members: Vec<(String, Field)>,
    key: Option<String>,
}

impl Fields {
    fn push<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Error> {
        if let Some(field) = value.serialize(FieldSerializer)? {
            self.members.push((name, field));
        }
        Ok(())
    }

    fn finish(self) -> Option<Field> {
        in_variant(self.variant, Some(Field::Named(self.members)))
    }
}

impl SerializeMap for Fields {
    type Ok = Option<Field>;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        let Some(Field::Values(mut values)) = key.serialize(FieldSerializer)? else {
            return Err(Error::custom("the name of a field has to be a text"));
        };
        self.key = values.pop();
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let key = self.key.take().unwrap_or_default();
        self.push(key, value)
    }

    fn end(self) -> Made {
        Ok(self.finish())
    }
}

macro_rules! structs {
    ($($trait:ident),*) => { $(
        impl $trait for Fields {
            type Ok = Option<Field>;
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.push(name.to_owned(), value)
            }

            fn end(self) -> Made {
                Ok(self.finish())
            }
        }
    )* };
}
structs!(SerializeStruct, SerializeStructVariant);
