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
fn what_is_no_schema_or_refers_to_nothing_is_refused() {
    let mut app = App::with(openapi());
    let lost = Schema::new(r##"{"items":{"$ref":"#/$defs/nothing"}}"##).named("L");
    app.add_route("/b", Things)
        .with_for(Method::POST, Operation::new().body(lost))
        .with_for(
            Method::GET,
            Operation::new().parameter(Parameter::query("q", "3")),
        )
        .with_for(
            Method::PUT,
            Operation::new().parameter(Parameter::query("q", "{")),
        );
    let text = app.freeze().unwrap_err().to_string();
    assert!(
        text.contains("PUT /b: a schema is no JSON document"),
        "{text}"
    );
    assert!(
        text.contains("GET /b: a schema is an object or a truth value"),
        "{text}"
    );
    assert!(
        text.contains("the schema `L` refers to `#/components/schemas/L/$defs/nothing`"),
        "{text}"
    );
}

#[test]
fn two_schemes_of_one_name_are_two_schemes() {
    let key = |header| Security::new(SecurityScheme::key_in_header("key", header), [""; 0]);
    let document = document(|app| {
        app.add_route("/a", Things)
            .with_for(Method::GET, Operation::new().security([key("X-A")]));
        app.add_route("/b", Things).with_for(
            Method::GET,
            Operation::new().security([key("X-B"), key("X-A")]),
        );
    });
    assert_eq!(
        document["paths"]["/b"]["get"]["security"],
        json!([{"key2": []}, {"key": []}])
    );
    assert_eq!(
        document["components"]["securitySchemes"]["key2"]["name"],
        "X-B"
    );
}

#[test]
fn constants_and_examples_are_no_schemas() {
    let data = json!({"$ref": "#/$defs/A"});
    let schema = json!({
        "const": data, "enum": [data], "default": data, "examples": [data],
        "properties": {"$ref": {"type": "string"}, "$defs": {"$ref": "#/$defs/A"}},
        "$defs": {"A": {"type": "integer"}},
    });
    let document = taking(&[Schema::new(schema.clone())]);
    let body = body(&document, 0);
    for keyword in ["const", "enum", "default", "examples"] {
        assert_eq!(body[keyword], schema[keyword], "{keyword}");
    }
    assert_eq!(
        body["properties"]["$defs"]["$ref"],
        "#/components/schemas/A"
    );
    assert_eq!(body["properties"]["$ref"], json!({"type": "string"}));
}

#[test]
fn names_that_become_the_same_stay_different_things() {
    let schema = json!({
        "properties": {"a": {"$ref": "#/$defs/Page<A>"}, "b": {"$ref": "#/$defs/Page[A]"}, "c": {"$ref": "#/definitions/N"}},
        "$defs": {"Page<A>": {"type": "string"}, "Page[A]": {"type": "integer"}, "N": {"type": "null"}},
        "definitions": {"N": {"type": "array"}},
    });
    let document = taking(&[Schema::new(schema).named("N")]);
    let schemas = &document["components"]["schemas"];
    let follow = |reference: &Value| {
        let name = reference["$ref"]
            .as_str()
            .unwrap()
            .rsplit('/')
            .next()
            .unwrap();
        schemas[name].clone()
    };
    let root = follow(body(&document, 0));
    assert_eq!(follow(&root["properties"]["a"]), json!({"type": "string"}));
    assert_eq!(follow(&root["properties"]["b"]), json!({"type": "integer"}));
    assert_eq!(follow(&root["properties"]["c"]), json!({"type": "array"}));
}

#[test]
fn a_schema_of_the_name_of_problems_is_another_one() {
    let document = document(|app| {
        let own = Schema::new(r#"{"type":"string"}"#).named("Problem");
        let problem = falcon_core::StatusCode::CONFLICT;
        let operation = Operation::new()
            .body(own)
            .problem(problem, "taken", "It is taken.");
        app.add_route("/0", Things)
            .with_for(Method::POST, operation);
    });
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Problem"]["type"], "string");
    assert_eq!(schemas["Problem2"]["type"], "object");
    assert_eq!(body(&document, 0)["$ref"], "#/components/schemas/Problem");
}

#[test]
fn a_schema_that_is_one_of_its_definitions_is_that_one() {
    let schema =
        || Schema::new(r##"{"$ref":"#/$defs/A","$defs":{"A":{"type":"integer"}}}"##).named("A");
    let document = taking(&[schema(), schema(), schema()]);
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.len(), 1);
    assert_eq!(body(&document, 2)["$ref"], "#/components/schemas/A");
    assert_eq!(schemas["A"], json!({"type": "integer"}));
}

#[test]
fn references_into_a_schema_keep_their_spelling() {
    let schema = json!({
        "properties": {"a": {"type": "object"}, "b": {"$ref": "#/properties/a"}, "c": {"$ref": "#/$defs/A/properties/x%2541"}},
        "$defs": {"A": {"properties": {"x%41": {"type": "integer"}}}},
    });
    let document = taking(&[Schema::new(schema)]);
    let root = &document["components"]["schemas"]["Schema"]["properties"];
    assert_eq!(
        root["b"]["$ref"],
        "#/components/schemas/Schema/properties/a"
    );
    assert_eq!(
        root["c"]["$ref"],
        "#/components/schemas/A/properties/x%2541"
    );
}

#[test]
fn what_has_names_or_a_dialect_of_its_own_stays_together() {
    let anchors =
        json!({"items": {"$ref": "#own"}, "$defs": {"A": {"$anchor": "own", "type": "integer"}}});
    let old = json!({"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"$ref": "#/definitions/A"}], "definitions": {"A": {}}});
    let based =
        json!({"$id": "https://example.com/x", "items": {"$ref": "#/$defs/A"}, "$defs": {"A": {}}});
    let document = taking(&[
        Schema::new(&anchors),
        Schema::new(&old).named("Old"),
        Schema::new(&based).named("Based"),
    ]);
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Schema"]["$defs"], anchors["$defs"]);
    assert_eq!(schemas["Schema"]["$id"], "urn:schema:Schema");
    assert_eq!(schemas["Old"]["items"], old["items"]);
    assert_eq!(schemas["Based"], based);
}
