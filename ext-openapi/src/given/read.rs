//! Operations, as a document has them.

use std::collections::{BTreeMap, BTreeSet};

use falcon_core::operation::{Answer, Content, Operation, Parameter, RequestBody, Schema, Style};
use falcon_core::{Method, StatusCode};
use serde_json::{Map, Value, json};

use crate::document::METHODS;
use crate::resolve::Root;

/// Everything that a document says of its paths.
pub(super) fn operations(document: &Value) -> BTreeMap<(String, Method), Operation> {
    let reader = Reader(Root(document));
    let mut all = BTreeMap::new();
    let paths = document.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let item = reader.0.resolved(item);
        for method in &METHODS {
            let operation = reader.0.get(item, &method.as_str().to_ascii_lowercase());
            if operation.is_object() {
                let read = reader.operation(item, operation);
                all.insert((path.clone(), method.clone()), read);
            }
        }
    }
    all
}

struct Reader<'a>(Root<'a>);

impl<'a> Reader<'a> {
    fn operation(&self, item: &'a Value, operation: &'a Value) -> Operation {
        let text = |name: &str| {
            operation
                .get(name)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let mut read = Operation::new();
        read.id = text("operationId");
        read.summary = text("summary");
        read.description = text("description");
        read.tags = list(operation.get("tags"))
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        read.parameters = self.parameters(item, operation);
        read.body = self.body(self.0.get(operation, "requestBody"));
        read.answers = self.answers(operation.get("responses"));
        read
    }

    /// Those of the operation stand in the place of those of the path.
    fn parameters(&self, item: &'a Value, operation: &'a Value) -> Vec<Parameter> {
        let mut all: Vec<Parameter> = Vec::new();
        let told = list(item.get("parameters")).chain(list(operation.get("parameters")));
        for parameter in told.filter_map(|one| self.parameter(self.0.resolved(one))) {
            let is_same =
                |one: &Parameter| one.place == parameter.place && one.name == parameter.name;
            all.retain(|one| !is_same(one));
            all.push(parameter);
        }
        all
    }

    fn parameter(&self, told: &'a Value) -> Option<Parameter> {
        let name = told.get("name")?.as_str()?;
        let schema = self
            .schema(told.get("schema"))
            .unwrap_or_else(|| Schema::new(true));
        let mut parameter = match told.get("in")?.as_str()? {
            "query" => Parameter::query(name, schema),
            "path" => Parameter::path(name, schema),
            "header" => Parameter::header(name, schema),
            "cookie" => Parameter::cookie(name, schema),
            _ => return None,
        };
        let is = |name: &str| told.get(name).and_then(Value::as_bool);
        let style = told.get("style").and_then(Value::as_str);
        parameter.is_required |= is("required") == Some(true);
        parameter.is_deprecated = is("deprecated") == Some(true);
        parameter.description = told
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        parameter.style = match style {
            Some("deepObject") => Style::Members,
            Some("spaceDelimited") => Style::Spaces,
            Some("pipeDelimited") => Style::Pipes,
            _ if is("explode") == Some(false) => Style::Commas,
            _ => Style::Repeated,
        };
        Some(parameter)
    }

    fn body(&self, told: &'a Value) -> Option<RequestBody> {
        let mut body = RequestBody::default();
        body.is_required = told.get("required") == Some(&Value::Bool(true));
        body.description = told
            .get("description")
            .and_then(Value::as_str)
            .map(str::to_owned);
        body.contents = self.contents(told);
        (!body.contents.is_empty()).then_some(body)
    }

    fn contents(&self, told: &'a Value) -> Vec<Content> {
        let all = told
            .get("content")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        all.map(|(media_type, content)| {
            // Bytes and texts are not looked into.
            let is_read = media_type.contains("json") || media_type.contains("form-urlencoded");
            let schema = content.get("schema").filter(|_| is_read);
            Content::new(Some(media_type), self.schema(schema))
        })
        .collect()
    }

    fn answers(&self, told: Option<&'a Value>) -> Vec<Answer> {
        let all = told.and_then(Value::as_object).into_iter().flatten();
        let mut answers: Vec<Answer> = Vec::new();
        for (status, answer) in all {
            let answer = self.0.resolved(answer);
            for mut read in statuses(status) {
                read.description = answer
                    .get("description")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                read.contents = self.contents(answer);
                for (name, header) in members(answer.get("headers")) {
                    let header = self.0.resolved(header);
                    if let Some(schema) = self.schema(header.get("schema")) {
                        let about = header.get("description").and_then(Value::as_str);
                        read = read.header(name, schema, about.unwrap_or_default());
                    }
                }
                // A status goes before a range of them.
                let is_range = status.ends_with("XX");
                match answers.iter_mut().find(|known| known.status == read.status) {
                    Some(_) if is_range => {}
                    Some(known) => *known = read,
                    None => answers.push(read),
                }
            }
        }
        answers
    }

    /// A schema that stands by itself: with all that it refers to.
    fn schema(&self, told: Option<&'a Value>) -> Option<Schema> {
        let told = told?;
        let mut names = BTreeSet::new();
        self.referred(told, &mut names);
        let mut own = match told {
            Value::Object(members) => members.clone(),
            other => return Some(Schema::new(other)),
        };
        let known = self.0.0.pointer("/components/schemas");
        let needed = names.into_iter().filter_map(|name| {
            let schema = known?.get(&name)?.clone();
            Some((name, schema))
        });
        let needed: Map<String, Value> = needed.collect();
        if !needed.is_empty() {
            own.insert("components".to_owned(), json!({ "schemas": needed }));
        }
        Some(Schema::new(Value::Object(own)))
    }

    /// The names of the schemas that one refers to, and that those refer to.
    fn referred(&self, schema: &'a Value, names: &mut BTreeSet<String>) {
        match schema {
            Value::Object(members) => {
                for (name, member) in members {
                    let reference = member.as_str().filter(|_| name == "$ref");
                    if let Some(referred) = reference.and_then(component) {
                        let target = self
                            .0
                            .0
                            .pointer("/components/schemas")
                            .and_then(|all| all.get(&referred));
                        if names.insert(referred) {
                            self.referred(target.unwrap_or(&Value::Null), names);
                        }
                    }
                    self.referred(member, names);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.referred(item, names)),
            _ => {}
        }
    }
}

/// The schema that a reference names, or leads into.
fn component(reference: &str) -> Option<String> {
    let rest = reference.strip_prefix("#/components/schemas/")?;
    let name = rest.split('/').next()?;
    let name = falcon_core::uri::decode(name)?;
    Some(name.replace("~1", "/").replace("~0", "~"))
}

/// `200`, `4XX`, `default`: each status that is meant.
fn statuses(told: &str) -> Vec<Answer> {
    let of = |code: u16| StatusCode::from_u16(code).ok().map(Answer::new);
    match told.strip_suffix("XX").map(str::parse::<u16>) {
        Some(Ok(class)) => {
            let all = (0..100).filter_map(|code| of(class * 100 + code));
            all.filter(|answer| {
                answer
                    .status
                    .is_some_and(|s| s.canonical_reason().is_some())
            })
            .collect()
        }
        _ if told == "default" => vec![Answer::others()],
        _ => told.parse().ok().and_then(of).into_iter().collect(),
    }
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

fn members(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
