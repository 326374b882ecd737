//! A schema, taken apart.

use std::collections::HashMap;

use jsonschema::Draft;
use serde_json::{Map, Value, json};

use super::anchors::anchors;
use super::sentence::sentence;
use super::{Check, Condition, Contains, Id, Items, Members, Node, Rest, Tree};
use crate::dialect::{Dialect, Documents, Validator};
use crate::json::escaped;

/// Keywords that look at one value alone.
const CHECKS: [&str; 18] = [
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
    "minProperties",
];

/// How many parts may be validated as a whole: each is compiled with all that it leads to.
const MOST_WHOLE: usize = 32;

/// How deep parts may lie within one another, references followed: a stack is finite.
const MOST_DEPTH: usize = 120;

impl Tree {
    /// Takes apart a schema that compiles.
    pub(crate) fn new(dialect: &Dialect, known: &Documents, draft: Draft, schema: &Value) -> Self {
        let own = (schema.get(draft.id_keyword()).and_then(Value::as_str)).unwrap_or_default();
        let mut documents = vec![Document {
            uri: own.trim_end_matches('#'),
            root: schema,
            draft,
        }];
        documents.extend(dialect.documents.iter().map(|(uri, root)| Document {
            uri,
            root,
            draft: Draft::default().detect(root),
        }));
        let mut builder = Builder {
            dialect,
            known,
            documents,
            nodes: Vec::new(),
            places: HashMap::new(),
            anchors: HashMap::new(),
            depth: 0,
            whole: 0,
        };
        builder.find_anchors();
        builder.node(&(0, String::new()), schema);
        Self {
            nodes: builder.nodes,
        }
    }
}

/// A document that references lead to; the first is the schema itself.
struct Document<'a> {
    uri: &'a str,
    root: &'a Value,
    draft: Draft,
}

/// A document, and a pointer into it.
type Place = (usize, String);

struct Builder<'a> {
    dialect: &'a Dialect,
    known: &'a Documents,
    documents: Vec<Document<'a>>,
    nodes: Vec<Node>,
    places: HashMap<Place, Id>,
    /// Where a name leads, in each document.
    anchors: HashMap<(usize, String), String>,
    depth: usize,
    whole: usize,
}

impl<'a> Builder<'a> {
    fn node(&mut self, place: &Place, schema: &'a Value) -> Id {
        if let Some(&known) = self.places.get(place) {
            return known;
        }
        let id = self.nodes.len();
        self.places.insert(place.clone(), id);
        self.nodes.push(Node::default());
        self.depth += 1;
        let node = match schema {
            Value::Bool(false) => Node {
                is_never: true,
                ..Node::default()
            },
            Value::Object(_) if self.depth > MOST_DEPTH => Node {
                rest: Rest::Open,
                ..Node::default()
            },
            Value::Object(schema) if self.has_own_base(place, schema) => Node {
                rest: self.as_a_whole(place),
                ..Node::default()
            },
            Value::Object(schema) => self.of_object(place, schema),
            _ => Node::default(),
        };
        self.depth -= 1;
        let pointer = self.shown(place);
        if let Some(slot) = self.nodes.get_mut(id) {
            let is_referred = slot.is_referred;
            *slot = node;
            slot.pointer = pointer;
            slot.is_referred = is_referred;
        }
        id
    }

    fn draft(&self, place: &Place) -> Draft {
        self.documents
            .get(place.0)
            .map_or_else(Draft::default, |document| document.draft)
    }

    fn shown(&self, (document, pointer): &Place) -> String {
        match self.documents.get(*document).filter(|_| *document > 0) {
            Some(other) => format!("{}#{pointer}", other.uri),
            None => pointer.clone(),
        }
    }

    /// Whether references in it are not the document's; what it says is then not looked into.
    fn has_own_base(&self, place: &Place, schema: &Map<String, Value>) -> bool {
        let id = schema
            .get(self.draft(place).id_keyword())
            .and_then(Value::as_str);
        !place.1.is_empty() && id.is_some_and(|id| !id.starts_with('#'))
    }

    /// The validator of a part, as it stands in its document.
    fn as_a_whole(&mut self, place: &Place) -> Rest {
        self.whole += 1;
        let root = self.documents.first().map(|document| document.root);
        let (Some(root), true) = (root, self.whole <= MOST_WHOLE) else {
            return Rest::Open;
        };
        let uri = self
            .documents
            .get(place.0)
            .map_or("", |document| document.uri);
        let compiled = self.dialect.compile_part(self.known, root, uri, &place.1);
        compiled.map_or(Rest::Open, Rest::Whole)
    }

