//! Two schemas, as a client sees them that sends such values, or gets them.

use serde_json::{Map, Value, json};

use super::compare::{Pair, shown};
use super::{Changes, Impact};

/// Who makes the values.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// The client: what was allowed has to be so still.
    Sent,
    /// The server: what comes has to be what came before.
    Got,
}

impl Side {
    /// What it does where fewer values are allowed than before.
    fn narrowed(self) -> Impact {
        match self {
            Self::Sent => Impact::Breaks,
            Self::Got => Impact::Safe,
        }
    }

    /// What it does where more values are allowed than before.
    fn widened(self) -> Impact {
        match self {
            Self::Sent => Impact::Safe,
            Self::Got => Impact::Breaks,
        }
    }
}

/// Bounds from below, and from above.
const LEAST: [&str; 5] = [
    "minimum",
    "exclusiveMinimum",
    "minLength",
    "minItems",
    "minProperties",
];
const MOST: [&str; 5] = [
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "maxProperties",
];

/// Keywords that say something to people alone.
const TEXTS: [&str; 7] = [
    "title",
    "description",
    "examples",
    "example",
    "$comment",
    "deprecated",
    "externalDocs",
];

/// Keywords that are compared one by one.
const COMPARED: [&str; 16] = [
    "type",
    "enum",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "prefixItems",
    "anyOf",
    "oneOf",
    "allOf",
    "pattern",
    "format",
    "uniqueItems",
    "default",
    "$ref",
];

/// How deep schemas are followed: they may refer to themselves.
const MOST_DEPTH: usize = 12;

pub(super) fn schemas<'a>(
    pair: &Pair<'a>,
    side: Side,
    at: &str,
    was: Option<&'a Value>,
    is: Option<&'a Value>,
    changes: &mut Changes,
) {
    let mut comparison = Comparison {
        pair,
        side,
        seen: Vec::new(),
        changes,
    };
    comparison.values(
        at,
        was.unwrap_or(&Value::Bool(true)),
        is.unwrap_or(&Value::Bool(true)),
    );
}

struct Comparison<'a, 'p, 'c> {
    pair: &'p Pair<'a>,
    side: Side,
    /// Pairs that are being compared.
    seen: Vec<(&'a Value, &'a Value)>,
    changes: &'c mut Changes,
}

impl<'a> Comparison<'a, '_, '_> {
    fn values(&mut self, at: &str, was: &'a Value, is: &'a Value) {
        let (was, is) = (self.pair.old.resolved(was), self.pair.new.resolved(is));
        let mut seen = self.seen.iter();
        let is_seen = seen.any(|(a, b)| std::ptr::eq(*a, was) && std::ptr::eq(*b, is));
        if is_seen || self.seen.len() > MOST_DEPTH {
            return;
        }
        self.seen.push((was, is));
        self.whole(at, was, is);
        self.seen.pop();
    }

    fn whole(&mut self, at: &str, was: &'a Value, is: &'a Value) {
        let empty = Map::new();
        let (old, new) = match (was, is) {
            (Value::Bool(false), Value::Bool(false)) => return,
            (Value::Bool(false), _) => {
                return self.add(
                    at,
                    "something is allowed, where nothing was",
                    self.side.widened(),
                );
            }
            (_, Value::Bool(false)) => {
                return self.add(at, "nothing is allowed any more", self.side.narrowed());
            }
            _ => (was.as_object(), is.as_object()),
        };
        match (old, new) {
            (Some(old), Some(new)) => self.objects(at, old, new),
            (Some(old), None) if *old != empty => {
                self.add(at, "anything is allowed", self.side.widened());
            }
            (None, Some(new)) if *new != empty => {
                self.add(
                    at,
                    "not everything is allowed any more",
                    self.side.narrowed(),
                );
            }
            _ => {}
        }
    }

    fn objects(&mut self, at: &str, old: &'a Map<String, Value>, new: &'a Map<String, Value>) {
        self.types(at, old, new);
        self.constants(at, old, new);
        self.bounds(at, old, new);
        self.rules(at, old, new);
        self.properties(at, old, new);
        self.additional(at, old, new);
        if let (Some(was), Some(is)) = (old.get("items"), new.get("items")) {
            self.values(&format!("{at}/*"), was, is);
        } else if old.get("items") != new.get("items") {
            self.rule(at, "items", old, new);
        }
        self.alternatives(at, old, new);
        self.others(at, old, new);
    }

    fn add(&mut self, at: &str, what: impl Into<String>, impact: Impact) {
        self.changes.add(at, what, impact);
    }

