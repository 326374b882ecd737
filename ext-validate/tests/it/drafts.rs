//! What each draft of JSON Schema means by its words.

use serde_json::{Value, json};

use crate::{post, taking};

const DRAFT_4: &str = "http://json-schema.org/draft-04/schema#";
const DRAFT_6: &str = "http://json-schema.org/draft-06/schema#";
const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2019: &str = "https://json-schema.org/draft/2019-09/schema";
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

/// A schema of a draft, a value, and whether it is valid.
type Row = (Value, Value, bool);

fn hold(draft: &str, rows: Vec<Row>) {
    for (mut schema, value, is_valid) in rows {
        schema["$schema"] = json!(draft);
        let status = post(&taking(&schema), value.to_string()).status().as_u16();
        let expected = if is_valid { 200 } else { 422 };
        assert_eq!(status, expected, "{schema} {value}");
    }
}

#[test]
fn draft_4_has_bounds_that_another_word_makes_exclusive_and_no_constants() {
    hold(
        DRAFT_4,
        vec![
            (
                json!({"minimum": 3, "exclusiveMinimum": true}),
                json!(3),
                false,
            ),
            (
                json!({"minimum": 3, "exclusiveMinimum": false}),
                json!(3),
                true,
            ),
            (
                json!({"maximum": 3, "exclusiveMaximum": true}),
                json!(3),
                false,
            ),
            (json!({"const": 1}), json!(2), true),
            (json!({"contains": {"type": "integer"}}), json!(["a"]), true),
            (
                json!({"propertyNames": {"maxLength": 1}}),
                json!({"ab": 1}),
                true,
            ),
            (
                json!({"if": true, "then": {"type": "integer"}}),
                json!("a"),
                true,
            ),
            (
                json!({"items": [{"type": "integer"}], "additionalItems": false}),
                json!([1, 2]),
                false,
            ),
            (
                json!({"dependencies": {"a": ["b"]}}),
                json!({"a": 1}),
                false,
            ),
            (
                json!({"dependencies": {"a": {"required": ["b"]}}}),
                json!({"a": 1}),
                false,
            ),
            (
                json!({"$ref": "#/definitions/n", "maximum": 1, "definitions": {"n": {"type": "integer"}}}),
                json!(5),
                true,
            ),
            (json!({"format": "email"}), json!("nobody"), false),
            (json!({"type": "integer"}), json!("1"), false),
            (
                json!({"id": "http://example.com/root", "properties": {"a": {"$ref": "#/definitions/n"}}, "definitions": {"n": {"type": "integer"}}}),
                json!({"a": "x"}),
                false,
            ),
        ],
    );
}

#[test]
fn draft_6_has_constants_contained_items_and_names() {
    hold(
        DRAFT_6,
        vec![
            (json!({"exclusiveMinimum": 3}), json!(3), false),
            (json!({"const": 1}), json!(2), false),
            (
                json!({"contains": {"type": "integer"}}),
                json!(["a"]),
                false,
            ),
            (
                json!({"contains": {"type": "integer"}, "minContains": 2}),
                json!([1]),
                true,
            ),
            (
                json!({"propertyNames": {"maxLength": 1}}),
                json!({"ab": 1}),
                false,
            ),
            (json!({"properties": {"a": false}}), json!({"a": 1}), false),
            (
                json!({"if": true, "then": {"type": "integer"}}),
                json!("a"),
                true,
            ),
            (json!({"type": "integer"}), json!(1.0), true),
        ],
    );
}

#[test]
fn draft_7_has_conditions_and_references_that_stand_alone() {
    hold(
        DRAFT_7,
        vec![
            (
                json!({"if": {"type": "integer"}, "then": {"minimum": 1}, "else": {"minLength": 2}}),
                json!(0),
                false,
            ),
            (
                json!({"if": {"type": "integer"}, "then": {"minimum": 1}, "else": {"minLength": 2}}),
                json!("a"),
                false,
            ),
            (
                json!({"$ref": "#/definitions/n", "maximum": 1, "definitions": {"n": {"type": "integer"}}}),
                json!(5),
                true,
            ),
            (
                json!({"$ref": "#/definitions/n", "definitions": {"n": {"type": "integer"}}}),
                json!("x"),
                false,
            ),
            (
                json!({"contentMediaType": "application/json"}),
                json!("{"),
                false,
            ),
            (
                json!({"items": [{"type": "integer"}], "additionalItems": {"type": "string"}}),
                json!([1, 2]),
                false,
            ),
            (
                json!({"dependentRequired": {"a": ["b"]}}),
                json!({"a": 1}),
                true,
            ),
            (
                json!({"unevaluatedProperties": false}),
                json!({"a": 1}),
                true,
            ),
        ],
    );
}

#[test]
fn draft_2019_09_has_references_beside_others_and_what_is_unevaluated() {
    hold(
        DRAFT_2019,
        vec![
            (
                json!({"$ref": "#/$defs/n", "maximum": 1, "$defs": {"n": {"type": "integer"}}}),
                json!(5),
                false,
            ),
            (
                json!({"dependentRequired": {"a": ["b"]}}),
                json!({"a": 1}),
                false,
            ),
            (
                json!({"dependentSchemas": {"a": {"required": ["b"]}}}),
                json!({"a": 1}),
                false,
            ),
            (
                json!({"contains": {"type": "integer"}, "minContains": 2}),
                json!([1]),
                false,
            ),
            (
                json!({"contains": {"type": "integer"}, "maxContains": 1}),
                json!([1, 2]),
                false,
            ),
            (
                json!({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}),
                json!({"a": 1}),
                true,
            ),
            (
                json!({"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}),
                json!({"b": 1}),
                false,
            ),
            (
                json!({"$recursiveAnchor": true, "properties": {"n": {"$recursiveRef": "#"}}, "type": "object"}),
                json!({"n": 1}),
                false,
            ),
            (
                json!({"items": [{"type": "integer"}], "additionalItems": false}),
                json!([1, 2]),
                false,
            ),
            (
                json!({"$ref": "#word", "$defs": {"n": {"$anchor": "word", "type": "integer"}}}),
                json!("x"),
                false,
            ),
        ],
    );
}

#[test]
fn draft_2020_12_has_first_items_and_dynamic_references() {
    hold(
        DRAFT_2020,
        vec![
            (
                json!({"prefixItems": [{"type": "integer"}], "items": false}),
                json!([1, 2]),
                false,
            ),
            (
                json!({"prefixItems": [{"type": "integer"}], "items": false}),
                json!([1]),
                true,
            ),
            (json!({"items": {"type": "integer"}}), json!(["a"]), false),
            (
                json!({"additionalItems": false, "prefixItems": [true]}),
                json!([1, 2]),
                true,
            ),
            (
                json!({"$dynamicAnchor": "n", "properties": {"n": {"$dynamicRef": "#n"}}, "type": "object"}),
                json!({"n": 1}),
                false,
            ),
            (
                json!({"prefixItems": [true], "unevaluatedItems": false}),
                json!([1, 2]),
                false,
            ),
            (json!({"format": "date-time"}), json!("yesterday"), false),
            (json!({"contains": true, "minContains": 0}), json!([]), true),
        ],
    );
}

#[test]
fn without_a_word_it_is_2020_12() {
    let schema = json!({"prefixItems": [{"type": "integer"}]});
    post(&taking(&schema), "[\"a\"]").assert_status(422);
}
