//! A document that was there first.

use falcon_core::operation::{Operation, Place, Style};
use falcon_core::{App, AppInfo, Consumes, Method, Middleware, Setup, SetupError, StatusCode};
use falcon_openapi::{Document, OpenApi};
use falcon_testing::{TestClient, block_on};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};

use crate::{Things, served};

/// A document of one path, with what all of it has.
fn document(item: Value) -> Document {
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things/{id}": item},
        "components": {
            "schemas": {
                "Thing": {"properties": {"next": {"$ref": "#/components/schemas/Thing"}, "of": {"$ref": "#/components/schemas/Of/properties/a"}}},
                "Of": {"properties": {"a": {"type": "integer"}}},
                "Unused": {},
            },
            "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"type": "integer"}}},
            "responses": {"Gone": {"description": "It is gone."}},
        },
    });
    Document::parse(&document.to_string()).unwrap()
}

fn said() -> Value {
    json!({"description": "", "responses": {"200": {"description": ""}}})
}

fn all_methods() -> Value {
    json!({"get": said(), "post": said(), "put": said(), "patch": said(), "delete": said()})
}

fn refusal(openapi: OpenApi, fill: impl FnOnce(&mut App)) -> String {
    let mut app = App::with(openapi);
    fill(&mut app);
    app.freeze().map(drop).unwrap_err().to_string()
}

#[test]
fn a_document_is_served_as_it_is() {
    let given = document(all_methods());
    let mut app = App::with(
        OpenApi::of(given.clone())
            .json_at("/openapi.json")
            .page_at("/docs"),
    );
    app.add_route("/things/{id:int}", Things);
    let client = TestClient::new(app);
    assert_eq!(served(&client, "/openapi.json"), *given.as_value());
    let page = block_on(client.get("/docs").send());
    assert!(
        page.text().contains("<title>Things</title>"),
        "{}",
        page.text()
    );
}

#[test]
fn routes_and_document_have_to_agree() {
    let text = refusal(
        OpenApi::of(document(json!({"get": said(), "trace": said()}))),
        |app| {
            app.add_route("/things/{id}", Things)
                .with_for(Method::PUT, Operation::new().hidden());
            app.add_route("/others", Things)
                .with(Operation::new().hidden());
        },
    );
    for told in [
        "the document has TRACE /things/{id}, and no route answers it",
        "POST /things/{id} is answered, and the document does not have POST /things/{id}",
        "PATCH /things/{id} is answered",
        "DELETE /things/{id} is answered",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
    assert!(
        !text.contains("PUT") && !text.contains("GET") && !text.contains("others"),
        "{text}"
    );

    let text = refusal(OpenApi::of(document(all_methods())), |app| {
        app.add_route("/things/{key}", Things);
    });
    assert!(text.contains("GET /things/{key} is answered"), "{text}");
    assert!(
        text.contains("the document has GET /things/{id}, and no route answers it"),
        "{text}"
    );
}

#[test]
fn what_a_route_consumes_is_what_the_document_has() {
    let mut item = all_methods();
    item["post"]["requestBody"] = json!({"content": {"application/json": {}, "text/csv": {}}});
    let text = refusal(OpenApi::of(document(item)), |app| {
        app.add_route("/things/{id}", Things)
            .with_for(Method::POST, Consumes::new(["application/json"]));
    });
    let told =
        "POST /things/{id} takes application/json, and the document has application/json, text/csv";
    assert!(text.contains(told), "{text}");
}

#[test]
fn paths_of_the_document_are_below_a_prefix() {
    let openapi = OpenApi::of(document(all_methods()))
        .below("/v2/")
        .json_at("/openapi.json");
    let mut app = App::with(openapi);
    app.add_route("/v2/things/{id}", Things);
    app.add_route("/v1/things", Things);
    assert!(app.freeze().is_ok());
}

/// Keeps what is said of `POST`.
#[derive(Clone, Default)]
struct Reader(Arc<Mutex<Option<Operation>>>);

impl Middleware for Reader {
    fn setup(&mut self, _app: &mut Setup<'_>) -> Result<(), SetupError> {
        Ok(())
    }

    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let mut routes = app.routes();
        let route = routes.find(|route| route.template().starts_with("/things"));
        *self.0.lock().unwrap() = route.map(|route| route.operation(&Method::POST));
        Ok(())
    }
}

