//! A document as text, for people too: what matters first, and the same for ever.

mod json;
mod yaml;

use serde_json::{Map, Value};

pub(crate) use self::json::json;
pub(crate) use self::yaml::yaml;

/// Members that people look for first, wherever they stand. All others follow by name.
const FIRST: [&str; 42] = [
    "openapi",
    "$schema",
    "$id",
    "$ref",
    "operationId",
    "title",
    "name",
    "in",
    "version",
    "summary",
    "description",
    "termsOfService",
    "contact",
    "license",
    "info",
    "jsonSchemaDialect",
    "servers",
    "url",
    "tags",
    "paths",
    "webhooks",
    "components",
    "deprecated",
    "parameters",
    "requestBody",
    "required",
    "type",
    "format",
    "enum",
    "const",
    "style",
    "explode",
    "properties",
    "additionalProperties",
    "items",
    "schema",
    "headers",
    "content",
    "responses",
    "security",
    "schemas",
    "$defs",
];

/// The members in the order in which they are written, whatever order the map has.
fn ordered(members: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut all: Vec<(&String, &Value)> = members.iter().collect();
    let rank = |name: &str| {
        FIRST
            .iter()
            .position(|first| *first == name)
            .unwrap_or(FIRST.len())
    };
    all.sort_by_cached_key(|(name, _)| (rank(name), (*name).clone()));
    all
}
