//! A schema, taken apart.

use std::collections::HashMap;

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use super::sentence::sentence;
use super::{Check, Condition, Contains, Id, Items, Members, Node, Tree};
use crate::dialect::{Dialect, Validator};

/// Keywords that look at one value alone.
const CHECKS: [&str; 17] = [
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "minimum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "format",
    "contentEncoding",
    "contentMediaType",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
];

/// As [`CHECKS`], of objects.
const MORE_CHECKS: [&str; 2] = ["minProperties", "dependentRequired"];

impl Tree {
    /// Takes apart a schema that compiles.
    pub(crate) fn new(dialect: &Dialect, draft: Draft, schema: &Value) -> Self {
        let mut builder = Builder {
            dialect,
            draft,
            root: schema,
            nodes: Vec::new(),
            by_pointer: HashMap::new(),
        };
        builder.node(String::new(), schema);
        Self {
            nodes: builder.nodes,
        }
    }
}

struct Builder<'a> {
    dialect: &'a Dialect,
    draft: Draft,
    root: &'a Value,
    nodes: Vec<Node>,
    by_pointer: HashMap<String, Id>,
}

impl<'a> Builder<'a> {
    fn node(&mut self, pointer: String, schema: &'a Value) -> Id {
        if let Some(&known) = self.by_pointer.get(&pointer) {
            return known;
        }
        let id = self.nodes.len();
        self.by_pointer.insert(pointer.clone(), id);
        self.nodes.push(Node::default());
        let node = match schema {
            Value::Object(schema) if !self.has_own_base(&pointer, schema) => {
                self.of_object(&pointer, schema)
            }
            Value::Bool(false) => Node {
                is_never: true,
                ..Node::default()
            },
            _ => Node::default(),
        };
        if let Some(slot) = self.nodes.get_mut(id) {
            let is_referred = slot.is_referred;
            *slot = node;
            slot.pointer = pointer;
            slot.is_referred = is_referred;
        }
        id
    }

    /// Whether references in it are not the root's; what it says is then not looked into.
    fn has_own_base(&self, pointer: &str, schema: &Map<String, Value>) -> bool {
        let id = schema.get(self.draft.id_keyword()).and_then(Value::as_str);
        !pointer.is_empty() && id.is_some_and(|id| !id.starts_with('#'))
    }

    fn of_object(&mut self, pointer: &str, schema: &'a Map<String, Value>) -> Node {
        let reference = self.reference(schema);
        if self.draft <= Draft::Draft7 && schema.contains_key("$ref") {
            return Node {
                reference,
                ..Node::default()
            };
        }
        Node {
            kind: schema.get("type").and_then(|kind| self.check("type", kind)),
            checks: self.checks(schema),
            required: texts(schema.get("required")),
            reference,
            all_of: self.list(pointer, schema, "allOf"),
            any_of: self.list(pointer, schema, "anyOf"),
            one_of: self.list(pointer, schema, "oneOf"),
            not: self.one(pointer, schema, "not"),
            condition: self.condition(pointer, schema),
            object: self.members(pointer, schema),
            array: self.items(pointer, schema),
            ..Node::default()
        }
    }

    /// Where `$ref` leads, within the same document.
    fn reference(&mut self, schema: &Map<String, Value>) -> Option<Id> {
        let pointer = schema.get("$ref")?.as_str()?.strip_prefix('#')?;
        let pointer = falcon_core::uri::decode(pointer)?.into_owned();
        let target = self.root.pointer(&pointer)?;
        let id = self.node(pointer, target);
        self.nodes.get_mut(id)?.is_referred = true;
        Some(id)
    }

    fn checks(&self, schema: &Map<String, Value>) -> Vec<Check> {
        let own = self.dialect.keywords.iter().map(|(name, _)| name.as_str());
        let names = CHECKS.into_iter().chain(MORE_CHECKS).chain(own);
        let mut checks: Vec<Check> = names
            .filter_map(|name| {
                self.bound(name, schema)
                    .or_else(|| self.check(name, schema.get(name)?))
            })
            .collect();
        checks.extend(self.old_dependencies(schema));
        checks
    }

    fn check(&self, keyword: &str, value: &Value) -> Option<Check> {
        Some(Check {
            keyword: keyword.to_owned(),
            validator: self.compile(&json!({ keyword: value }))?,
            sentence: sentence(keyword, value),
        })
    }

    fn compile(&self, schema: &Value) -> Option<Validator> {
        self.dialect.compile_keywords(self.draft, schema).ok()
    }

