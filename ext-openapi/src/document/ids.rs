//! Names for operations, each of which is the only one.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::components::numbered;
use super::{PathItem, path};

/// The paths, with a name for every operation. Two of one name, as they were given, are a fault; those that
/// are made here get a number.
pub(super) fn named(items: BTreeMap<String, PathItem>) -> (Map<String, Value>, Vec<String>) {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    let mut faults = Vec::new();
    for described in items.values().flat_map(|item| item.operations.values()) {
        let Some(id) = &described.id else { continue };
        if let Some(other) = given.insert(id.clone(), described.place.clone()) {
            let place = &described.place;
            faults.push(format!(
                "two operations are called `{id}`, {other} and {place}: give one of them another `id`"
            ));
        }
    }
    let mut paths = Map::new();
    for item in items.into_values() {
        let mut operations = Map::new();
        for (method, mut described) in item.operations {
            let id = described.id.unwrap_or_else(|| {
                let made = path::id_of(method, &item.path);
                let mut names = (1..).map(|number| numbered(&made, number));
                let free = names.find(|name| !given.contains_key(name)).unwrap_or(made);
                given.insert(free.clone(), described.place);
                free
            });
            described
                .operation
                .insert("operationId".to_owned(), json!(id));
            operations.insert(method.to_owned(), Value::Object(described.operation));
        }
        paths.insert(item.path, Value::Object(operations));
    }
    (paths, faults)
}
