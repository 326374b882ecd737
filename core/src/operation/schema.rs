//! Schemas, as texts.

use std::fmt::{self, Display};
use std::sync::Arc;

/// A JSON Schema, as the text of a JSON document.
///
/// The core does not read it: whoever holds values to it does, and says what is wrong with it when the
/// app is frozen. Clones share the text.
///
/// ```
/// use falcon_core::operation::Schema;
///
/// let port = Schema::new(r#"{"type": "integer", "minimum": 1, "maximum": 65535}"#).named("Port");
/// assert_eq!(port.name(), Some("Port"));
/// ```
///
/// # Specification
///
/// JSON Schema, draft 2020-12 unless `$schema` says otherwise.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Schema {
    text: Arc<str>,
    name: Option<Arc<str>>,
}

impl Schema {
    /// Takes a JSON document: a text, or whatever is displayed as one, such as a `serde_json::Value`.
    pub fn new(document: impl Display) -> Self {
        Self {
            text: document.to_string().into(),
            name: None,
        }
    }

    /// Gives it the name under which descriptions list it.
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns the JSON document.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the name that it was given.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

impl From<&str> for Schema {
    fn from(document: &str) -> Self {
        Self::new(document)
    }
}

impl From<String> for Schema {
    fn from(document: String) -> Self {
        Self::new(document)
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "Schema({name})"),
            None => write!(f, "Schema({})", self.text),
        }
    }
}
