//! What is said of an API as a whole.

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value, json};

type Edit = dyn Fn(&mut Value) + Send + Sync;

/// The API as a whole.
#[derive(Clone, Default)]
pub(crate) struct Info {
    pub(crate) title: String,
    pub(crate) version: String,
    /// Other members of `info`.
    pub(crate) more: Map<String, Value>,
    /// With what each is.
    pub(crate) servers: Vec<(String, Option<String>)>,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) edits: Vec<Arc<Edit>>,
}

impl fmt::Debug for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.title, self.version)
    }
}

impl Info {
    pub(super) fn write(&self, document: &mut Map<String, Value>, used_tags: &[String]) {
        let mut info = self.more.clone();
        info.insert("title".to_owned(), json!(self.title));
        info.insert("version".to_owned(), json!(self.version));
        document.insert("info".to_owned(), Value::Object(info));
        let servers: Vec<Value> = self.servers.iter().map(server).collect();
        if !servers.is_empty() {
            document.insert("servers".to_owned(), Value::Array(servers));
        }
        let told = self.tags.iter();
        let told = told.map(|(name, about)| json!({"name": name, "description": about}));
        let is_untold = |name: &&String| !self.tags.iter().any(|(told, _)| told == *name);
        let untold = used_tags
            .iter()
            .filter(is_untold)
            .map(|name| json!({"name": name}));
        let tags: Vec<Value> = told.chain(untold).collect();
        if !tags.is_empty() {
            document.insert("tags".to_owned(), Value::Array(tags));
        }
    }
}

fn server((url, description): &(String, Option<String>)) -> Value {
    match description {
        Some(description) => json!({"url": url, "description": description}),
        None => json!({"url": url}),
    }
}
