//! The names that parts of a schema have.

use jsonschema::Draft;
use serde_json::{Map, Value};

use crate::json::escaped;

/// Names that parts of a document have, and where those are; parts with a base of their own have
/// names of their own.
pub(super) fn anchors(
    schema: &Value,
    draft: Draft,
    pointer: &str,
    found: &mut Vec<(String, String)>,
) {
    let id = |members: &Map<String, Value>| {
        members
            .get(draft.id_keyword())
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    match schema {
        Value::Object(members) => {
            let id = id(members);
            if !pointer.is_empty() && id.as_ref().is_some_and(|id| !id.starts_with('#')) {
                return;
            }
            let anchor = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
            let old = id.and_then(|id| id.strip_prefix('#').map(str::to_owned));
            let names = if draft >= Draft::Draft201909 {
                [anchor("$anchor"), anchor("$dynamicAnchor")]
            } else {
                [old, None]
            };
            found.extend(
                names
                    .into_iter()
                    .flatten()
                    .map(|name| (name, pointer.to_owned())),
            );
            for (name, member) in members.iter().filter(|(name, _)| !holds_values(name)) {
                anchors(
                    member,
                    draft,
                    &format!("{pointer}/{}", escaped(name)),
                    found,
                );
            }
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                anchors(item, draft, &format!("{pointer}/{i}"), found);
            }
        }
        _ => {}
    }
}

/// Whether what a keyword has is no schema, whatever it looks like.
fn holds_values(keyword: &str) -> bool {
    ["enum", "const", "default", "examples"].contains(&keyword)
}
