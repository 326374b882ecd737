//! Two documents, operation by operation.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::schema::{Side, schemas};
use super::{Changes, Impact};
use crate::document::path::{fields, shape};
use crate::resolve::Root;

const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What both documents have, and where in them it is.
pub(super) struct Pair<'a> {
    pub(super) old: Root<'a>,
    pub(super) new: Root<'a>,
}

pub(super) fn documents(old: &Value, new: &Value, changes: &mut Changes) {
    let pair = Pair {
        old: Root(old),
        new: Root(new),
    };
    let (before, after) = (operations(pair.old), operations(pair.new));
    for (name, operation) in &before {
        match after.get(name) {
            None => changes.add(name, "it is gone", Impact::Breaks),
            Some(now) => pair.operation(name, operation, now, changes),
        }
    }
    for name in after.keys().filter(|name| !before.contains_key(*name)) {
        changes.add(name, "it is new", Impact::Safe);
    }
    for part in ["info", "tags", "servers", "externalDocs"] {
        let (was, is) = (old.get(part), new.get(part));
        let impact = if part == "servers" {
            Impact::MayBreak
        } else {
            Impact::Safe
        };
        if was != is {
            changes.add(part, "it says something else", impact);
        }
    }
    if changes.is_empty() && old != new {
        changes.add(
            "the document",
            "something else is different",
            Impact::MayBreak,
        );
    }
}

/// Every operation, by method and path; what the fields of the path are called does not matter.
fn operations(root: Root<'_>) -> BTreeMap<String, Operation<'_>> {
    let paths = root.get(root.0, "paths").as_object();
    let mut all = BTreeMap::new();
    for (path, item) in paths.into_iter().flatten() {
        let item = root.resolved(item);
        for method in METHODS {
            let said = root.get(item, method);
            if said.is_object() {
                let name = format!("{} {}", method.to_ascii_uppercase(), shape(path));
                all.insert(name, Operation { path, item, said });
            }
        }
    }
    all
}

struct Operation<'a> {
    path: &'a str,
    item: &'a Value,
    said: &'a Value,
}

type Parameters<'a> = BTreeMap<(String, String), &'a Value>;

impl<'a> Pair<'a> {
    fn operation(
        &self,
        place: &str,
        old: &Operation<'a>,
        new: &Operation<'a>,
        changes: &mut Changes,
    ) {
        let (was, is) = (old.said, new.said);
        if was.get("operationId") != is.get("operationId") {
            let what = format!(
                "it is called {}, and was {}",
                shown(is.get("operationId")),
                shown(was.get("operationId"))
            );
            changes.add(place, what, Impact::MayBreak);
        }
        for text in ["summary", "description", "tags", "externalDocs"] {
            if was.get(text) != is.get(text) {
                changes.add(place, format!("its {text} is another"), Impact::Safe);
            }
        }
        let deprecated = |value: &Value| value.get("deprecated") == Some(&Value::Bool(true));
        match (deprecated(was), deprecated(is)) {
            (false, true) => changes.add(place, "it is deprecated", Impact::Safe),
            (true, false) => changes.add(place, "it is no longer deprecated", Impact::Safe),
            _ => {}
        }
        self.parameters(place, old, new, changes);
        self.body(place, was, is, changes);
        self.responses(place, was, is, changes);
        self.security(place, was, is, changes);
    }

    fn parameters(
        &self,
        place: &str,
        old: &Operation<'a>,
        new: &Operation<'a>,
        changes: &mut Changes,
    ) {
        let (before, after) = (parameters(self.old, old), parameters(self.new, new));
        for (key, was) in &before {
            let at = format!("{place}: the {} parameter {}", key.0, key.1);
            match after.get(key) {
                None => changes.add(at, "it is gone", Impact::MayBreak),
                Some(is) => self.parameter(&at, was, is, changes),
            }
        }
        for (key, is) in after.iter().filter(|(key, _)| !before.contains_key(*key)) {
            let at = format!("{place}: the {} parameter {}", key.0, key.1);
            if is_required(is) {
                changes.add(at, "it is new, and required", Impact::Breaks);
            } else {
                changes.add(at, "it is new", Impact::Safe);
            }
        }
    }

    fn parameter(&self, at: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        match (is_required(was), is_required(is)) {
            (false, true) => changes.add(at, "it is required, and was not", Impact::Breaks),
            (true, false) => changes.add(at, "it is no longer required", Impact::Safe),
            _ => {}
        }
        for written in ["style", "explode"] {
            if was.get(written) != is.get(written) {
                changes.add(
                    at,
                    "several values are written in another way",
                    Impact::Breaks,
                );
            }
        }
        for text in ["description", "deprecated"] {
            if was.get(text) != is.get(text) {
                changes.add(at, format!("its {text} is another"), Impact::Safe);
            }
        }
        schemas(
            self,
            Side::Sent,
            at,
            was.get("schema"),
            is.get("schema"),
            changes,
        );
    }

    fn body(&self, place: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        let (was, is) = (
            self.old.get(was, "requestBody"),
            self.new.get(is, "requestBody"),
        );
        let at = format!("{place}: the body");
        match (was.is_object(), is.is_object()) {
            (false, false) => return,
            (false, true) if is_required(is) => {
                return changes.add(at, "it is new, and required", Impact::Breaks);
            }
            (false, true) => return changes.add(at, "it is new", Impact::Safe),
            (true, false) => return changes.add(at, "it is gone", Impact::MayBreak),
            (true, true) => {}
        }
        match (is_required(was), is_required(is)) {
            (false, true) => changes.add(&at, "it is required, and was not", Impact::Breaks),
            (true, false) => changes.add(&at, "it is no longer required", Impact::Safe),
            _ => {}
        }
        self.contents(Side::Sent, &at, was, is, changes);
    }

