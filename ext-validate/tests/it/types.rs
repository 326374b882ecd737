//! Schemas from Rust types.

use falcon_core::operation::Operation;
use falcon_validate::{Validation, answer_schema_of, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{errors, post, with};

/// A pet.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Pet {
    #[schemars(length(min = 1, max = 10))]
    name: String,
    age: Option<u8>,
    kind: Kind,
    #[serde(default)]
    friends: Vec<Self>,
    #[schemars(extend("format" = "email"))]
    owner: Option<String>,
}

#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Cat,
    Dog,
}

#[test]
fn a_type_is_held_to_what_it_says_of_itself() {
    let client = with(Validation::new(), Operation::new().body(schema_of::<Pet>()));
    let pet = json!({"name": "Rex", "kind": "dog", "friends": [{"name": "Tom", "kind": "cat", "age": null}]});
    post(&client, pet.to_string()).assert_status(200);
    let wrong = json!({"name": "", "age": 300, "kind": "cow", "x": 1, "owner": "nobody",
        "friends": [{"kind": "cat"}, 7]});
    let result = post(&client, wrong.to_string());
    result.assert_problem(422, "validation_failed");
    let mut told: Vec<(String, String)> = errors(&result).into_iter().map(|e| (e.0, e.1)).collect();
    told.sort();
    let expected = [
        ("/age", "maximum"),
        ("/friends/0", "required"),
        ("/friends/1", "type"),
        ("/kind", "enum"),
        ("/name", "minLength"),
        ("/owner", "format"),
        ("/x", "additionalProperties"),
    ];
    let expected: Vec<(String, String)> = expected
        .iter()
        .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn a_schema_is_named_as_its_type_and_tells_both_ways_apart() {
    let (read, written) = (schema_of::<Pet>(), answer_schema_of::<Pet>());
    assert_eq!((read.name(), written.name()), (Some("Pet"), Some("Pet")));
    let required = |text: &str| serde_json::from_str::<Value>(text).unwrap()["required"].clone();
    assert_eq!(required(read.as_str()), json!(["name", "kind"]));
    assert!(
        required(written.as_str())
            .as_array()
            .unwrap()
            .contains(&json!("friends"))
    );
}
