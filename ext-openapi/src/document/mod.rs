//! The document: an OpenAPI description as a JSON value, put together from routes.

mod components;
mod ids;
mod info;
mod operation;
mod parts;
pub(crate) mod path;

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::fmt;

use falcon_core::operation::{Operation, Place};
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
    /// By their shapes: what the fields are called tells no path from another.
    paths: BTreeMap<String, PathItem>,
    components: Components,
    tags: Vec<String>,
    faults: Vec<String>,
}

/// A path, as its first route has it.
struct PathItem {
    path: String,
    operations: BTreeMap<&'static str, Described>,
}

/// An operation, and what it was called.
struct Described {
    id: Option<String>,
    place: String,
    operation: Map<String, Value>,
}

impl Builder {
    fn add(&mut self, route: &Route) {
        if route.takes_rest() {
            return;
        }
        let is_head_of_get =
            |method: &Method| *method == Method::HEAD && route.methods().contains(&Method::GET);
        for method in METHODS
            .iter()
            .filter(|method| route.methods().contains(method))
        {
            if !is_head_of_get(method) {
                self.add_operation(route, method);
            }
        }
    }

    fn add_operation(&mut self, route: &Route, method: &Method) {
        let mut said = route.operation(method);
        if said.is_hidden == Some(true) {
            return;
        }
        let path = path::of(route);
        let shape = path::shape(&path);
        let name = lower(method);
        if let Some(known) = self.paths.get(&shape) {
            // Of two routes that are one to OpenAPI, since it knows no converters, the first is described.
            if known.operations.contains_key(name) {
                return;
            }
            rename_fields(&mut said, &path, &known.path);
        }
        let place = format!("{method} {}", route.template());
        let operation = operation::describe(self, route, method, &said, &place);
        let described = Described {
            id: said.id,
            place,
            operation,
        };
        let item = self.paths.entry(shape).or_insert_with(|| PathItem {
            path,
            operations: BTreeMap::new(),
        });
        item.operations.insert(name, described);
        for tag in said.tags {
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
    }

    fn finish(mut self, info: &Info) -> Result<Document, DocumentError> {
        self.faults
            .extend(std::mem::take(&mut self.components.faults));
        let (paths, faults) = ids::named(self.paths);
        self.faults.extend(faults);
        let mut document = Map::new();
        document.insert("openapi".to_owned(), json!("3.1.1"));
        info.write(&mut document, &self.tags);
        document.insert("paths".to_owned(), Value::Object(paths));
        if let Some(components) = self.components.finish() {
            document.insert("components".to_owned(), components);
        }
        let mut document = Value::Object(document);
        for edit in &info.edits {
            edit(&mut document);
        }
        self.faults.extend(lost_references(&document));
        if self.faults.is_empty() {
            Ok(Document(document))
        } else {
            Err(DocumentError {
                faults: self.faults,
            })
        }
    }
}

/// A method as a path item has it.
fn lower(method: &Method) -> &'static str {
    match *method {
        Method::GET => "get",
        Method::PUT => "put",
        Method::POST => "post",
        Method::DELETE => "delete",
        Method::OPTIONS => "options",
        Method::HEAD => "head",
        Method::PATCH => "patch",
        _ => "trace",
    }
}

/// Calls the fields of a path as another route of the same shape does.
fn rename_fields(said: &mut Operation, path: &str, known: &str) {
    let names: Vec<(&str, &str)> = path::fields(path).zip(path::fields(known)).collect();
    for parameter in said
        .parameters
        .iter_mut()
        .filter(|one| one.place == Place::Path)
    {
        let new = names.iter().find(|(own, _)| *own == parameter.name);
        if let Some((_, new)) = new {
            (*new).clone_into(&mut parameter.name);
        }
    }
}

/// References of components that lead nowhere.
fn lost_references(document: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let schemas = document
        .pointer("/components/schemas")
        .and_then(Value::as_object);
    for (name, schema) in schemas.into_iter().flatten() {
        parts::each_reference(schema, &mut |reference| {
            let pointer = reference
                .strip_prefix('#')
                .and_then(falcon_core::uri::decode);
            if pointer.is_some_and(|pointer| document.pointer(&pointer).is_none()) {
                let why = format!("the schema `{name}` refers to `{reference}`, where nothing is");
                faults.push(why);
            }
        });
    }
    faults
}
