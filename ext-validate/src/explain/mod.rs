//! What is wrong with a value that a schema does not take, found within a budget.
//!
//! Whether a value is valid is for jsonschema to say; of its reports nothing is used, because they grow
//! without bounds where a schema has alternatives that refer to it again. So the schema is kept once more as a
//! tree of its parts, with a validator for each keyword that looks at one value alone, and a walk through it
//! that stops when it has found enough, or has taken long enough. Where the walk cannot look into a part, it has
//! that part validated as a whole; what it cannot know (dynamic references) stays open, and nothing is
//! said of what depends on it.

mod anchors;
mod budget;
mod build;
mod meant;
mod sentence;
mod violation;
mod walk;

use std::collections::BTreeMap;

use crate::dialect::Validator;

pub(crate) use self::violation::{Explanation, Violation};

/// The parts of a schema.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

type Id = usize;

/// A part of a schema: everything that applies to one value.
#[derive(Debug, Default)]
struct Node {
    /// From the root of the schema; of another document, with its URI.
    pointer: String,
    /// Whether it takes nothing.
    is_never: bool,
    /// What the value has to be, before anything else matters.
    kind: Option<Check>,
    checks: Vec<Check>,
    /// The few values that it takes, as JSON.
    constants: Vec<String>,
    required: Vec<String>,
    /// Members that demand others, with the keyword that says so.
    demands: Vec<(&'static str, String, Vec<String>)>,
    /// Whether it may be entered a second time for the same value.
    is_referred: bool,
    reference: Option<Id>,
    all_of: Vec<Id>,
    any_of: Vec<Id>,
    one_of: Vec<Id>,
    not: Option<Id>,
    condition: Option<Condition>,
    object: Members,
    array: Items,
    rest: Rest,
}

/// What a part says that the walk does not look into.
#[derive(Debug, Default)]
enum Rest {
    #[default]
    Nothing,
    /// The part as a whole tells.
    Whole(Validator),
    /// It depends on how it was come to.
    Open,
}

/// A keyword that looks at one value alone.
#[derive(Debug)]
struct Check {
    keyword: String,
    validator: Validator,
    sentence: String,
}

#[derive(Debug)]
struct Condition {
    test: Id,
    then: Option<Id>,
    otherwise: Option<Id>,
}

/// What is said of the members of an object.
#[derive(Debug, Default)]
struct Members {
    properties: BTreeMap<String, Id>,
    /// With what tells whether a name, given as a text, matches.
    patterns: Vec<(Validator, Id)>,
    additional: Option<Id>,
    names: Option<Id>,
    /// What applies to the object where a member is there.
    dependent: Vec<(String, Id)>,
}

/// What is said of the items of a list.
#[derive(Debug, Default)]
struct Items {
    first: Vec<Id>,
    rest: Option<Id>,
    contains: Option<Contains>,
}

#[derive(Debug)]
struct Contains {
    item: Id,
    least: u64,
    most: Option<u64>,
}

#[cfg(test)]
mod tests {
    use jsonschema::Draft;
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::Tree;
    use crate::dialect::Dialect;

    /// Schemas out of a few words each, so that they often hold and often do not.
    fn schema() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(json!(true)),
            Just(json!(false)),
            Just(json!({"type": "integer"})),
            Just(json!({"type": ["string", "array"]})),
            Just(json!({"type": "object"})),
            (-2..5).prop_map(|n| json!({"minimum": n})),
            (0..3).prop_map(|n| json!({"maxLength": n, "minItems": n, "maxProperties": n})),
            Just(json!({"enum": [1, "a", []]})),
            Just(json!({"const": {"a": 1}})),
            Just(json!({"required": ["a"]})),
            Just(json!({"dependentRequired": {"a": ["b"]}, "uniqueItems": true})),
            Just(json!({"$ref": "#"})),
            Just(json!({"$ref": "#/$defs/own"})),
            Just(json!({"$ref": "#own"})),
            Just(json!({"$ref": "https://example.com/other#/$defs/n"})),
            Just(json!({"properties": {"a": true}, "unevaluatedProperties": false})),
        ];
        leaf.prop_recursive(3, 24, 3, |inner| {
            let list = prop::collection::vec(inner.clone(), 1..3);
            prop_oneof![
                list.clone().prop_map(|all| json!({"allOf": all})),
                list.clone().prop_map(|all| json!({"anyOf": all})),
                list.clone().prop_map(|all| json!({"oneOf": all})),
                inner.clone().prop_map(|one| json!({"not": one})),
                (inner.clone(), inner.clone(), inner.clone())
                    .prop_map(|(a, b, c)| json!({"if": a, "then": b, "else": c})),
                (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| {
                    json!({"properties": {"a": a}, "patternProperties": {"b": b}, "additionalProperties": c})
                }),
                (list, inner.clone())
                    .prop_map(|(first, rest)| json!({"prefixItems": first, "items": rest})),
                (inner.clone(), 0..3, 1..3).prop_map(|(one, least, most)| {
                    json!({"contains": one, "minContains": least, "maxContains": most})
                }),
                (inner.clone(), inner).prop_map(|(a, b)| {
                    json!({"dependentSchemas": {"a": a}, "propertyNames": b})
                }),
            ]
        })
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2..5).prop_map(Value::from),
            "[ab]{0,3}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[abc]{1,2}", inner, 0..4)
                    .prop_map(|all| Value::Object(all.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The walk says that something is wrong where the validator does, and nowhere else.
        #[test]
        fn the_walk_and_the_validator_agree(one in schema(), own in schema(), value in value()) {
            let own = json!({"$anchor": "own", "allOf": [own]});
            let schema = json!({"allOf": [one], "$defs": {"own": own}});
            let other = json!({"$defs": {"n": {"anyOf": [{"$ref": "#/$defs/m"}, {"type": "null"}]}, "m": {"minimum": 2}}});
            let mut dialect = Dialect::default();
            dialect.documents.push(("https://example.com/other".to_owned(), other));
            let documents = dialect.documents().unwrap();
            let validator = dialect.compile(&schema, &documents).unwrap();
            let tree = Tree::new(&dialect, &documents, Draft::Draft202012, &schema);
            let found = tree.explain(&value, 50);
            if found.is_truncated {
                return Ok(());
            }
            let finds_nothing = found.violations[0].schema.is_empty();
            prop_assert_eq!(finds_nothing, validator.is_valid(&value), "{} {} {:?}", schema, value, found);
        }
    }
}
