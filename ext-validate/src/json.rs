//! JSON as it is validated: once, and with nothing in it that two readers would read differently.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Number, Value};

/// Reads a JSON text. An object that has a name twice is refused.
pub(crate) fn read(text: &[u8]) -> serde_json::Result<Value> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let value = Strict.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// What an error begins with where a name stands twice.
pub(crate) const TWICE: &str = "duplicate member";

struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if object.is_empty() && name == EXACT_NUMBER && *HAS_EXACT_NUMBERS {
                let text: String = members.next_value()?;
                let number = Number::from_str(&text).map_err(de::Error::custom)?;
                return Ok(Value::Number(number));
            }
            match object.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(members.next_value_seed(Self)?);
                }
                Entry::Occupied(known) => return Err(twice(known.key())),
            }
        }
        Ok(Value::Object(object))
    }
}

#[cold]
fn twice<E: de::Error>(name: &str) -> E {
    let shown: String = name.chars().take(50).collect();
    E::custom(format_args!("{TWICE} `{shown}`"))
}

/// A name as a part of a pointer (RFC 6901 section 3).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// How deep a value may be nested: as deep as a text may be.
const MOST_DEPTH: usize = 128;

/// Whether a value is nested deeper than a JSON text may be.
pub(crate) fn is_too_deep(value: &Value) -> bool {
    let mut level = vec![value];
    for _ in 0..=MOST_DEPTH {
        let mut below = Vec::new();
        for value in level {
            match value {
                Value::Array(items) => below.extend(items),
                Value::Object(members) => below.extend(members.values()),
                _ => {}
            }
        }
        if below.is_empty() {
            return false;
        }
        level = below;
    }
    true
}

/// Takes a value apart level by level: to drop it whole takes a stack as deep as it is.
pub(crate) fn dismantle(value: Value) {
    let mut parts = vec![value];
    while let Some(part) = parts.pop() {
        match part {
            Value::Array(items) => parts.extend(items),
            Value::Object(members) => parts.extend(members.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
}

/// A float that is an integer, as one: every float of that size without a fraction is one exactly.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it has no fraction, and is small enough"
)]
fn whole(value: f64) -> Option<i64> {
    const MOST: f64 = 9_223_372_036_854_775_807.0;
    (value.fract() == 0.0 && value.abs() < MOST).then_some(value as i64)
}

/// As what `serde_json` hands over a number of any length, where some other crate has switched
/// `arbitrary_precision` on.
const EXACT_NUMBER: &str = "$serde_json::private::Number";

static HAS_EXACT_NUMBERS: LazyLock<bool> =
    LazyLock::new(|| serde_json::from_str::<Number>("1e999").is_ok());

/// Makes integers of all numbers without a fraction, however they are written, as JSON Schema has it
/// (section 6.1.1 of its validation).
pub(crate) fn with_integers(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_i64().is_none() && number.as_u64().is_none() => {
            if let Some(whole) = number.as_f64().and_then(whole) {
                *value = Value::from(whole);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(with_integers),
        Value::Object(members) => members.values_mut().for_each(with_integers),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_without_a_fraction_can_be_integers() {
        let read = |text: &str| {
            let mut value = read(text.as_bytes()).unwrap();
            with_integers(&mut value);
            value
        };
        let expected = json!([1, 100, {"a": -3}, 0.5, 0, 10_000_000_000_000_000_i64]);
        assert_eq!(
            read("[1.0, 1e2, {\"a\": -3.00}, 0.5, -0.0, 1e16]"),
            expected
        );
        assert_eq!(read("9007199254740993"), json!(9_007_199_254_740_993_u64));
        assert!(read("1e30").is_number());
    }

    #[test]
    fn depth_is_counted_as_json_counts_it() {
        let deep = |levels| (0..levels).fold(json!(1), |value, _| json!([value]));
        assert!(!is_too_deep(&deep(128)));
        assert!(is_too_deep(&deep(129)));
    }

    #[test]
    fn a_name_that_stands_twice_is_refused_at_any_depth() {
        for text in [r#"{"a":1,"a":1}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#] {
            let error = read(text.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(TWICE), "{error}");
        }
    }

    #[test]
    fn what_is_no_json_or_too_deep_is_refused() {
        let deep = "[".repeat(200) + &"]".repeat(200);
        for text in [
            "",
            "{",
            "[1,]",
            "01",
            "1 2",
            "NaN",
            "\u{feff}1",
            "\"\u{1}\"",
            &deep,
        ] {
            assert!(read(text.as_bytes()).is_err(), "{text}");
        }
        assert!(read(b"\"\xff\"").is_err());
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            (-1e6..1e6_f64).prop_map(|f| Value::from(f + 0.5)),
            ".{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            let names = prop::collection::hash_map(".{0,4}", inner.clone(), 0..5);
            prop_oneof![
                prop::collection::vec(inner, 0..5).prop_map(Value::from),
                names.prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_serde_json_has_written_is_read_as_it_was(value in value()) {
            let text = serde_json::to_vec(&value).unwrap();
            let plain: Value = serde_json::from_slice(&text).unwrap();
            let strict = read(&text).unwrap();
            prop_assert_eq!(strict, plain);
        }
    }
}
