//! What is said of what is wrong.

use serde_json::{Value, json};

use crate::{errors, post, taking};

/// The one error of a value that a schema does not take.
fn only(schema: &Value, value: &Value) -> (String, String, String) {
    let mut all = errors(&post(&taking(schema), value.to_string()));
    assert_eq!(all.len(), 1, "{schema} {value}: {all:?}");
    all.remove(0)
}

/// A schema, a value, and what is said of it: the pointer, the keyword, the sentence.
type Row = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

const ROWS: &[Row] = &[
    (
        r#"{"type": "string"}"#,
        "1",
        "",
        "type",
        "It must be a text.",
    ),
    (
        r#"{"type": ["string", "null"]}"#,
        "1",
        "",
        "type",
        "It must be a text or null.",
    ),
    (
        r#"{"type": ["string", "integer", "null"]}"#,
        "[]",
        "",
        "type",
        "It must be a text, an integer or null.",
    ),
    (
        r#"{"enum": ["a", 1, null]}"#,
        r#""b""#,
        "",
        "enum",
        r#"It must be one of "a", 1, null."#,
    ),
    (
        r#"{"const": {"a": 1}}"#,
        "1",
        "",
        "const",
        r#"It must be {"a":1}."#,
    ),
    (
        r#"{"minimum": 1}"#,
        "0",
        "",
        "minimum",
        "It must be at least 1.",
    ),
    (
        r#"{"maximum": 1.5}"#,
        "2",
        "",
        "maximum",
        "It must be at most 1.5.",
    ),
    (
        r#"{"exclusiveMinimum": 1}"#,
        "1",
        "",
        "exclusiveMinimum",
        "It must be more than 1.",
    ),
    (
        r#"{"exclusiveMaximum": 1}"#,
        "1",
        "",
        "exclusiveMaximum",
        "It must be less than 1.",
    ),
    (
        r#"{"multipleOf": 5}"#,
        "7",
        "",
        "multipleOf",
        "It must be a multiple of 5.",
    ),
    (
        r#"{"minLength": 1}"#,
        r#""""#,
        "",
        "minLength",
        "It must have at least 1 character.",
    ),
    (
        r#"{"maxLength": 2}"#,
        r#""abc""#,
        "",
        "maxLength",
        "It must have at most 2 characters.",
    ),
    (
        r#"{"pattern": "^a$"}"#,
        r#""b""#,
        "",
        "pattern",
        "It must match the pattern `^a$`.",
    ),
    (
        r#"{"format": "email"}"#,
        r#""b""#,
        "",
        "format",
        "It must be an e-mail address.",
    ),
    (
        r#"{"format": "ipv4"}"#,
        r#""01.2.3.4""#,
        "",
        "format",
        "It must be an IPv4 address.",
    ),
    (
        r#"{"minItems": 1}"#,
        "[]",
        "",
        "minItems",
        "It must have at least 1 item.",
    ),
    (
        r#"{"maxItems": 1}"#,
        "[1, 2]",
        "",
        "maxItems",
        "It must have at most 1 item.",
    ),
    (
        r#"{"uniqueItems": true}"#,
        "[1, 1.0]",
        "",
        "uniqueItems",
        "Its items must differ from one another.",
    ),
    (
        r#"{"minProperties": 2}"#,
        r#"{"a": 1}"#,
        "",
        "minProperties",
        "It must have at least 2 members.",
    ),
    (
        r#"{"maxProperties": 0}"#,
        r#"{"a": 1}"#,
        "",
        "maxProperties",
        "It must have at most 0 members.",
    ),
    (
        r#"{"required": ["a"]}"#,
        "{}",
        "",
        "required",
        "`a` is missing.",
    ),
    (
        r#"{"additionalProperties": false}"#,
        r#"{"a": 1}"#,
        "/a",
        "additionalProperties",
        "It is not known here; nothing is.",
    ),
    (
        r#"{"properties": {"b": {}}, "additionalProperties": false}"#,
        r#"{"a": 1}"#,
        "/a",
        "additionalProperties",
        "It is not known here; known are: b.",
    ),
    (
        r#"{"propertyNames": {"maxLength": 1}}"#,
        r#"{"ab": 1}"#,
        "/ab",
        "propertyNames",
        "Its name is not allowed. It must have at most 1 character.",
    ),
    (
        r#"{"dependentRequired": {"a": ["b"]}}"#,
        r#"{"a": 1}"#,
        "",
        "dependentRequired",
        "`b` is missing: it has to be there with `a`.",
    ),
    (
        r#"{"dependentSchemas": {"a": {"required": ["b"]}}}"#,
        r#"{"a": 1}"#,
        "",
        "required",
        "`b` is missing.",
    ),
    (
        r#"{"contains": {"type": "integer"}}"#,
        r#"["a"]"#,
        "",
        "contains",
        "At least 1 item must match, and 0 did.",
    ),
    (
        r#"{"contains": {"type": "integer"}, "minContains": 2}"#,
        "[1]",
        "",
        "minContains",
        "At least 2 items must match, and 1 did.",
    ),
    (
        r#"{"contains": {"type": "integer"}, "maxContains": 1}"#,
        "[1, 2]",
        "",
        "maxContains",
        "At most 1 item may match, and 2 did.",
    ),
    (
        r#"{"items": false}"#,
        "[1]",
        "/0",
        "",
        "Nothing is allowed here.",
    ),
    (
        r#"{"prefixItems": [true, {"type": "integer"}]}"#,
        r#"[1, "a"]"#,
        "/1",
        "type",
        "It must be an integer.",
    ),
    (
        r#"{"prefixItems": [true], "items": {"type": "integer"}}"#,
        r#"[1, "a"]"#,
        "/1",
        "type",
        "It must be an integer.",
    ),
    (
        r#"{"patternProperties": {"^a": {"type": "integer"}}}"#,
        r#"{"ab": "x", "b": "x"}"#,
        "/ab",
        "type",
        "It must be an integer.",
    ),
    (
        r#"{"not": {"type": "integer"}}"#,
        "1",
        "",
        "not",
        "It is what it must not be.",
    ),
    (
        r#"{"if": {"type": "integer"}, "then": {"minimum": 3}}"#,
        "1",
        "",
        "minimum",
        "It must be at least 3.",
    ),
    (
        r#"{"if": {"type": "integer"}, "else": {"minLength": 3}}"#,
        r#""a""#,
        "",
        "minLength",
        "It must have at least 3 characters.",
    ),
    (
        r#"{"anyOf": [{"minimum": 3}, {"maximum": 1}]}"#,
        "2",
        "",
        "anyOf",
        "It must match one of 2 alternatives, and matches none.",
    ),
    (
        r#"{"oneOf": [{"minimum": 1}, true, {"type": "integer"}]}"#,
        "2",
        "",
        "oneOf",
        "It must match one alternative alone, and matches number 1 and number 2.",
    ),
    (
        r#"{"allOf": [{"minimum": 3}, {"maximum": 5}]}"#,
        "2",
        "",
        "minimum",
        "It must be at least 3.",
    ),
    (
        r#"{"contentMediaType": "application/json", "$schema": "http://json-schema.org/draft-07/schema#"}"#,
        r#""{""#,
        "",
        "contentMediaType",
        "It must be of type application/json.",
    ),
    ("false", "1", "", "", "Nothing is allowed here."),
    (
        r#"{"unevaluatedProperties": false}"#,
        r#"{"a": 1}"#,
        "",
        "",
        "It does not match the schema.",
    ),
];

