//! Schemas that have names, each told once.

use falcon_core::operation::{Operation, Parameter, Schema, Security, SecurityScheme};
use falcon_core::{App, Method};
use serde_json::{Value, json};

use crate::{Things, document, openapi};

/// The document of an app whose methods take these.
fn taking(schemas: &[Schema]) -> Value {
    document(|app| {
        for (i, schema) in schemas.iter().enumerate() {
            app.add_route(&format!("/{i}"), Things)
                .with_for(Method::POST, Operation::new().body(schema.clone()));
        }
    })
}

fn body(document: &Value, i: usize) -> &Value {
    let path = format!("/{i}");
    &document["paths"][&path]["post"]["requestBody"]["content"]["application/json"]["schema"]
}

#[test]
fn definitions_move_and_references_follow() {
    let schema = Schema::new(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {"first": {"$ref": "#/$defs/no%20de"}, "self": {"$ref": "#"}, "deep": {"$ref": "#/$defs/no de/properties/n"}},
        "discriminator": {"propertyName": "kind", "mapping": {"a": "#/$defs/no de"}},
        "$defs": {"no de": {"properties": {"next": {"$ref": "#/$defs/no%20de"}, "root": {"$ref": "#"}, "n": {}}}},
    }));
    let document = taking(&[schema.named("List<Node>")]);
    assert_eq!(
        body(&document, 0),
        &json!({"$ref": "#/components/schemas/List_Node_"})
    );
    let schemas = &document["components"]["schemas"];
    assert_eq!(
        schemas["List_Node_"],
        json!({
            "properties": {
                "first": {"$ref": "#/components/schemas/no_de"},
                "self": {"$ref": "#/components/schemas/List_Node_"},
                "deep": {"$ref": "#/components/schemas/no_de/properties/n"},
            },
            "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/no_de"}},
        })
    );
    assert_eq!(
        schemas["no_de"]["properties"]["root"],
        json!({"$ref": "#/components/schemas/List_Node_"})
    );
    assert_eq!(
        schemas["no_de"]["properties"]["next"],
        json!({"$ref": "#/components/schemas/no_de"})
    );
}

#[test]
fn one_name_for_two_things_is_two_names() {
    let of = |kind: &str| {
        Schema::new(json!({"items": {"$ref": "#/$defs/X"}, "$defs": {"X": {"type": kind}}}))
    };
    let document = taking(&[
        of("string").named("L"),
        of("integer").named("L"),
        of("string").named("L"),
    ]);
    let named = |i| body(&document, i)["$ref"].as_str().unwrap();
    assert_eq!(named(0), named(2));
    assert_ne!(named(0), named(1));
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.len(), 4);
    assert_eq!(schemas["L2"]["items"]["$ref"], "#/components/schemas/X2");
    assert_eq!(schemas["X2"], json!({"type": "integer"}));

    // What is the same keeps its name, though something beside it is not.
    let of = |list: &str| {
        let document = json!({"properties": {list: {"$ref": "#/$defs/Same"}}, "$defs": {"Same": {"type": "null"}}});
        Schema::new(document).named("L")
    };
    let document = taking(&[of("a"), of("b")]);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let all: Vec<&String> = schemas.keys().collect();
    assert_eq!(all, ["L", "L2", "Same"]);
}

#[test]
fn a_schema_without_a_name_stands_where_it_is_used() {
    let recursive = Schema::new(json!({"items": {"$ref": "#"}}));
    let document = taking(&[Schema::new("true"), recursive]);
    assert_eq!(body(&document, 0), &json!(true));
    assert_eq!(
        body(&document, 1),
        &json!({"$ref": "#/components/schemas/Schema"})
    );
    assert_eq!(
        document["components"]["schemas"]["Schema"],
        json!({"items": {"$ref": "#/components/schemas/Schema"}})
    );
}

#[test]
fn a_part_with_a_base_of_its_own_keeps_its_references() {
    let own = json!({"$id": "https://example.com/own", "items": {"$ref": "#"}});
    let document = taking(&[Schema::new(json!({"properties": {"own": own}}))]);
    assert_eq!(body(&document, 0)["properties"]["own"], own);
}

#[test]
fn what_is_no_json_or_another_scheme_of_one_name_is_refused() {
    let mut app = App::with(openapi());
    let key = |header| Security::new(SecurityScheme::key_in_header("key", header), [""; 0]);
    app.add_route("/a", Things)
        .with_for(Method::GET, Operation::new().security([key("X-A")]));
    app.add_route("/b", Things)
        .with_for(Method::GET, Operation::new().security([key("X-B")]))
        .with_for(
            Method::PUT,
            Operation::new().parameter(Parameter::query("q", "{")),
        );
    let text = app.freeze().unwrap_err().to_string();
    assert!(
        text.contains("GET /b: the security scheme `key` is another one"),
        "{text}"
    );
    assert!(
        text.contains("PUT /b: a schema is no JSON document"),
        "{text}"
    );
}