    fn of_object(&mut self, place: &Place, schema: &'a Map<String, Value>) -> Node {
        let draft = self.draft(place);
        let reference = self.reference(place, schema);
        let is_lost = schema.contains_key("$ref") && reference.is_none();
        if draft <= Draft::Draft7 && schema.contains_key("$ref") {
            let rest = if is_lost {
                self.as_a_whole(place)
            } else {
                Rest::Nothing
            };
            return Node {
                reference,
                rest,
                ..Node::default()
            };
        }
        let kind = schema
            .get("type")
            .and_then(|kind| self.check(draft, "type", kind));
        Node {
            kind,
            checks: self.checks(draft, schema),
            constants: constants(schema),
            required: texts(schema.get("required")),
            demands: demands(draft, schema),
            reference,
            all_of: self.list(place, schema, "allOf"),
            any_of: self.list(place, schema, "anyOf"),
            one_of: self.list(place, schema, "oneOf"),
            not: self.one(place, schema, "not"),
            condition: self.condition(place, schema),
            object: self.members(place, schema),
            array: self.items(place, schema),
            rest: self.rest(place, schema, is_lost),
            ..Node::default()
        }
    }

    /// What is said by keywords that are not looked into.
    fn rest(&mut self, place: &Place, schema: &Map<String, Value>, is_lost: bool) -> Rest {
        let draft = self.draft(place);
        let is_dynamic = match draft {
            Draft::Draft201909 => schema.contains_key("$recursiveRef"),
            draft if draft >= Draft::Draft202012 => schema.contains_key("$dynamicRef"),
            _ => false,
        };
        if is_dynamic {
            return Rest::Open;
        }
        let unevaluated = ["unevaluatedProperties", "unevaluatedItems"];
        let mut unevaluated = unevaluated
            .iter()
            .filter_map(|keyword| schema.get(*keyword));
        let says_more = unevaluated.any(|rule| *rule != Value::Bool(true));
        if is_lost || (says_more && draft >= Draft::Draft201909) {
            return self.as_a_whole(place);
        }
        Rest::Nothing
    }

    /// Where `$ref` leads: within the document, or to another that is known.
    fn reference(&mut self, place: &Place, schema: &Map<String, Value>) -> Option<Id> {
        let target = self.target(place.0, schema.get("$ref")?.as_str()?)?;
        let schema = self.documents.get(target.0)?.root.pointer(&target.1)?;
        let id = self.node(&target, schema);
        self.nodes.get_mut(id)?.is_referred = true;
        Some(id)
    }

