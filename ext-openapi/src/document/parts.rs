//! A schema and its definitions, each of which becomes a component.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::components::component_name;

/// Where a schema keeps those that it refers to.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Keywords that have a schema, a list of them, or either.
const SCHEMAS: [&str; 16] = [
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "contains",
    "contentSchema",
    "else",
    "if",
    "items",
    "not",
    "oneOf",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Keywords that have schemas by name.
const NAMED: [&str; 6] = [
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// A part of a schema that gets a name.
pub(super) struct Part {
    /// Into the schema; the schema itself has none.
    pub(super) pointer: String,
    pub(super) name: String,
    schema: Value,
}

/// A schema, taken apart.
pub(super) struct Parts {
    root: Value,
    /// Those that get names, the schema itself last where it is among them.
    pub(super) all: Vec<Part>,
}

impl Parts {
    /// Takes a schema apart. It gets a name itself where it has one, or refers to itself.
    pub(super) fn new(mut root: Value, name: Option<String>) -> Self {
        let mut all = Vec::new();
        if let Some(members) = root.as_object_mut() {
            members.remove("$schema");
        }
        for keyword in DEFINITIONS {
            let definitions = root.as_object_mut().and_then(|root| root.remove(keyword));
            let definitions = definitions.as_ref().and_then(Value::as_object);
            for (name, schema) in definitions.into_iter().flatten() {
                all.push(Part {
                    pointer: format!("/{keyword}/{}", name.replace('~', "~0").replace('/', "~1")),
                    name: component_name(name),
                    schema: schema.clone(),
                });
            }
        }
        let mut is_root_meant = false;
        let parts = all.iter().map(|part| &part.schema).chain([&root]);
        for part in parts {
            let mut part = part.clone();
            references(&mut part, &mut |reference| {
                is_root_meant |=
                    target(reference, &all).is_some_and(|(pointer, _)| pointer.is_empty());
            });
        }
        let name = name.or_else(|| is_root_meant.then(|| "Schema".to_owned()));
        // A schema that is nothing but one of its definitions is that one.
        let mut same = all.iter().filter(|part| Some(&part.name) == name.as_ref());
        let alone = root.as_object().filter(|members| members.len() == 1);
        let reference = alone.and_then(|members| members.get("$ref")?.as_str());
        let is_definition = same.any(|part| reference == Some(&format!("#{}", part.pointer)));
        if let Some(name) = name.filter(|_| !is_definition) {
            all.push(Part {
                pointer: String::new(),
                name,
                schema: root.clone(),
            });
        }
        Self { root, all }
    }

    /// The schema, and its parts by their names, with references that lead to where these are.
    pub(super) fn redirected(
        &self,
        names: &BTreeMap<String, String>,
    ) -> (Value, Vec<(String, Value)>) {
        let mut root = self.root.clone();
        redirect(&mut root, &self.all, names);
        let others = self.all.iter().filter(|part| !part.pointer.is_empty());
        let others = others.filter_map(|part| {
            let mut schema = part.schema.clone();
            redirect(&mut schema, &self.all, names);
            Some((names.get(&part.pointer)?.clone(), schema))
        });
        (root, others.collect())
    }
}

impl Part {
    /// The part as it stands among the components.
    pub(super) fn redirected(&self, all: &[Self], names: &BTreeMap<String, String>) -> Value {
        let mut schema = self.schema.clone();
        redirect(&mut schema, all, names);
        schema
    }
}

fn redirect(schema: &mut Value, all: &[Part], names: &BTreeMap<String, String>) {
    references(schema, &mut |reference| {
        let moved = target(reference, all).and_then(|(pointer, rest)| {
            let name = names.get(&pointer)?;
            Some(format!("#/components/schemas/{name}{rest}"))
        });
        if let Some(moved) = moved {
            *reference = moved;
        }
    });
}

/// The part that a reference leads to or into, by its pointer, and what follows that, as it is written.
fn target(reference: &str, all: &[Part]) -> Option<(String, String)> {
    let fragment = if reference.is_empty() {
        ""
    } else {
        reference.strip_prefix('#')?
    };
    if !fragment.is_empty() && !fragment.starts_with('/') {
        return None;
    }
    let ends = fragment
        .match_indices('/')
        .map(|(end, _)| end)
        .chain([fragment.len()]);
    let into = ends
        .filter_map(|end| fragment.split_at_checked(end))
        .find_map(|(start, rest)| {
            let start = falcon_core::uri::decode(start)?;
            let is_it = |part: &&Part| !part.pointer.is_empty() && part.pointer == start;
            all.iter()
                .find(is_it)
                .map(|part| (part.pointer.clone(), rest.to_owned()))
        });
    Some(into.unwrap_or_else(|| (String::new(), fragment.to_owned())))
}

/// Shows every reference of a schema, where one can stand; constants and examples are no schemas.
fn references(schema: &mut Value, see: &mut dyn FnMut(&mut String)) {
    let Some(members) = schema
        .as_object_mut()
        .filter(|members| !members.contains_key("$id"))
    else {
        return;
    };
    if let Some(Value::String(reference)) = members.get_mut("$ref") {
        see(reference);
    }
    let mapping = members
        .get_mut("discriminator")
        .and_then(|told| told.get_mut("mapping"));
    for target in mapping
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
    {
        if let Value::String(target) = target
            && target.starts_with('#')
        {
            see(target);
        }
    }
    for keyword in SCHEMAS {
        match members.get_mut(keyword) {
            Some(Value::Array(several)) => several.iter_mut().for_each(|one| references(one, see)),
            Some(one) => references(one, see),
            None => {}
        }
    }
    for keyword in NAMED {
        let named = members.get_mut(keyword).and_then(Value::as_object_mut);
        named
            .into_iter()
            .flat_map(Map::values_mut)
            .for_each(|one| references(one, see));
    }
}

/// Whether a schema has to stay together: it has a base or names of its own, or another dialect.
pub(super) fn is_whole(schema: &Value) -> bool {
    let dialect = schema.get("$schema").and_then(Value::as_str);
    let is_usual = |dialect: &str| dialect.trim_end_matches('#').ends_with("/2020-12/schema");
    let has_base = schema.get("$id").is_some_and(Value::is_string);
    has_base || dialect.is_some_and(|dialect| !is_usual(dialect)) || has_own_names(schema)
}

/// Whether there are names in it that only mean something in it; a part with a base of its own keeps
/// its own to itself.
fn has_own_names(schema: &Value) -> bool {
    const OWN: [&str; 4] = ["$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef"];
    let Some(members) = schema.as_object() else {
        return false;
    };
    let has_own = OWN
        .iter()
        .any(|name| members.get(*name).is_some_and(Value::is_string));
    let is_open = |schema: &&Value| schema.get("$id").is_none();
    let schemas = SCHEMAS.iter().filter_map(|keyword| members.get(*keyword));
    let mut schemas = schemas.flat_map(|value| match value {
        Value::Array(several) => several.iter().collect(),
        one => vec![one],
    });
    let named = NAMED
        .iter()
        .filter_map(|keyword| members.get(*keyword)?.as_object());
    has_own
        || schemas.any(|schema| is_open(&schema) && has_own_names(schema))
        || named
            .flat_map(Map::values)
            .filter(is_open)
            .any(has_own_names)
}

/// Shows every reference of a schema that is not of one that stays together.
pub(super) fn each_reference(schema: &Value, see: &mut dyn FnMut(&str)) {
    if !is_whole(schema) {
        references(&mut schema.clone(), &mut |reference| see(reference));
    }
}