    fn types(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let (was, is) = (types(old), types(new));
        if was == is {
            return;
        }
        let what = format!(
            "it is {}, and was {}",
            shown(new.get("type")),
            shown(old.get("type"))
        );
        let covers = |wide: &[String], narrow: &[String]| {
            narrow.iter().all(|one| {
                wide.contains(one) || (one == "integer" && wide.contains(&"number".to_owned()))
            })
        };
        let impact = match (covers(&is, &was), covers(&was, &is)) {
            (true, true) => Impact::Safe,
            (true, false) => self.side.widened(),
            (false, true) => self.side.narrowed(),
            (false, false) => Impact::Breaks,
        };
        self.add(at, what, impact);
    }

    fn constants(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let (was, is) = (constants(old), constants(new));
        match (was, is) {
            (None, Some(_)) => self.add(at, "only a few values are allowed", self.side.narrowed()),
            (Some(_), None) => {
                self.add(
                    at,
                    "more than a few values are allowed",
                    self.side.widened(),
                );
            }
            (Some(was), Some(is)) => {
                for gone in was.iter().filter(|value| !is.contains(value)) {
                    let what = format!("the value {} is gone", shown(Some(gone)));
                    self.add(at, what, self.side.narrowed());
                }
                for value in is.iter().filter(|value| !was.contains(value)) {
                    let what = format!("the value {} is new", shown(Some(value)));
                    // A client that is ready for values that it does not know is as well off.
                    let impact = self.side.widened().max(Impact::MayBreak);
                    self.add(at, what, impact);
                }
            }
            (None, None) => {}
        }
    }

    fn bounds(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        for (keywords, sign) in [(LEAST, 1.0), (MOST, -1.0)] {
            for keyword in keywords {
                let (was, is) = (old.get(keyword), new.get(keyword));
                if was == is {
                    continue;
                }
                let bound = |value: Option<&Value>| {
                    value
                        .and_then(Value::as_f64)
                        .map_or(f64::NEG_INFINITY, |bound| bound * sign)
                };
                let impact = if bound(is) > bound(was) {
                    self.side.narrowed()
                } else {
                    self.side.widened()
                };
                let what = format!("`{keyword}` is {}, and was {}", shown(is), shown(was));
                self.add(at, what, impact);
            }
        }
    }

    fn rules(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        for keyword in ["pattern", "format", "uniqueItems"] {
            self.rule(at, keyword, old, new);
        }
        if old.get("default") != new.get("default") {
            let (is, was) = (shown(new.get("default")), shown(old.get("default")));
            let what = format!("`default` is {is}, and was {was}");
            self.add(at, what, Impact::MayBreak);
        }
    }

