//! Schemas and schemes that have names, each told once.

use std::collections::BTreeMap;

use falcon_core::operation::{Place, Schema, SecurityKind, SecurityScheme};
use serde_json::{Map, Value, json};

/// What operations refer to.
#[derive(Default)]
pub(super) struct Components {
    schemas: BTreeMap<String, Value>,
    schemes: BTreeMap<String, Value>,
    pub(super) faults: Vec<String>,
}

/// Where a schema keeps those that it refers to.
const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// The problem document of RFC 9457, with the code for programs.
const PROBLEM: &str = "Problem";

impl Components {
    /// Returns what stands in the place of a schema: a reference where it has a name.
    pub(super) fn schema(&mut self, schema: &Schema, place: &str) -> Value {
        let mut document: Value = match serde_json::from_str(schema.as_str()) {
            Ok(document) => document,
            Err(error) => {
                self.faults
                    .push(format!("{place}: a schema is no JSON document: {error}"));
                return json!({});
            }
        };
        if let Some(root) = document.as_object_mut() {
            let is_usual = |dialect: &Value| {
                dialect.as_str().is_some_and(|dialect| {
                    dialect.trim_end_matches('#').ends_with("/2020-12/schema")
                })
            };
            if root.get("$schema").is_some_and(is_usual) {
                root.remove("$schema");
            }
        }
        let refers_to_itself = refers_to_root(&document);
        let name = schema
            .name()
            .map(component_name)
            .or_else(|| refers_to_itself.then(|| "Schema".to_owned()));
        let names = self.hoist(&mut document, name.as_deref());
        match name {
            None => document,
            Some(name) => {
                let name = names.get("").cloned().unwrap_or(name);
                self.schemas.entry(name.clone()).or_insert(document);
                reference(&name)
            }
        }
    }

