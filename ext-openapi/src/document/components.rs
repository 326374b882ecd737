//! Schemas and schemes that have names, each told once.

use std::collections::BTreeMap;

use falcon_core::operation::{Place, Schema, SecurityKind, SecurityScheme};
use serde_json::{Map, Value, json};

use super::parts::{Parts, is_whole};

/// What operations refer to.
#[derive(Default)]
pub(super) struct Components {
    schemas: BTreeMap<String, Value>,
    schemes: BTreeMap<String, Value>,
    pub(super) faults: Vec<String>,
}

/// The problem document of RFC 9457, with the code for programs.
const PROBLEM: &str = "Problem";

impl Components {
    /// Returns what stands in the place of a schema: a reference where it has a name.
    pub(super) fn schema(&mut self, schema: &Schema, place: &str) -> Value {
        let document = match serde_json::from_str(schema.as_str()) {
            Ok(document @ (Value::Object(_) | Value::Bool(_))) => document,
            Ok(_) => {
                self.faults
                    .push(format!("{place}: a schema is an object or a truth value"));
                return json!({});
            }
            Err(error) => {
                self.faults
                    .push(format!("{place}: a schema is no JSON document: {error}"));
                return json!({});
            }
        };
        let name = schema
            .name()
            .map(component_name)
            .filter(|name| !name.is_empty());
        if is_whole(&document) {
            return self.whole(document, name);
        }
        let parts = Parts::new(document, name);
        let names = self.free_names(&parts);
        let (root, others) = parts.redirected(&names);
        for (name, part) in others {
            self.schemas.entry(name).or_insert(part);
        }
        match names.get("") {
            None => root,
            Some(name) => {
                if root != reference(name) {
                    self.schemas.entry(name.clone()).or_insert(root);
                }
                reference(name)
            }
        }
    }

    /// A schema whose references are its own: it stays together.
    fn whole(&mut self, mut document: Value, name: Option<String>) -> Value {
        let name = name.unwrap_or_else(|| "Schema".to_owned());
        let mut number = 1;
        loop {
            let name = numbered(&name, number);
            if let Some(members) = document.as_object_mut().filter(|_| number == 1) {
                // Without a base of its own, its references would be the document's.
                members
                    .entry("$id")
                    .or_insert_with(|| json!(format!("urn:schema:{name}")));
            }
            match self.schemas.get(&name) {
                Some(known) if *known != document => number += 1,
                _ => {
                    self.schemas.insert(name.clone(), document);
                    return reference(&name);
                }
            }
        }
    }

    /// Names under which nothing else stands: with a number, where a name is taken by something that is
    /// not the same.
    fn free_names(&self, parts: &Parts) -> BTreeMap<String, String> {
        let mut numbers = vec![1; parts.all.len()];
        loop {
            let mut names = BTreeMap::new();
            let mut is_done = true;
            for (part, number) in parts.all.iter().zip(&mut numbers) {
                let mut name = numbered(&part.name, *number);
                while names.values().any(|known| *known == name) {
                    *number += 1;
                    name = numbered(&part.name, *number);
                }
                names.insert(part.pointer.clone(), name);
            }
            for (part, number) in parts.all.iter().zip(&mut numbers) {
                let known = names
                    .get(&part.pointer)
                    .and_then(|name| self.schemas.get(name));
                if known.is_some_and(|known| *known != part.redirected(&parts.all, &names)) {
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
        let problem = problem();
        let mut number = 1;
        loop {
            let name = numbered(PROBLEM, number);
            let known = self
                .schemas
                .entry(name.clone())
                .or_insert_with(|| problem.clone());
            if *known == problem {
                return reference(&name);
            }
            number += 1;
        }
    }

    /// Returns the name under which a scheme is told.
    pub(super) fn scheme(&mut self, scheme: &SecurityScheme) -> String {
        let described = describe(scheme);
        let mut number = 1;
        loop {
            let name = numbered(&component_name(&scheme.name), number);
            let known = self
                .schemes
                .entry(name.clone())
                .or_insert_with(|| described.clone());
            if *known == described {
                return name;
            }
            number += 1;
        }
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

pub(super) fn numbered(name: &str, number: usize) -> String {
    match number {
        1 => name.to_owned(),
        number => format!("{name}{number}"),
    }
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A name as components may have one (OpenAPI 3.1.1, section 4.8.7.1).
pub(super) fn component_name(name: &str) -> String {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    name.chars()
        .map(|c| if is_allowed(c) { c } else { '_' })
        .collect()
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
