//! What schemas may say beyond the standard, and how they are compiled.

use std::fmt;
use std::sync::{Arc, LazyLock};

use jsonschema::paths::Location;
use jsonschema::{Draft, Keyword, PatternOptions, Registry, ValidationError, ValidationOptions};
use serde_json::{Map, Value};

/// A value held to a schema; the only thing that is asked of it, for its reports can be dear.
pub(crate) type Validator = jsonschema::Validator;

type Format = dyn Fn(&str) -> bool + Send + Sync;
pub(crate) type Rule = Box<dyn Fn(&Value) -> bool + Send + Sync>;
type MakeRule = dyn Fn(&Value) -> Result<Rule, String> + Send + Sync;

/// Formats, keywords and documents of the application's own.
#[derive(Clone, Default)]
pub(crate) struct Dialect {
    pub(crate) formats: Vec<(String, Arc<Format>)>,
    pub(crate) keywords: Vec<(String, Arc<MakeRule>)>,
    /// With the URI by which a `$ref` finds each.
    pub(crate) documents: Vec<(String, Value)>,
    /// Patterns that take more than linear time: look-around and back-references.
    pub(crate) backtracking: bool,
}

/// The documents that a `$ref` may lead to, made ready.
pub(crate) struct Documents(Registry<'static>);

/// A schema that is none: what is wrong, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) pointer: String,
    pub(crate) why: String,
}

impl Dialect {
    /// Makes the documents ready.
    pub(crate) fn documents(&self) -> Result<Documents, Fault> {
        let fault = |error: jsonschema::ReferencingError| Fault {
            pointer: String::new(),
            why: error.to_string(),
        };
        let mut registry = Registry::new().retriever(Nowhere);
        for (uri, document) in &self.documents {
            let resource = jsonschema::Resource::from_contents(document.clone());
            registry = registry.add(uri.clone(), resource).map_err(fault)?;
        }
        registry.prepare().map(Documents).map_err(fault)
    }

    /// Compiles a whole schema.
    pub(crate) fn compile(&self, schema: &Value, known: &Documents) -> Result<Validator, Fault> {
        let options = self.options().with_registry(&known.0);
        self.build(options, schema)
    }

    /// Tells whether a document that has a URI is in order.
    pub(crate) fn check(
        &self,
        uri: &str,
        document: &Value,
        known: &Documents,
    ) -> Result<(), Fault> {
        let options = self.options().with_registry(&known.0).with_base_uri(uri);
        self.build(options, document).map(drop)
    }

    /// Compiles a few keywords that refer to nothing.
    pub(crate) fn compile_keywords(
        &self,
        draft: Draft,
        schema: &Value,
    ) -> Result<Validator, Fault> {
        self.build(self.options().with_draft(draft), schema)
    }

    /// Compiles a part of a schema, or of a document that it may refer to, with all that it leads to.
    pub(crate) fn compile_part(
        &self,
        known: &Documents,
        root: &Value,
        uri: &str,
        pointer: &str,
    ) -> Option<Validator> {
        let is_known = self.documents.iter().any(|(known, _)| known == uri);
        let fragment = falcon_core::uri::encode(pointer);
        let own = if uri.is_empty() {
            "urn:own:schema"
        } else {
            uri
        };
        let reference = serde_json::json!({ "$ref": format!("{own}#{fragment}") });
        if is_known {
            let options = self.options().with_registry(&known.0);
            return self.build(options, &reference).ok();
        }
        let resource = jsonschema::Resource::from_contents(root.clone());
        let registry = known.0.add(own, resource).ok()?.prepare().ok()?;
        let options = self.options().with_registry(&registry);
        self.build(options, &reference).ok()
    }

    fn build(&self, options: ValidationOptions<'_>, schema: &Value) -> Result<Validator, Fault> {
        let built = if self.backtracking {
            let patterns = PatternOptions::fancy_regex().backtrack_limit(MOST_STEPS_BACK);
            options.with_pattern_options(patterns).build(schema)
        } else {
            options
                .with_pattern_options(PatternOptions::regex())
                .build(schema)
        };
        built.map_err(|error| {
            let why = reason(&error, self.backtracking);
            let mut pointer = error.instance_path().to_string();
            if pointer.is_empty() {
                pointer = lost_reference(schema, &why).unwrap_or_default();
            }
            Fault { pointer, why }
        })
    }

    fn options(&self) -> ValidationOptions<'static> {
        let mut options = jsonschema::options()
            .offline()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false);
        for name in ANNOTATIONS {
            options = options.with_format(name, |_: &str| true);
        }
        for name in FORMATS {
            options = options.with_format(name, move |text: &str| is_format(name, text));
        }
        for (name, is_one) in &self.formats {
            let is_one = Arc::clone(is_one);
            options = options.with_format(name.clone(), move |text: &str| is_one(text));
        }
        for (name, make) in &self.keywords {
            let make = Arc::clone(make);
            options = options.with_keyword(name.clone(), factory(make));
        }
        options
    }
}