    /// Moves the definitions of a schema among the components, and has its references lead there.
    /// Returns what each came to be called, by its pointer; the root by nothing.
    fn hoist(&mut self, document: &mut Value, root: Option<&str>) -> BTreeMap<String, String> {
        let mut parts: Vec<(String, String, Value)> = Vec::new();
        for keyword in DEFINITIONS {
            let definitions = document
                .as_object_mut()
                .and_then(|root| root.remove(keyword));
            for (name, definition) in definitions
                .as_ref()
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let pointer = format!("/{keyword}/{}", name.replace('~', "~0").replace('/', "~1"));
                parts.push((pointer, component_name(name), definition.clone()));
            }
        }
        if let Some(root) = root {
            parts.push((String::new(), root.to_owned(), document.clone()));
        }
        let names = self.free_names(&parts);
        redirect(document, &names);
        for (pointer, _, mut definition) in parts
            .into_iter()
            .filter(|(pointer, ..)| !pointer.is_empty())
        {
            redirect(&mut definition, &names);
            if let Some(name) = names.get(&pointer) {
                self.schemas.entry(name.clone()).or_insert(definition);
            }
        }
        names
    }

    /// Names under which nothing else stands: with a number, where a name is taken by something that is
    /// not the same.
    fn free_names(&self, parts: &[(String, String, Value)]) -> BTreeMap<String, String> {
        const MOST: usize = 1_000;
        let mut numbers = vec![1; parts.len()];
        loop {
            let names: BTreeMap<String, String> = parts
                .iter()
                .zip(&numbers)
                .map(|((pointer, name, _), number)| match number {
                    1 => (pointer.clone(), name.clone()),
                    number => (pointer.clone(), format!("{name}{number}")),
                })
                .collect();
            let is_taken = |pointer: &String, definition: &Value| {
                let known = names.get(pointer).and_then(|name| self.schemas.get(name));
                known.is_some_and(|known| {
                    let mut redirected = definition.clone();
                    redirect(&mut redirected, &names);
                    *known != redirected
                })
            };
            let mut is_done = true;
            for ((pointer, _, definition), number) in parts.iter().zip(&mut numbers) {
                if *number < MOST && is_taken(pointer, definition) {
                    *number += 1;
                    is_done = false;
                }
            }
            if is_done {
                return names;
            }
        }
    }

    /// Returns the reference to the problem document.
    pub(super) fn problem(&mut self) -> Value {
        self.schemas
            .entry(PROBLEM.to_owned())
            .or_insert_with(problem);
        reference(PROBLEM)
    }

    /// Returns the name under which a scheme is told.
    pub(super) fn scheme(&mut self, scheme: &SecurityScheme, place: &str) -> String {
        let name = component_name(&scheme.name);
        let described = describe(scheme);
        let known = self
            .schemes
            .entry(name.clone())
            .or_insert_with(|| described.clone());
        if *known != described {
            self.faults.push(format!(
                "{place}: the security scheme `{name}` is another one somewhere else: give one of them another name"
            ));
        }
        name
    }

    pub(super) fn finish(self) -> Option<Value> {
        let mut components = Map::new();
        if !self.schemas.is_empty() {
            components.insert("schemas".to_owned(), self.schemas.into_iter().collect());
        }
        if !self.schemes.is_empty() {
            components.insert(
                "securitySchemes".to_owned(),
                self.schemes.into_iter().collect(),
            );
        }
        (!components.is_empty()).then_some(Value::Object(components))
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A name as components may have one (OpenAPI 3.1.1, section 4.8.7.1).
fn component_name(name: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.chars()
        .map(|c| if is_allowed(c) { c } else { '_' })
        .collect()
}

/// Whether a schema refers to the whole of itself.
fn refers_to_root(schema: &Value) -> bool {
    match schema {
        Value::Object(members) if has_base(members) => false,
        Value::Object(members) => {
            members
                .get("$ref")
                .is_some_and(|reference| reference == "#")
                || members.values().any(refers_to_root)
        }
        Value::Array(items) => items.iter().any(refers_to_root),
        _ => false,
    }
}

/// Whether references in a schema are its own.
fn has_base(members: &Map<String, Value>) -> bool {
    members.get("$id").is_some_and(Value::is_string)
}

/// Has references lead to where the definitions were moved.
fn redirect(schema: &mut Value, names: &BTreeMap<String, String>) {
    match schema {
        Value::Object(members) if has_base(members) => {}
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get_mut("$ref")
                && let Some(moved) = moved(reference, names)
            {
                *reference = moved;
            }
            if let Some(mapping) = members
                .get_mut("discriminator")
                .and_then(|discriminator| discriminator.get_mut("mapping"))
                .and_then(Value::as_object_mut)
            {
                for target in mapping.values_mut() {
                    if let Some(moved) = target.as_str().and_then(|target| moved(target, names)) {
                        *target = Value::String(moved);
                    }
                }
            }
            members
                .values_mut()
                .for_each(|member| redirect(member, names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, names)),
        _ => {}
    }
}

fn moved(reference: &str, names: &BTreeMap<String, String>) -> Option<String> {
    let pointer = falcon_core::uri::decode(reference.strip_prefix('#')?)?;
    if let Some(name) = names.get(&*pointer) {
        return Some(format!("#/components/schemas/{name}"));
    }
    // A part of a definition.
    let (whole, name) = names.iter().find(|(whole, _)| {
        !whole.is_empty()
            && pointer
                .strip_prefix(whole.as_str())
                .is_some_and(|rest| rest.starts_with('/'))
    })?;
    let rest = pointer.strip_prefix(whole.as_str())?;
    Some(format!("#/components/schemas/{name}{rest}"))
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "What went wrong (RFC 9457).",
        "properties": {
            "type": {"type": "string", "format": "uri-reference", "description": "The kind of problem."},
            "title": {"type": "string", "description": "The kind of problem, for people."},
            "status": {"type": "integer", "description": "The status of the answer."},
            "detail": {"type": "string", "description": "This problem, for people."},
            "instance": {"type": "string", "format": "uri-reference", "description": "This problem."},
            "code": {"type": "string", "description": "The kind of problem, for programs."},
        },
        "required": ["title", "status", "code"],
    })
}

fn describe(scheme: &SecurityScheme) -> Value {
    let mut described = match &scheme.kind {
        SecurityKind::Http {
            scheme,
            bearer_format,
        } => match bearer_format {
            Some(format) => json!({"type": "http", "scheme": scheme, "bearerFormat": format}),
            None => json!({"type": "http", "scheme": scheme}),
        },
        SecurityKind::ApiKey { place, name } => {
            let place = match place {
                Place::Path => Place::Header,
                other => *other,
            };
            json!({"type": "apiKey", "in": place.as_str(), "name": name})
        }
        SecurityKind::OpenIdConnect { url } => {
            json!({"type": "openIdConnect", "openIdConnectUrl": url})
        }
        _ => json!({"type": "mutualTLS"}),
    };
    if let Some(description) = &scheme.description {
        described["description"] = json!(description);
    }
    described
}
