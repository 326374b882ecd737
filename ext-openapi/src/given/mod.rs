//! A document that was there first: routes are held to it.

mod read;
#[cfg(feature = "yaml")]
pub(crate) mod yaml;

use std::collections::BTreeMap;
use std::sync::Arc;

use falcon_core::operation::{Describer, Operation};
use falcon_core::{Consumes, Method, Route};

use crate::Document;
use crate::document::{METHODS, path};

/// What a document says of every operation, by path and method.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) document: Document,
    operations: Arc<BTreeMap<(String, Method), Operation>>,
    /// What templates begin with, and paths do not.
    prefix: String,
}

impl Given {
    pub(crate) fn new(document: Document) -> Self {
        let operations = read::operations(document.as_value());
        Self {
            document,
            operations: Arc::new(operations),
            prefix: String::new(),
        }
    }

    pub(crate) fn below(&mut self, prefix: &str) {
        prefix.trim_end_matches('/').clone_into(&mut self.prefix);
    }

    /// Tells of every route what the document says of it: whoever checks requests then checks by that.
    pub(crate) fn describer(&self) -> Describer {
        let (operations, prefix) = (Arc::clone(&self.operations), self.prefix.clone());
        Describer::new(
            move |route: &Route, method: &Method, operation: &mut Operation| {
                let path = path_below(route, &prefix);
                if let Some(said) = operations.get(&(path, method.clone())) {
                    operation.extend(said);
                }
            },
        )
    }

    /// What routes and document do not agree on.
    pub(crate) fn disagreements(&self, routes: &[&Route]) -> Vec<String> {
        let mut faults = Vec::new();
        let mut answered = Vec::new();
        for route in routes.iter().filter(|route| !route.takes_rest()) {
            let path = path_below(route, &self.prefix);
            for method in METHODS
                .iter()
                .filter(|method| route.methods().contains(method))
            {
                let is_head_of_get =
                    *method == Method::HEAD && route.methods().contains(&Method::GET);
                let is_hidden = route.operation(method).is_hidden == Some(true);
                let key = (path.clone(), method.clone());
                match self.operations.get(&key) {
                    Some(said) => faults.extend(media_types(route, method, said)),
                    None if is_head_of_get || is_hidden => {}
                    None => faults.push(format!(
                        "{method} {} is answered, and the document does not have {method} {path}: describe it, or \
                         give the route `Operation::new().hidden()`",
                        route.template()
                    )),
                }
                answered.push(key);
            }
        }
        let missing = self.operations.keys().filter(|key| !answered.contains(key));
        faults.extend(missing.map(|(path, method)| {
            format!("the document has {method} {path}, and no route answers it")
        }));
        faults
    }
}

/// What a route says that it takes, and the document does not, or the other way round.
fn media_types(route: &Route, method: &Method, said: &Operation) -> Option<String> {
    let consumed = route.meta_for::<Consumes>(method)?;
    let body = said.body.as_ref()?;
    let mut told: Vec<&str> = body
        .contents
        .iter()
        .filter_map(|content| content.media_type.as_deref())
        .collect();
    let mut taken: Vec<&str> = consumed.iter().collect();
    told.sort_unstable();
    taken.sort_unstable();
    (told != taken).then(|| {
        let place = format!("{method} {}", route.template());
        format!(
            "{place} takes {}, and the document has {}",
            taken.join(", "),
            told.join(", ")
        )
    })
}

fn path_below(route: &Route, prefix: &str) -> String {
    let path = path::of(route);
    match path.strip_prefix(prefix) {
        Some("") => "/".to_owned(),
        Some(below) => below.to_owned(),
        None => path,
    }
}
