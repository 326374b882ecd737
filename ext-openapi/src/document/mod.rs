//! The document: an OpenAPI description as a JSON value, put together from routes.

mod components;
mod info;
mod operation;
pub(crate) mod path;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use falcon_core::{Method, Route};
use serde_json::{Map, Value, json};

use self::components::Components;
pub(crate) use self::info::Info;
use crate::write;

/// An OpenAPI 3.1 document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document(Value);

/// Why no document can be made of the routes.
///
/// **Shape:** opaque; it says everything that is wrong, a sentence each.
#[derive(Clone, Debug)]
pub struct DocumentError {
    pub(crate) faults: Vec<String>,
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.faults.join("\n"))
    }
}

impl std::error::Error for DocumentError {}

impl Document {
    /// Reads a document of OpenAPI 3.1, written as JSON.
    ///
    /// # Errors
    ///
    /// It is no JSON, or no document of OpenAPI 3.1.
    pub fn parse(json: &str) -> Result<Self, DocumentError> {
        let value = serde_json::from_str(json);
        Self::checked(value.map_err(|error| DocumentError {
            faults: vec![format!("it is no JSON: {error}")],
        })?)
    }

    /// Reads a document of OpenAPI 3.1, written as YAML.
    ///
    /// # Errors
    ///
    /// It is no YAML, nothing that JSON has a word for, or no document of OpenAPI 3.1.
    #[cfg(feature = "yaml")]
    pub fn parse_yaml(yaml: &str) -> Result<Self, DocumentError> {
        Self::checked(crate::given::yaml::read(yaml)?)
    }

    fn checked(value: Value) -> Result<Self, DocumentError> {
        let wrong = |why: String| DocumentError { faults: vec![why] };
        let version = value
            .get("openapi")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !version.starts_with("3.1.") {
            return Err(wrong(format!("`openapi` is `{version}`, and not 3.1")));
        }
        Ok(Self(value))
    }

    /// Returns it as a value.
    pub fn as_value(&self) -> &Value {
        &self.0
    }

    /// Returns it as JSON for people, in an order that never changes.
    pub fn to_json(&self) -> String {
        write::json(&self.0)
    }

    /// Returns it as YAML 1.2, in the same order.
    pub fn to_yaml(&self) -> String {
        write::yaml(&self.0)
    }

    /// Describes routes.
    pub(crate) fn of<R: Borrow<Route>>(
        info: &Info,
        routes: impl IntoIterator<Item = R>,
    ) -> Result<Self, DocumentError> {
        let mut builder = Builder::default();
        for route in routes {
            builder.add(route.borrow());
        }
        builder.finish(info)
    }
}

/// The methods that a path can have (OpenAPI 3.1.1, section 4.8.9). HEAD is told where it is not GET's.
pub(crate) const METHODS: [Method; 8] = [
    Method::GET,
    Method::PUT,
    Method::POST,
    Method::DELETE,
    Method::OPTIONS,
    Method::HEAD,
    Method::PATCH,
    Method::TRACE,
];

/// What was found so far.
#[derive(Default)]
struct Builder {
    paths: BTreeMap<String, Map<String, Value>>,
    components: Components,
    /// With where each was used first.
    ids: BTreeMap<String, String>,
    tags: Vec<String>,
    faults: Vec<String>,
}

impl Builder {
    fn add(&mut self, route: &Route) {
        if route.takes_rest() {
            return;
        }
        let path = path::of(route);
        let answers = |method: &&Method| route.methods().contains(method);
        let is_head_of_get =
            |method: &Method| *method == Method::HEAD && route.methods().contains(&Method::GET);
        for method in METHODS.iter().filter(answers) {
            if is_head_of_get(method) {
                continue;
            }
            self.add_operation(route, &path, method);
        }
    }

    fn add_operation(&mut self, route: &Route, path: &str, method: &Method) {
        let said = route.operation(method);
        if said.is_hidden == Some(true) {
            return;
        }
        let name = method.as_str().to_ascii_lowercase();
        // Of two routes that are one to OpenAPI, since it knows no converters, the first is described.
        if self
            .paths
            .get(path)
            .is_some_and(|of_path| of_path.contains_key(&name))
        {
            return;
        }
        let place = format!("{method} {}", route.template());
        let described = operation::describe(self, route, method, &said, &place);
        let of_path = self.paths.entry(path.to_owned()).or_default();
        of_path.insert(name, described);
        for tag in said.tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }

    /// A name for programs, which no other operation has.
    fn take_id(&mut self, id: String, place: &str) -> String {
        match self.ids.insert(id.clone(), place.to_owned()) {
            None => {}
            Some(other) => self.faults.push(format!(
                "two operations are called `{id}`, {other} and {place}: give one of them another `id`"
            )),
        }
        id
    }

    fn finish(mut self, info: &Info) -> Result<Document, DocumentError> {
        self.faults
            .extend(std::mem::take(&mut self.components.faults));
        if !self.faults.is_empty() {
            return Err(DocumentError {
                faults: self.faults,
            });
        }
        let mut document = Map::new();
        document.insert("openapi".to_owned(), json!("3.1.1"));
        info.write(&mut document, &self.tags);
        let paths = self
            .paths
            .into_iter()
            .map(|(path, item)| (path, Value::Object(item)));
        document.insert("paths".to_owned(), Value::Object(paths.collect()));
        if let Some(components) = self.components.finish() {
            document.insert("components".to_owned(), components);
        }
        let mut document = Value::Object(document);
        for edit in &info.edits {
            edit(&mut document);
        }
        Ok(Document(document))
    }
}