fn read(post: Value) -> Operation {
    let reader = Reader::default();
    let mut item = all_methods();
    item["post"] = post;
    item["parameters"] = json!([
        {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
        {"name": "f", "in": "query", "description": "of the path"},
    ]);
    let mut app = App::with((reader.clone(), OpenApi::of(document(item))));
    app.add_route("/things/{id}", Things);
    drop(app.freeze().unwrap());
    let operation = reader.0.lock().unwrap().take();
    operation.unwrap()
}

fn full() -> Operation {
    read(json!({
        "operationId": "make", "summary": "Makes one.", "tags": ["things"],
        "parameters": [
            {"$ref": "#/components/parameters/Limit"},
            {"name": "f", "in": "query", "style": "deepObject", "explode": true, "required": true},
            {"name": "ids", "in": "query", "explode": false, "schema": {"type": "array"}},
        ],
        "requestBody": {"required": true, "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
            "image/png": {"schema": {"type": "string"}},
        }},
        "responses": {
            "201": {"description": "Made.", "headers": {"Location": {"schema": {"type": "string"}}}},
            "410": {"$ref": "#/components/responses/Gone"},
            "4XX": {"description": "Wrong.", "content": {"application/problem+json": {"schema": {"required": ["code"]}}}},
            "default": {"description": "Anything else."},
        },
    }))
}

#[test]
fn what_the_document_says_is_said_of_the_routes() {
    let operation = full();
    assert_eq!(
        (operation.id.as_deref(), operation.summary.as_deref()),
        (Some("make"), Some("Makes one."))
    );
    let parameter = |name: &str| {
        operation
            .parameters
            .iter()
            .find(|one| one.name == name)
            .unwrap()
    };
    assert_eq!(parameter("limit").place, Place::Query);
    assert_eq!(
        (parameter("f").style, parameter("f").is_required),
        (Style::Members, true)
    );
    assert_eq!(parameter("ids").style, Style::Commas);
    assert!(!parameter("id").is_from_template);

    let body = operation.body.as_ref().unwrap();
    let schema: Value =
        serde_json::from_str(body.contents[0].schema.as_ref().unwrap().as_str()).unwrap();
    assert_eq!(schema["$ref"], "#/components/schemas/Thing");
    let carried: Vec<&String> = schema["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(carried, ["Of", "Thing"]);
    assert_eq!(body.contents[1].schema, None);

    let answer = |status| {
        let status = StatusCode::from_u16(status).ok();
        operation
            .answers
            .iter()
            .find(|answer| answer.status == status)
    };
    assert_eq!(answer(201).unwrap().headers[0].name, "Location");
    assert_eq!(
        answer(410).unwrap().description.as_deref(),
        Some("It is gone.")
    );
    assert_eq!(answer(404).unwrap().description.as_deref(), Some("Wrong."));
    assert!(answer(499).is_none());
    assert!(
        operation
            .answers
            .iter()
            .any(|answer| answer.status.is_none())
    );
}

#[test]
fn documents_may_be_written_in_yaml() {
    let yaml = r#"
openapi: 3.1.0
info: {title: Things, version: "1.0"}
paths:
  /things:
    get:
      deprecated: yes
      responses:
        200: {description: |-
            All of
            them.}
components:
  schemas:
    A: &a {enum: [on, null, 1.5, 1e3, 0x10, 2001-01-01], x: ~}
    B: *a
"#;
    let document = Document::parse_yaml(&yaml.replace(
        "{description: |-\n            All of\n            them.}",
        "\n          description: |-\n            All of\n            them.",
    ))
    .unwrap();
    let get = &document.as_value()["paths"]["/things"]["get"];
    assert_eq!(get["responses"]["200"]["description"], "All of\nthem.");
    // YAML 1.2 knows `true` and `false` alone.
    assert_eq!(get["deprecated"], "yes");
    let a = &document.as_value()["components"]["schemas"]["A"];
    assert_eq!(
        a["enum"],
        json!(["on", null, 1.5, 1000.0, 16, "2001-01-01"])
    );
    assert_eq!(*a, document.as_value()["components"]["schemas"]["B"]);

    let written = Document::parse(&document.to_json()).unwrap();
    assert_eq!(written, Document::parse_yaml(&document.to_yaml()).unwrap());
    for wrong in [
        "a: b: c",
        "",
        "openapi: 3.0.0",
        "[1, 2]",
        "openapi: 3.1.0\n---\nopenapi: 3.1.0",
        "a: 1\na: 2",
    ] {
        assert!(Document::parse_yaml(wrong).is_err(), "{wrong}");
    }
}