    fn target(&self, from: usize, reference: &str) -> Option<Place> {
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let is_meant = |document: &Document<'_>| !document.uri.is_empty() && document.uri == uri;
        let document = match uri {
            "" => from,
            _ => self.documents.iter().position(is_meant)?,
        };
        let fragment = falcon_core::uri::decode(fragment)?.into_owned();
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            fragment
        } else {
            self.anchors.get(&(document, fragment))?.clone()
        };
        let passes_a_base = self.passes_a_base(document, &pointer);
        (!passes_a_base).then_some((document, pointer))
    }

    /// Whether a pointer leads into a part whose references are its own.
    fn passes_a_base(&self, document: usize, pointer: &str) -> bool {
        let Some(root) = self.documents.get(document).map(|document| document.root) else {
            return true;
        };
        let ends = pointer
            .match_indices('/')
            .map(|(end, _)| end)
            .chain([pointer.len()]);
        ends.filter_map(|end| pointer.get(..end)).any(|above| {
            let schema = root.pointer(above).and_then(Value::as_object);
            let place = (document, above.to_owned());
            schema.is_some_and(|schema| self.has_own_base(&place, schema))
        })
    }

    fn find_anchors(&mut self) {
        for (i, document) in self.documents.iter().enumerate() {
            let mut found = Vec::new();
            anchors(document.root, document.draft, "", &mut found);
            let found = found
                .into_iter()
                .map(|(name, pointer)| ((i, name), pointer));
            self.anchors.extend(found);
        }
    }

    fn checks(&self, draft: Draft, schema: &Map<String, Value>) -> Vec<Check> {
        let own = self.dialect.keywords.iter().map(|(name, _)| name.as_str());
        let names = CHECKS.into_iter().chain(own);
        let check = |name| {
            let bound = self.bound(draft, name, schema);
            bound.or_else(|| self.check(draft, name, schema.get(name)?))
        };
        names.filter_map(check).collect()
    }

    fn check(&self, draft: Draft, keyword: &str, value: &Value) -> Option<Check> {
        Some(Check {
            keyword: keyword.to_owned(),
            validator: self.compile(draft, &json!({ keyword: value }))?,
            sentence: sentence(keyword, value),
        })
    }

    fn compile(&self, draft: Draft, schema: &Value) -> Option<Validator> {
        self.dialect.compile_keywords(draft, schema).ok()
    }

    /// A bound of draft 4, where another keyword says whether it is itself allowed.
    fn bound(&self, draft: Draft, keyword: &str, schema: &Map<String, Value>) -> Option<Check> {
        let exclusive = match keyword {
            "minimum" => "exclusiveMinimum",
            "maximum" => "exclusiveMaximum",
            _ => return None,
        };
        let (bound, is_exclusive) = (schema.get(keyword)?, schema.get(exclusive)?.as_bool()?);
        let said = if is_exclusive { exclusive } else { keyword };
        Some(Check {
            keyword: keyword.to_owned(),
            validator: self.compile(draft, &json!({ keyword: bound, exclusive: is_exclusive }))?,
            sentence: sentence(said, bound),
        })
    }

    fn list(&mut self, place: &Place, schema: &'a Map<String, Value>, keyword: &str) -> Vec<Id> {
        let list = schema.get(keyword).and_then(Value::as_array);
        let list = list.into_iter().flatten().enumerate();
        list.map(|(i, item)| self.node(&below(place, &format!("{keyword}/{i}")), item))
            .collect()
    }

    fn one(&mut self, place: &Place, schema: &'a Map<String, Value>, keyword: &str) -> Option<Id> {
        let schema = schema.get(keyword)?;
        Some(self.node(&below(place, keyword), schema))
    }

    fn named(
        &mut self,
        place: &Place,
        schema: &'a Map<String, Value>,
        keyword: &str,
    ) -> Vec<(String, Id)> {
        let all = schema.get(keyword).and_then(Value::as_object);
        let all = all
            .into_iter()
            .flatten()
            .filter(|(_, value)| !value.is_array());
        all.map(|(name, value)| {
            let place = below(place, &format!("{keyword}/{}", escaped(name)));
            (name.clone(), self.node(&place, value))
        })
        .collect()
    }

    fn condition(&mut self, place: &Place, schema: &'a Map<String, Value>) -> Option<Condition> {
        if self.draft(place) < Draft::Draft7 {
            return None;
        }
        Some(Condition {
            test: self.one(place, schema, "if")?,
            then: self.one(place, schema, "then"),
            otherwise: self.one(place, schema, "else"),
        })
    }

    fn members(&mut self, place: &Place, schema: &'a Map<String, Value>) -> Members {
        let draft = self.draft(place);
        let patterns = self.named(place, schema, "patternProperties").into_iter();
        let patterns: Option<Vec<(Validator, Id)>> = patterns
            .map(|(pattern, id)| Some((self.compile(draft, &json!({ "pattern": pattern }))?, id)))
            .collect();
        // Without all of them it is not known what is additional.
        let additional = match patterns {
            Some(_) => self.one(place, schema, "additionalProperties"),
            None => None,
        };
        let names = match draft {
            Draft::Draft4 => None,
            _ => self.one(place, schema, "propertyNames"),
        };
        let properties = self.named(place, schema, "properties");
        let mut dependent = self.named(place, schema, "dependencies");
        if draft >= Draft::Draft201909 {
            dependent.extend(self.named(place, schema, "dependentSchemas"));
        }
        Members {
            properties: properties.into_iter().collect(),
            patterns: patterns.unwrap_or_default(),
            additional,
            names,
            dependent,
        }
    }

    fn items(&mut self, place: &Place, schema: &'a Map<String, Value>) -> Items {
        let (first, rest) = if self.draft(place) >= Draft::Draft202012 {
            ("prefixItems", "items")
        } else if schema.get("items").is_some_and(Value::is_array) {
            ("items", "additionalItems")
        } else {
            ("", "items")
        };
        Items {
            first: self.list(place, schema, first),
            rest: self.one(place, schema, rest),
            contains: self.contains(place, schema),
        }
    }

    fn contains(&mut self, place: &Place, schema: &'a Map<String, Value>) -> Option<Contains> {
        let draft = self.draft(place);
        if draft == Draft::Draft4 {
            return None;
        }
        let has_bounds = draft >= Draft::Draft201909;
        let bound = |keyword| count(schema.get(keyword).filter(|_| has_bounds)?);
        Some(Contains {
            item: self.one(place, schema, "contains")?,
            least: bound("minContains").unwrap_or(1),
            most: bound("maxContains"),
        })
    }
}

fn below((document, pointer): &Place, more: &str) -> Place {
    (*document, format!("{pointer}/{more}"))
}

/// A count, which may be written as a float.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it has no fraction, and is no less than nothing"
)]
fn count(value: &Value) -> Option<u64> {
    let whole = |float: &f64| float.fract() == 0.0 && (0.0..1e15).contains(float);
    value
        .as_u64()
        .or_else(|| value.as_f64().filter(whole).map(|float| float as u64))
}

fn constants(schema: &Map<String, Value>) -> Vec<String> {
    let several = schema
        .get("enum")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let all = several.chain(schema.get("const")).take(20);
    all.map(ToString::to_string).collect()
}

/// Members that demand others.
fn demands(draft: Draft, schema: &Map<String, Value>) -> Vec<(&'static str, String, Vec<String>)> {
    let keywords = if draft >= Draft::Draft201909 {
        &["dependencies", "dependentRequired"][..]
    } else {
        &["dependencies"][..]
    };
    let of = |keyword: &&'static str| {
        let all = schema
            .get(*keyword)
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        let lists = all.filter(|(_, value)| value.is_array());
        let keyword = *keyword;
        lists.map(move |(name, list)| (keyword, name.clone(), texts(Some(list))))
    };
    keywords.iter().flat_map(of).collect()
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).into_iter().flatten();
    list.filter_map(Value::as_str).map(str::to_owned).collect()
}