#[test]
fn every_keyword_says_what_would_be_right() {
    for (schema, value, pointer, keyword, sentence) in ROWS {
        let read = |text| serde_json::from_str::<Value>(text).unwrap();
        let told = only(&read(schema), &read(value));
        let expected = (
            (*pointer).to_owned(),
            (*keyword).to_owned(),
            (*sentence).to_owned(),
        );
        assert_eq!(told, expected, "{schema}");
    }
}

#[test]
fn where_one_alternative_is_meant_it_says_what_is_wrong() {
    let shape = json!({"oneOf": [
        {"properties": {"kind": {"const": "circle"}, "radius": {"type": "number"}}, "required": ["kind", "radius"]},
        {"$ref": "#/$defs/square"},
        {"type": "null"},
    ], "$defs": {"square": {"properties": {"kind": {"enum": ["square"]}, "side": {"minimum": 0}}, "required": ["kind"]}}});
    let told = only(&shape, &json!({"kind": "circle"}));
    assert_eq!(
        told,
        (
            String::new(),
            "required".to_owned(),
            "`radius` is missing.".to_owned()
        )
    );
    let told = only(&shape, &json!({"kind": "square", "side": -1}));
    assert_eq!(told.0, "/side");
    assert_eq!(only(&shape, &json!({"kind": "line"})).1, "oneOf");
    let optional = json!({"anyOf": [{"$ref": "#/$defs/n"}, {"type": "null"}], "$defs": {"n": {"type": "integer", "minimum": 3}}});
    assert_eq!(only(&optional, &json!(1)).2, "It must be at least 3.");
}

#[test]
fn what_is_wrong_is_told_through_references_with_the_place_in_the_schema() {
    let schema = json!({
        "properties": {"list": {"type": "array", "items": {"$ref": "#/$defs/a%20b~1c"}}},
        "$defs": {"a b/c": {"properties": {"next": {"$ref": "#/$defs/a%20b~1c"}, "n": {"type": "integer"}}}},
    });
    let result = post(
        &taking(&schema),
        json!({"list": [{"next": {"n": "x"}}, {"n": 1}]}).to_string(),
    );
    let problem: Value = result.json();
    assert_eq!(problem["errors"][0]["pointer"], "/list/0/next/n");
    assert_eq!(
        problem["errors"][0]["schema"],
        "/$defs/a b~1c/properties/n/type"
    );
    assert_eq!(problem["errors"][0]["in"], "body");
    assert_eq!(
        problem["detail"],
        "At /list/0/next/n: It must be an integer."
    );
}

#[test]
fn a_part_with_a_base_of_its_own_is_told_of_as_a_whole() {
    let schema = json!({"properties": {"a": {"$id": "https://example.com/a", "$ref": "#/$defs/n", "$defs": {"n": {"type": "integer"}}}}});
    assert_eq!(
        only(&schema, &json!({"a": "x"})).2,
        "It does not match the schema."
    );
}

#[test]
fn long_lists_and_patterns_are_cut() {
    let values: Vec<String> = (0..5000).map(|i| format!("value{i}")).collect();
    let told = only(&json!({"enum": values}), &json!("x"));
    assert!(told.2.len() < 400, "{}", told.2.len());
    let told = only(&json!({"pattern": "a".repeat(3000)}), &json!("x"));
    assert!(told.2.len() < 400);
}