    /// A keyword that allows fewer values where it is there.
    fn rule(
        &mut self,
        at: &str,
        keyword: &str,
        old: &Map<String, Value>,
        new: &Map<String, Value>,
    ) {
        let held = |rules: &'_ Map<String, Value>| {
            rules
                .get(keyword)
                .filter(|rule| **rule != Value::Bool(false))
                .cloned()
        };
        let (was, is) = (held(old), held(new));
        let impact = match (&was, &is) {
            (None, Some(_)) => self.side.narrowed(),
            (Some(_), None) => self.side.widened(),
            (was, is) if was == is => return,
            _ => Impact::MayBreak,
        };
        let what = format!(
            "`{keyword}` is {}, and was {}",
            shown(is.as_ref()),
            shown(was.as_ref())
        );
        self.add(at, what, impact);
    }

    fn properties(&mut self, at: &str, old: &'a Map<String, Value>, new: &'a Map<String, Value>) {
        let of =
            |schema: &'a Map<String, Value>| schema.get("properties").and_then(Value::as_object);
        let (before, after) = (of(old), of(new));
        let is_closed = |schema: &Map<String, Value>| {
            schema.get("additionalProperties") == Some(&Value::Bool(false))
        };
        for (name, was) in before.into_iter().flatten() {
            let at = format!("{at}/{name}");
            if let Some(is) = after.and_then(|after| after.get(name)) {
                self.values(&at, was, is);
                continue;
            }
            let impact = match self.side {
                Side::Sent if is_closed(new) => Impact::Breaks,
                Side::Got if requires(old, name) => Impact::Breaks,
                _ => Impact::MayBreak,
            };
            self.add(&at, "it is gone", impact);
        }
        let is_new = |name: &&String| !before.is_some_and(|before| before.contains_key(*name));
        for name in after
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(is_new)
        {
            let at = format!("{at}/{name}");
            match self.side {
                Side::Sent if requires(new, name) => {
                    self.add(&at, "it is new, and required", Impact::Breaks);
                }
                _ => self.add(&at, "it is new", Impact::Safe),
            }
        }
        self.required(at, old, new);
    }

    fn required(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let known = |schema: &Map<String, Value>, name: &str| {
            schema
                .get("properties")
                .and_then(|all| all.get(name))
                .is_some()
        };
        for name in required(new).filter(|name| !requires(old, name)) {
            if known(old, name) || !known(new, name) {
                let at = format!("{at}/{name}");
                self.add(&at, "it is required, and was not", self.side.narrowed());
            }
        }
        for name in required(old).filter(|name| !requires(new, name)) {
            if known(new, name) || !known(old, name) {
                let at = format!("{at}/{name}");
                self.add(&at, "it is no longer required", self.side.widened());
            }
        }
    }

    fn additional(&mut self, at: &str, old: &'a Map<String, Value>, new: &'a Map<String, Value>) {
        let (was, is) = (
            old.get("additionalProperties"),
            new.get("additionalProperties"),
        );
        let is_closed = |rule: Option<&Value>| rule == Some(&Value::Bool(false));
        let at_others = format!("{at}/(others)");
        match (is_closed(was), is_closed(is)) {
            (false, true) => {
                self.add(at, "other members are refused", self.side.narrowed());
            }
            (true, false) => {
                // A client that passes over what it does not know is as well off.
                let impact = self.side.widened().max(Impact::MayBreak);
                self.add(at, "other members are allowed", impact);
            }
            (false, false) if was != is => {
                let (was, is) = (
                    was.unwrap_or(&Value::Bool(true)),
                    is.unwrap_or(&Value::Bool(true)),
                );
                self.values(&at_others, was, is);
            }
            (false, false) => {
                if let (Some(was), Some(is)) = (was, is) {
                    self.values(&at_others, was, is);
                }
            }
            (true, true) => {}
        }
    }

    fn alternatives(&mut self, at: &str, old: &'a Map<String, Value>, new: &'a Map<String, Value>) {
        let list = |schema: &'a Map<String, Value>, keyword: &str| {
            schema
                .get(keyword)
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        for keyword in ["anyOf", "oneOf", "allOf", "prefixItems"] {
            let (was, is) = (list(old, keyword), list(new, keyword));
            for (i, (was, is)) in was.iter().zip(is).enumerate() {
                self.values(&format!("{at} ({keyword} {})", i + 1), was, is);
            }
            // Another alternative allows more; another condition allows less.
            let is_condition = keyword == "allOf" || keyword == "prefixItems";
            let (more, fewer) = if is_condition || was.is_empty() || is.is_empty() {
                (self.side.narrowed(), self.side.widened())
            } else {
                (
                    self.side.widened().max(Impact::MayBreak),
                    self.side.narrowed(),
                )
            };
            if is.len() > was.len() {
                self.add(at, format!("there are more in `{keyword}`"), more);
            }
            if is.len() < was.len() {
                self.add(at, format!("there are fewer in `{keyword}`"), fewer);
            }
        }
    }

    /// Whatever else is said.
    fn others(&mut self, at: &str, old: &Map<String, Value>, new: &Map<String, Value>) {
        let mut keywords: Vec<&String> = old.keys().chain(new.keys()).collect();
        keywords.sort_unstable();
        keywords.dedup();
        for keyword in keywords
            .into_iter()
            .filter(|keyword| old.get(*keyword) != new.get(*keyword))
        {
            let name = keyword.as_str();
            if TEXTS.contains(&name) {
                self.add(at, format!("its {name} is another"), Impact::Safe);
            } else if !COMPARED.contains(&name) && !LEAST.contains(&name) && !MOST.contains(&name) {
                let what = format!(
                    "`{name}` is {}, and was {}",
                    shown(new.get(name)),
                    shown(old.get(name))
                );
                self.add(at, what, Impact::MayBreak);
            }
        }
    }
}

/// The types that are allowed, all of them where none is named.
fn types(schema: &Map<String, Value>) -> Vec<String> {
    const ALL: [&str; 6] = ["null", "boolean", "number", "string", "array", "object"];
    let mut types: Vec<String> = match schema.get("type") {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(several)) => several
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => ALL.map(str::to_owned).to_vec(),
    };
    types.sort_unstable();
    types
}

/// The few values that are allowed.
fn constants(schema: &Map<String, Value>) -> Option<Vec<Value>> {
    match (schema.get("enum"), schema.get("const")) {
        (Some(Value::Array(several)), _) => Some(several.clone()),
        (_, Some(one)) => Some(vec![json!(one)]),
        _ => None,
    }
}

fn required(schema: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

fn requires(schema: &Map<String, Value>, name: &str) -> bool {
    required(schema).any(|required| required == name)
}
