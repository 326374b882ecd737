//! A schema, ready to hold values to it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use falcon_core::operation::Schema;
use jsonschema::Draft;
use serde_json::Value;

use crate::coerce::{Coercion, readings};
use crate::dialect::{Dialect, Documents, Fault, Validator};
use crate::explain::{Explanation, Tree};

/// A schema that was compiled.
pub(crate) struct Compiled {
    validator: Validator,
    tree: Tree,
    /// Only needed for texts.
    coercion: OnceLock<Coercion>,
    document: Value,
}

impl Compiled {
    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What texts are taken for.
    pub(crate) fn coercion(&self) -> &Coercion {
        self.coercion.get_or_init(|| Coercion::of(&self.document))
    }

    /// Takes one text for the value that the schema speaks of, or for any other that it takes.
    pub(crate) fn value(&self, text: &str) -> Value {
        let meant = self.coercion().value(text);
        if self.is_valid(&meant) {
            return meant;
        }
        let is_possible = |value: &Value| !value.is_string() || self.coercion().may_be_text();
        let mut others = readings(text).filter(is_possible);
        others.find(|value| self.is_valid(value)).unwrap_or(meant)
    }

    /// Takes several texts, as [`value`](Self::value) does one: all of them alike, where the schema does not
    /// say what each is.
    pub(crate) fn list<T: AsRef<str>>(&self, texts: &[T]) -> Value {
        let meant = self.coercion().list(texts);
        if self.is_valid(&meant) {
            return meant;
        }
        let numbers = |text: &str| readings(text).nth(1).unwrap_or_else(|| Value::from(text));
        let narrow: Value = texts.iter().map(|text| numbers(text.as_ref())).collect();
        let plain: Value = texts
            .iter()
            .map(|text| Value::from(text.as_ref()))
            .collect();
        [narrow, plain]
            .into_iter()
            .find(|list| self.is_valid(list))
            .unwrap_or(meant)
    }

    /// What is wrong with a value that is not valid.
    pub(crate) fn explain(&self, value: &Value, most: usize) -> Explanation {
        self.tree.explain(value, most)
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Compiled")
    }
}

/// Compiles each schema once, however many routes have it.
pub(crate) struct Compiler<'a> {
    dialect: &'a Dialect,
    documents: Documents,
    known: HashMap<Schema, Arc<Compiled>>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(dialect: &'a Dialect) -> Result<Self, Fault> {
        Ok(Self {
            dialect,
            documents: dialect.documents()?,
            known: HashMap::new(),
        })
    }

    /// Tells whether a document is in order.
    pub(crate) fn check(&self, uri: &str, document: &Value) -> Result<(), Fault> {
        self.dialect.check(uri, document, &self.documents)
    }

    pub(crate) fn compile(&mut self, schema: &Schema) -> Result<Arc<Compiled>, Fault> {
        if let Some(known) = self.known.get(schema) {
            return Ok(Arc::clone(known));
        }
        // A document that is nested too deep is refused here, before anything walks through it.
        let document: Value = serde_json::from_str(schema.as_str()).map_err(|error| Fault {
            pointer: String::new(),
            why: format!("it is no JSON document: {error}"),
        })?;
        let validator = self.dialect.compile(&document, &self.documents)?;
        let draft = match validator.draft() {
            Draft::Unknown => Draft::default(),
            known => known,
        };
        let compiled = Arc::new(Compiled {
            validator,
            tree: Tree::new(self.dialect, &self.documents, draft, &document),
            coercion: OnceLock::new(),
            document,
        });
        self.known.insert(schema.clone(), Arc::clone(&compiled));
        Ok(compiled)
    }
}
