//! Values of several types, and the two forms in which routes show them.

use std::fmt::Write;

use jiff::civil::{Date, DateTime};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

/// A value that a route has read.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(i64),
    Float(f64),
    Text(String),
    Bool(bool),
    Date(Date),
    Moment(Moment),
    Uuid(Uuid),
    Bytes(Vec<u8>),
    List(Vec<Self>),
    /// In the order in which its members came.
    Object(Vec<(String, Self)>),
    Null,
    /// More than fits into an `Int`.
    Large(u64),
}

/// A date and time, with an offset in seconds if it has one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) clock: DateTime,
    pub(crate) offset: Option<i32>,
}

impl Moment {
    /// As ISO 8601 has it.
    fn show(self) -> String {
        let mut text = self.clock.strftime("%Y-%m-%dT%H:%M:%S").to_string();
        if let Some(offset) = self.offset {
            let (sign, seconds) = if offset < 0 {
                ('-', -offset)
            } else {
                ('+', offset)
            };
            let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
            // Writing to a string cannot fail.
            let _written = write!(text, "{sign}{hours:02}:{minutes:02}");
            if seconds % 60 > 0 {
                let _written = write!(text, ":{:02}", seconds % 60);
            }
        }
        text
    }
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The value as JSON shows it.
    pub(crate) fn plain(&self) -> Json {
        match self {
            Self::Int(value) => json!(value),
            Self::Float(value) => plain_float(*value),
            Self::Text(text) => json!(text),
            Self::Bool(value) => json!(value),
            Self::Date(date) => json!(date.to_string()),
            Self::Moment(moment) => json!(moment.show()),
            Self::Uuid(uuid) => json!(uuid.to_string()),
            Self::Bytes(bytes) => in_hex(bytes),
            Self::List(list) => list.iter().map(Self::plain).collect(),
            Self::Object(members) => {
                let plain = members
                    .iter()
                    .map(|(name, value)| (name.clone(), value.plain()));
                Json::Object(plain.collect::<Map<_, _>>())
            }
            Self::Null => Json::Null,
            Self::Large(value) => json!(value),
        }
    }

    /// The value with the name of its type.
    pub(crate) fn typed(&self) -> Json {
        json!({"type": self.type_name(), "value": self.plain()})
    }

    fn type_name(&self) -> &'static str {
        match self {
            Self::Int(_) | Self::Large(_) => "int",
            Self::Float(_) => "float",
            Self::Text(_) => "str",
            Self::Bool(_) => "bool",
            Self::Date(_) => "date",
            Self::Moment(_) => "datetime",
            Self::Uuid(_) => "uuid",
            Self::Bytes(_) => "bytes",
            Self::List(_) => "list",
            Self::Object(_) => "object",
            Self::Null => "null",
        }
    }
}

/// Bytes as routes show them.
pub(crate) fn in_hex(bytes: &[u8]) -> Json {
    let mut hex = String::new();
    for byte in bytes {
        // Writing to a string cannot fail.
        let _written = write!(hex, "{byte:02x}");
    }
    json!({"hex": hex})
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::List(list) => serializer.collect_seq(list),
            Self::Object(members) => {
                serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
            }
            other => other.plain().serialize(serializer),
        }
    }
}

fn plain_float(value: f64) -> Json {
    if value.is_nan() {
        json!({"float": "nan"})
    } else if value.is_infinite() {
        json!({"float": if value > 0.0 { "inf" } else { "-inf" }})
    } else {
        json!(value)
    }
}

/// Shows a value, or null.
pub(crate) fn typed_or_null(value: Option<&Value>) -> Json {
    value.map_or_else(|| json!({"type": "null", "value": null}), Value::typed)
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

/// Takes whatever JSON has.
struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Large(value), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
        Ok(Value::Bytes(value.to_vec()))
    }

    /// An extension of MessagePack: its number and its bytes.
    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::List(list))
    }

    /// Of members with one name the last counts, in the place of the first.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members: Vec<(String, Value)> = Vec::new();
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some(member) => member.1 = value,
                None => members.push((name, value)),
            }
        }
        Ok(Value::Object(members))
    }
}
