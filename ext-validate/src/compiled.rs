//! A schema, ready to hold values to it.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use falcon_core::operation::Schema;
use jsonschema::Draft;
use serde_json::Value;

use crate::coerce::Coercion;
use crate::dialect::{Dialect, Documents, Fault, Validator};
use crate::explain::{Explanation, Tree};

/// A schema that was compiled.
pub(crate) struct Compiled {
    validator: Validator,
    tree: Tree,
    /// What texts are taken for.
    pub(crate) coercion: Coercion,
}

impl Compiled {
    pub(crate) fn is_valid(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
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
            tree: Tree::new(self.dialect, draft, &document),
            coercion: Coercion::of(&document),
        });
        self.known.insert(schema.clone(), Arc::clone(&compiled));
        Ok(compiled)
    }
}