    fn contents(&self, side: Side, at: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        let (before, after) = (members(was.get("content")), members(is.get("content")));
        for (media_type, was) in before.into_iter().flatten() {
            let at = format!("{at}, {media_type}");
            match after.and_then(|after| after.get(media_type)) {
                None => changes.add(at, "the media type is gone", Impact::Breaks),
                Some(is) => schemas(
                    self,
                    side,
                    &at,
                    was.get("schema"),
                    is.get("schema"),
                    changes,
                ),
            }
        }
        let is_new = |name: &&String| !before.is_some_and(|before| before.contains_key(*name));
        for media_type in after
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(is_new)
        {
            changes.add(
                format!("{at}, {media_type}"),
                "the media type is new",
                Impact::Safe,
            );
        }
    }

    fn responses(&self, place: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        let (before, after) = (members(was.get("responses")), members(is.get("responses")));
        let is_good = |status: &str| status.starts_with('2') || status.starts_with('3');
        for (status, was) in before.into_iter().flatten() {
            let at = format!("{place}: the answer {status}");
            let was = self.old.resolved(was);
            match after.and_then(|after| after.get(status)) {
                None if is_good(status) => changes.add(at, "it is gone", Impact::Breaks),
                None => changes.add(at, "it is gone", Impact::Safe),
                Some(is) => self.response(&at, was, self.new.resolved(is), changes),
            }
        }
        let is_new = |name: &&String| !before.is_some_and(|before| before.contains_key(*name));
        for status in after
            .into_iter()
            .flatten()
            .map(|(status, _)| status)
            .filter(is_new)
        {
            let impact = if is_good(status) {
                Impact::MayBreak
            } else {
                Impact::Safe
            };
            changes.add(format!("{place}: the answer {status}"), "it is new", impact);
        }
    }

    fn response(&self, at: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        if was.get("description") != is.get("description") {
            changes.add(at, "its description is another", Impact::Safe);
        }
        let (before, after) = (members(was.get("headers")), members(is.get("headers")));
        for (name, was) in before.into_iter().flatten() {
            let at = format!("{at}, the header {name}");
            match after.and_then(|after| after.get(name)) {
                None => changes.add(at, "it is gone", Impact::Breaks),
                Some(is) => {
                    let (was, is) = (self.old.resolved(was), self.new.resolved(is));
                    schemas(
                        self,
                        Side::Got,
                        &at,
                        was.get("schema"),
                        is.get("schema"),
                        changes,
                    );
                }
            }
        }
        let is_new = |name: &&String| !before.is_some_and(|before| before.contains_key(*name));
        for name in after
            .into_iter()
            .flatten()
            .map(|(name, _)| name)
            .filter(is_new)
        {
            changes.add(
                format!("{at}, the header {name}"),
                "it is new",
                Impact::Safe,
            );
        }
        self.contents(Side::Got, at, was, is, changes);
    }

    fn security(&self, place: &str, was: &'a Value, is: &'a Value, changes: &mut Changes) {
        let (before, after) = (alternatives(self.old, was), alternatives(self.new, is));
        for gone in before.iter().filter(|one| !after.contains(one)) {
            // Nothing is needed any more: whoever brings something is as welcome.
            let is_open = after.iter().any(Vec::is_empty);
            let impact = if is_open {
                Impact::Safe
            } else {
                Impact::Breaks
            };
            changes.add(
                place,
                format!("{} will no longer do", credentials(gone)),
                impact,
            );
        }
        for new in after.iter().filter(|one| !before.contains(one)) {
            changes.add(place, format!("{} will do", credentials(new)), Impact::Safe);
        }
    }
}

/// What will do, each as the schemes and scopes that it takes; nothing at all, where nobody is asked.
fn alternatives(root: Root<'_>, operation: &Value) -> Vec<Vec<String>> {
    let own = operation.get("security").or_else(|| root.0.get("security"));
    let own = own.and_then(Value::as_array).filter(|all| !all.is_empty());
    let Some(all) = own else {
        return vec![Vec::new()];
    };
    let one = |alternative: &Value| {
        let schemes = alternative.as_object().into_iter().flatten();
        let shown = schemes.map(|(name, scopes)| {
            let scopes = scopes
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            let scopes: Vec<&str> = scopes.collect();
            if scopes.is_empty() {
                name.clone()
            } else {
                format!("{name} with {}", scopes.join(" "))
            }
        });
        shown.collect()
    };
    all.iter().map(one).collect()
}

fn credentials(all: &[String]) -> String {
    if all.is_empty() {
        return "no credentials".to_owned();
    }
    all.join(" and ")
}

/// The parameters of an operation and of its path. Those of the path go by their order.
fn parameters<'a>(root: Root<'a>, operation: &Operation<'a>) -> Parameters<'a> {
    let of = |value: &'a Value| {
        value
            .get("parameters")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let names: Vec<&str> = fields(operation.path).collect();
    let all = of(operation.item)
        .chain(of(operation.said))
        .map(|one| root.resolved(one));
    let key = |one: &'a Value| {
        let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default();
        let name = match text("in") {
            "path" => match names.iter().position(|name| *name == text("name")) {
                Some(i) => format!("number {}", i + 1),
                None => text("name").to_owned(),
            },
            "header" => text("name").to_ascii_lowercase(),
            _ => text("name").to_owned(),
        };
        ((text("in").to_owned(), name), one)
    };
    all.map(key).collect()
}

fn is_required(value: &Value) -> bool {
    value.get("required") == Some(&Value::Bool(true))
}

fn members(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}

pub(super) fn shown(value: Option<&Value>) -> String {
    const MOST: usize = 60;
    let Some(value) = value else {
        return "nothing".to_owned();
    };
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}
