//! Texts of queries, paths, headers and forms, as the values that a schema speaks of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

/// What texts are taken for, as far as a schema says it outright. What it says in other ways is found by trying:
/// see [`Compiled::value`](crate::compiled::Compiled::value).
#[derive(Clone, Debug, Default)]
pub(crate) struct Coercion {
    kinds: BTreeSet<Kind>,
    items: Option<Box<Self>>,
    members: Option<BTreeMap<String, Self>>,
    /// Members that are not named.
    others: Option<Box<Self>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    Text,
}

/// How far a schema is looked into: texts are flat.
const MOST_DEPTH: usize = 3;

/// How many parts of a schema are looked at.
const MOST_PARTS: usize = 2_000;

/// Keywords that speak of numbers alone.
const OF_NUMBERS: [&str; 5] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

impl Coercion {
    pub(crate) fn of(document: &Value) -> Self {
        let mut this = Self::default();
        this.add(document, document, 0, &mut 0);
        this
    }

    /// Adds what a schema, or one that it refers to, allows.
    fn add(&mut self, root: &Value, schema: &Value, depth: usize, parts: &mut usize) {
        *parts += 1;
        let is_near = depth <= MOST_DEPTH && *parts <= MOST_PARTS;
        let Some(schema) = schema.as_object().filter(|_| is_near) else {
            return;
        };
        let reference = schema.get("$ref").and_then(Value::as_str);
        let target = reference.and_then(|reference| {
            let pointer = falcon_core::uri::decode(reference.strip_prefix('#')?)?;
            root.pointer(&pointer)
        });
        if let Some(target) = target {
            self.add(root, target, depth, parts);
        }
        for keyword in ["allOf", "anyOf", "oneOf"] {
            let all = schema.get(keyword).and_then(Value::as_array);
            for part in all.into_iter().flatten() {
                self.add(root, part, depth, parts);
            }
        }
        self.add_kinds(schema);
        let items = ["items", "prefixItems"]
            .iter()
            .filter_map(|keyword| schema.get(*keyword));
        for items in items {
            let own = self.items.get_or_insert_default();
            match items {
                Value::Array(several) => {
                    for one in several {
                        own.add(root, one, depth + 1, parts);
                    }
                }
                one => own.add(root, one, depth + 1, parts),
            }
        }
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let members = self.members.get_or_insert_default();
            let member = members.entry(name.clone()).or_default();
            member.add(root, property, depth + 1, parts);
        }
        if let Some(others) = schema.get("additionalProperties") {
            self.others
                .get_or_insert_default()
                .add(root, others, depth + 1, parts);
        }
    }

    fn add_kinds(&mut self, schema: &Map<String, Value>) {
        let constants = schema
            .get("enum")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        let constants = constants.chain(schema.get("const"));
        match schema.get("type") {
            Some(Value::String(name)) => self.add_kind(name),
            Some(Value::Array(names)) => {
                names
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|name| self.add_kind(name));
            }
            _ => {
                constants.for_each(|constant| self.add_constant(constant));
                if OF_NUMBERS
                    .iter()
                    .any(|keyword| schema.contains_key(*keyword))
                {
                    self.kinds.insert(Kind::Number);
                }
            }
        }
    }

    fn add_kind(&mut self, name: &str) {
        let kind = match name {
            "null" => Kind::Null,
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer,
            "number" => Kind::Number,
            "string" => Kind::Text,
            "array" => {
                self.items.get_or_insert_default();
                return;
            }
            "object" => {
                self.members.get_or_insert_default();
                return;
            }
            _ => return,
        };
        self.kinds.insert(kind);
    }

    fn add_constant(&mut self, constant: &Value) {
        let kind = match constant {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(number) if number.is_f64() => Kind::Number,
            Value::Number(_) => Kind::Integer,
            Value::String(_) => Kind::Text,
            _ => return,
        };
        self.kinds.insert(kind);
    }

    /// Whether it can be a text, or nothing says what it is.
    pub(crate) fn may_be_text(&self) -> bool {
        self.kinds.is_empty() || self.may_be(Kind::Text)
    }

    fn may_be(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// Whether it may be a list, and is no single text.
    pub(crate) fn is_list(&self) -> bool {
        self.items.is_some() && !self.may_be(Kind::Text)
    }

    /// Whether it can be an object alone.
    pub(crate) fn is_object(&self) -> bool {
        self.members.is_some() && self.kinds.is_empty() && self.items.is_none()
    }

    /// Takes one text.
    pub(crate) fn value(&self, text: &str) -> Value {
        let boolean = match text {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        };
        if let Some(boolean) = boolean.filter(|_| self.may_be(Kind::Boolean)) {
            return Value::Bool(boolean);
        }
        let (integer, any_number) = (self.may_be(Kind::Integer), self.may_be(Kind::Number));
        let number = number(text).filter(|number| any_number || (integer && !number.is_f64()));
        if let Some(number) = number {
            return Value::Number(number);
        }
        if text.is_empty() && self.may_be(Kind::Null) && !self.may_be(Kind::Text) {
            return Value::Null;
        }
        Value::String(text.to_owned())
    }

    /// Takes several texts, one for each item.
    pub(crate) fn list<T: AsRef<str>>(&self, texts: impl IntoIterator<Item = T>) -> Value {
        let any = Self::default();
        let items = self.items.as_deref().unwrap_or(&any);
        texts
            .into_iter()
            .map(|text| items.value(text.as_ref()))
            .collect()
    }

    /// Takes the members of an object. A name that is there several times is a list.
    pub(crate) fn object<K, V>(&self, entries: impl IntoIterator<Item = (K, V)>) -> Value
    where
        K: Into<String>,
        V: AsRef<str>,
    {
        let mut texts: Map<String, Value> = Map::new();
        for (name, text) in entries {
            let text = Value::String(text.as_ref().to_owned());
            match texts
                .entry(name.into())
                .or_insert_with(|| Value::Array(Vec::new()))
            {
                Value::Array(list) => list.push(text),
                other => *other = text,
            }
        }
        let any = Self::default();
        for (name, value) in &mut texts {
            let member = self.members.as_ref().and_then(|members| members.get(name));
            let member = member.or(self.others.as_deref()).unwrap_or(&any);
            let list: Vec<&str> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            *value = match list.as_slice() {
                [one] if !member.is_list() => member.value(one),
                several => member.list(several),
            };
        }
        Value::Object(texts)
    }
}