/// How far an expression may go back before a text counts as one that does not match.
const MOST_STEPS_BACK: usize = 50_000;

/// Formats that say what a number or a text is for, and rule nothing out by themselves: those that
/// OpenAPI has for numbers, and schemas from Rust types.
const ANNOTATIONS: [&str; 18] = [
    "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64",
    "uint128", "uint", "float", "double", "password", "binary", "byte", "char",
];

/// Standard formats that not every draft has. They mean the same in all.
const FORMATS: [&str; 10] = [
    "date",
    "duration",
    "iri",
    "iri-reference",
    "json-pointer",
    "relative-json-pointer",
    "time",
    "uri-reference",
    "uri-template",
    "uuid",
];

/// Whether a text is of a format, as the newest draft has it.
fn is_format(name: &str, text: &str) -> bool {
    static ALL: LazyLock<Vec<(&str, Validator)>> = LazyLock::new(|| {
        let compile = |name: &&'static str| {
            let options = jsonschema::options()
                .offline()
                .should_validate_formats(true);
            let schema = serde_json::json!({ "format": name });
            Some((*name, options.build(&schema).ok()?))
        };
        FORMATS.iter().filter_map(compile).collect()
    });
    let known = ALL.iter().find(|(known, _)| *known == name);
    known.is_none_or(|(_, validator)| validator.is_valid(&Value::from(text)))
}

fn reason(error: &ValidationError<'_>, backtracking: bool) -> String {
    let why = error.to_string();
    if let Some(name) = why
        .strip_prefix("Unknown format: '")
        .and_then(|rest| rest.split('\'').next())
    {
        return format!("the format `{name}` is not known: give it with `format`");
    }
    if why.ends_with("is not a \"regex\"") && !backtracking {
        return format!(
            "{why}, or one with look-around or back-references, which are only taken where `backtracking` is on"
        );
    }
    why
}

/// Where a reference stands that leads nowhere, if the error speaks of one.
fn lost_reference(schema: &Value, why: &str) -> Option<String> {
    let mut parts = vec![(String::new(), schema)];
    while let Some((pointer, part)) = parts.pop() {
        let below = |name: &str| format!("{pointer}/{}", crate::json::escaped(name));
        match part {
            Value::Object(members) => {
                for (name, member) in members {
                    let reference = member.as_str().filter(|_| name == "$ref");
                    let named = reference.map(|reference| {
                        let fragment = reference.split_once('#').map(|(_, fragment)| fragment);
                        (reference, fragment.filter(|fragment| !fragment.is_empty()))
                    });
                    if named.is_some_and(|(whole, fragment)| {
                        why.contains(whole)
                            || fragment.is_some_and(|fragment| why.contains(fragment))
                    }) {
                        return Some(below(name));
                    }
                    parts.push((below(name), member));
                }
            }
            Value::Array(items) => {
                let items = items.iter().enumerate();
                parts.extend(items.map(|(i, item)| (below(&i.to_string()), item)));
            }
            _ => {}
        }
    }
    None
}

/// Documents come from nowhere but the application.
struct Nowhere;

impl jsonschema::Retrieve for Nowhere {
    fn retrieve(
        &self,
        uri: &jsonschema::Uri<String>,
    ) -> Result<Value, Box<dyn std::error::Error + Send + Sync>> {
        Err(format!("`{uri}` is not known: nothing is fetched, so give it with `document`").into())
    }
}

type Made = Box<dyn for<'i> Keyword<'i>>;

/// The lifetimes have to be told: a closure takes the narrowest.
fn factory(
    make: Arc<MakeRule>,
) -> impl for<'a> Fn(&'a Map<String, Value>, &'a Value, Location) -> Result<Made, ValidationError<'a>>
{
    move |_, value, _| {
        let rule = make(value).map_err(ValidationError::custom)?;
        Ok(Box::new(Own(rule)))
    }
}

/// A keyword of the application's own.
struct Own(Rule);

impl<'i> Keyword<'i> for Own {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if (self.0)(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom("the rule does not hold"))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        (self.0)(instance)
    }
}

impl fmt::Debug for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |own: &mut dyn Iterator<Item = &String>| own.cloned().collect::<Vec<_>>();
        f.debug_struct("Dialect")
            .field("formats", &names(&mut self.formats.iter().map(|f| &f.0)))
            .field("keywords", &names(&mut self.keywords.iter().map(|k| &k.0)))
            .field(
                "documents",
                &names(&mut self.documents.iter().map(|d| &d.0)),
            )
            .field("backtracking", &self.backtracking)
            .finish()
    }
}