    /// A bound of draft 4, where another keyword says whether it is itself allowed.
    fn bound(&self, keyword: &str, schema: &Map<String, Value>) -> Option<Check> {
        let exclusive = match keyword {
            "minimum" => "exclusiveMinimum",
            "maximum" => "exclusiveMaximum",
            _ => return None,
        };
        let (bound, is_exclusive) = (schema.get(keyword)?, schema.get(exclusive)?.as_bool()?);
        let said = if is_exclusive { exclusive } else { keyword };
        Some(Check {
            keyword: keyword.to_owned(),
            validator: self.compile(&json!({ keyword: bound, exclusive: is_exclusive }))?,
            sentence: sentence(said, bound),
        })
    }

    /// Those members of `dependencies` that are lists of names.
    fn old_dependencies(&self, schema: &Map<String, Value>) -> Option<Check> {
        let all = schema.get("dependencies")?.as_object()?;
        let lists = all.iter().filter(|(_, value)| value.is_array());
        let lists: Map<String, Value> = lists.map(|(k, v)| (k.clone(), v.clone())).collect();
        self.check("dependencies", &Value::Object(lists))
    }

    fn list(&mut self, pointer: &str, schema: &'a Map<String, Value>, keyword: &str) -> Vec<Id> {
        let list = schema.get(keyword).and_then(Value::as_array);
        let list = list.into_iter().flatten().enumerate();
        list.map(|(i, item)| self.node(format!("{pointer}/{keyword}/{i}"), item))
            .collect()
    }

    fn one(&mut self, pointer: &str, schema: &'a Map<String, Value>, keyword: &str) -> Option<Id> {
        let schema = schema.get(keyword)?;
        Some(self.node(format!("{pointer}/{keyword}"), schema))
    }

    fn named(
        &mut self,
        pointer: &str,
        schema: &'a Map<String, Value>,
        keyword: &str,
    ) -> Vec<(String, Id)> {
        let all = schema.get(keyword).and_then(Value::as_object);
        let all = all
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_array());
        all.map(|(name, value)| {
            let pointer = format!("{pointer}/{keyword}/{}", escaped(name));
            (name.clone(), self.node(pointer, value))
        })
        .collect()
    }

    fn condition(&mut self, pointer: &str, schema: &'a Map<String, Value>) -> Option<Condition> {
        if self.draft < Draft::Draft7 {
            return None;
        }
        Some(Condition {
            test: self.one(pointer, schema, "if")?,
            then: self.one(pointer, schema, "then"),
            otherwise: self.one(pointer, schema, "else"),
        })
    }

    fn members(&mut self, pointer: &str, schema: &'a Map<String, Value>) -> Members {
        let dependent = if self.draft <= Draft::Draft7 {
            "dependencies"
        } else {
            "dependentSchemas"
        };
        let patterns = self.named(pointer, schema, "patternProperties").into_iter();
        let patterns: Option<Vec<(Validator, Id)>> = patterns
            .map(|(pattern, id)| Some((self.compile(&json!({ "pattern": pattern }))?, id)))
            .collect();
        // Without all of them it is not known what is additional.
        let additional = match patterns {
            Some(_) => self.one(pointer, schema, "additionalProperties"),
            None => None,
        };
        let names = match self.draft {
            Draft::Draft4 => None,
            _ => self.one(pointer, schema, "propertyNames"),
        };
        let properties = self.named(pointer, schema, "properties");
        Members {
            properties: properties.into_iter().collect(),
            patterns: patterns.unwrap_or_default(),
            additional,
            names,
            dependent: self.named(pointer, schema, dependent),
        }
    }

    fn items(&mut self, pointer: &str, schema: &'a Map<String, Value>) -> Items {
        let (first, rest) = if self.draft >= Draft::Draft202012 {
            ("prefixItems", "items")
        } else if schema.get("items").is_some_and(Value::is_array) {
            ("items", "additionalItems")
        } else {
            ("", "items")
        };
        Items {
            first: self.list(pointer, schema, first),
            rest: self.one(pointer, schema, rest),
            contains: self.contains(pointer, schema),
        }
    }

    fn contains(&mut self, pointer: &str, schema: &'a Map<String, Value>) -> Option<Contains> {
        if self.draft == Draft::Draft4 {
            return None;
        }
        let bound = |keyword| schema.get(keyword).and_then(Value::as_u64);
        let has_bounds = self.draft >= Draft::Draft201909;
        Some(Contains {
            item: self.one(pointer, schema, "contains")?,
            least: bound("minContains").filter(|_| has_bounds).unwrap_or(1),
            most: bound("maxContains").filter(|_| has_bounds),
        })
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// A name as a part of a pointer (RFC 6901 section 3).
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