/// What a text may be, whatever the schema says.
pub(crate) fn readings(text: &str) -> impl Iterator<Item = Value> + '_ {
    let boolean = match text {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    };
    let null = text.is_empty().then_some(Value::Null);
    // `1.0` is no way to write an integer, and is not known here to be anything else.
    let is_whole_float = |number: &Number| {
        number.is_f64() && number.as_f64().is_some_and(|float| float.fract() == 0.0)
    };
    let number = number(text).filter(|number| !is_whole_float(number));
    let all = [number.map(Value::Number), boolean.map(Value::Bool), null];
    std::iter::once(Value::from(text)).chain(all.into_iter().flatten())
}

/// A number, as JSON writes it, and nothing around it.
fn number(text: &str) -> Option<Number> {
    let begins_well = text.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    let number: Number = serde_json::from_str(text).ok().filter(|_| begins_well)?;
    // What surrounds a number is passed over by JSON's grammar, and was not by the client.
    text.ends_with(|c: char| c.is_ascii_digit())
        .then_some(number)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_text_is_what_the_schema_allows_the_narrowest_first() {
        let value = |schema: Value, text: &str| Coercion::of(&schema).value(text);
        assert_eq!(value(json!({"type": "integer"}), "7"), json!(7));
        assert_eq!(value(json!({"type": ["integer", "null"]}), ""), json!(null));
        assert_eq!(value(json!({"type": "number"}), "7.5"), json!(7.5));
        assert_eq!(value(json!({"type": "boolean"}), "true"), json!(true));
        assert_eq!(value(json!({"type": "string"}), "7"), json!("7"));
        assert_eq!(value(json!({"type": ["string", "integer"]}), "7"), json!(7));
        assert_eq!(value(json!({"enum": [1, 2]}), "2"), json!(2));
        assert_eq!(value(json!({"enum": ["1", "2"]}), "2"), json!("2"));
        assert_eq!(value(json!(true), "7"), json!("7"));
        assert_eq!(value(json!({"enum": [1, 2]}), "1.0"), json!("1.0"));
        assert_eq!(value(json!({"minimum": 5}), "7"), json!(7));
        let referred = json!({"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}], "$defs": {"n": {"type": "integer"}}});
        assert_eq!(value(referred, "7"), json!(7));
    }

    #[test]
    fn what_is_no_plain_integer_stays_a_text() {
        let integer = Coercion::of(&json!({"type": "integer"}));
        for text in [
            "1.0", "1e2", "\u{ff11}", "0x1", " 1", "1 ", "+1", "01", "", "--1", "1\n", "true",
        ] {
            assert_eq!(integer.value(text), json!(text), "{text:?}");
        }
    }

    #[test]
    fn lists_and_objects_take_texts_for_their_parts() {
        let list = Coercion::of(&json!({"type": "array", "items": {"type": "integer"}}));
        assert_eq!(list.list(["1", "x"]), json!([1, "x"]));
        let object = Coercion::of(
            &json!({"properties": {"n": {"type": "integer"}, "l": {"type": "array", "items": {"type": "integer"}}}}),
        );
        let entries = [("n", "1"), ("l", "1"), ("x", "1"), ("x", "2")];
        assert_eq!(
            object.object(entries),
            json!({"n": 1, "l": [1], "x": ["1", "2"]})
        );
    }
}
