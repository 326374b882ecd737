#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Extensions beside one another, which know nothing of each other.

use falcon::auth::{ApiKeys, Auth, Keys, Principal, Require};
use falcon::cors::Cors;
use falcon::header::HeaderName;
use falcon::openapi::{Document, OpenApi};
use falcon::operation::{Operation, Parameter, Schema};
use falcon::prelude::*;
use falcon::validate::{Validation, schema_of};
use falcon_testing::{TestClient, block_on};
use serde_json::{Value, json};

struct Things;

impl Resource for Things {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.caller()?.subject().to_owned());
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

const PAGE: &str = "https://app.example";

fn client() -> TestClient {
    let cors = Cors::builder()
        .allow_origin(PAGE)
        .allow_headers(["x-api-key"])
        .build()
        .unwrap();
    let keys = Keys::builder().key("abc", Principal::new("ci").with_scopes(["read"]));
    let name = HeaderName::from_static("x-api-key");
    let auth = Auth::new(ApiKeys::in_header(name, keys.build().unwrap())).demand_rules();
    let mut app = App::with((cors, auth));
    app.add_route("/things", Things)
        .with(Require::scope("read"))
        .with_for(Method::PUT, Require::scope("write"));
    TestClient::new(app)
}

#[test]
fn a_preflight_passes_without_credentials_and_what_follows_needs_them() {
    let client = client();
    block_on(async {
        let preflight = client
            .options("/things")
            .header("origin", PAGE)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "x-api-key");
        let result = preflight.send().await;
        result
            .assert_status(204)
            .assert_header("access-control-allow-methods", "GET, HEAD, PUT");
        client.options("/things").send().await.assert_status(204);
        for (method, key, expected) in [
            ("GET", "", 401),
            ("GET", "abd", 401),
            ("GET", "abc", 200),
            ("HEAD", "abc", 200),
            ("HEAD", "", 401),
            ("PUT", "abc", 403),
            ("DELETE", "abc", 405),
            ("DELETE", "", 401),
        ] {
            let request = client.request(method, "/things").header("origin", PAGE);
            let result = request.header("x-api-key", key).send().await;
            assert_eq!(result.status(), expected, "{method} {key}");
            // The page can read why.
            result.assert_header("access-control-allow-origin", PAGE);
        }
    });
}

/// The document of an app that is put together from what the test says.
fn document<M: Middleware>(middleware: M, fill: impl FnOnce(&mut App)) -> Value {
    let openapi = OpenApi::new("Things", "1.0")
        .json_at("/openapi.json")
        .with(Require::nothing());
    let mut app = App::with((middleware, openapi));
    fill(&mut app);
    let result = block_on(TestClient::new(app).get("/openapi.json").send());
    result.assert_status(200);
    result.json()
}

fn keys() -> ApiKeys<Keys> {
    let keys = Keys::builder().key("abc", Principal::new("ci"));
    ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys.build().unwrap())
}

#[test]
fn who_may_call_is_described_as_the_rules_have_it() {
    let document = document(Auth::new(keys()), |app| {
        app.add_route("/things", Things)
            .with_for(Method::GET, Require::any_scope(["read", "admin"]))
            .with_for(
                Method::PUT,
                Require::scope("write").and(Require::role("editor")),
            );
        app.add_route("/open", Things).with(Require::nothing());
        app.add_route("/maybe", Things).with(Require::optional());
        app.add_route("/any", Things);
    });
    let of = |path: &str, method: &str| document["paths"][path][method].clone();
    let things = of("/things", "get");
    assert_eq!(
        things["security"],
        json!([{"key": ["read"]}, {"key": ["admin"]}])
    );
    assert!(
        things["responses"]["401"]["description"]
            .as_str()
            .unwrap()
            .contains("`unauthorized`")
    );
    assert!(
        things["responses"]["403"]["description"]
            .as_str()
            .unwrap()
            .contains("`insufficient_scope`")
    );
    let asked = &things["responses"]["401"]["headers"]["WWW-Authenticate"];
    assert_eq!(asked["schema"]["type"], "string");
    assert_eq!(
        of("/things", "put")["security"],
        json!([{"key": ["write", "editor"]}])
    );
    assert_eq!(of("/open", "get")["security"], json!([]));
    assert_eq!(of("/open", "get")["responses"].get("401"), None);
    assert_eq!(of("/maybe", "get")["security"], json!([{"key": []}, {}]));
    assert_eq!(of("/any", "get")["security"], json!([{"key": []}]));
    assert_eq!(of("/any", "get")["responses"].get("403"), None);
    let scheme = json!({"type": "apiKey", "in": "header", "name": "x-api-key"});
    assert_eq!(
        document["components"]["securitySchemes"],
        json!({"key": scheme})
    );
}

#[test]
fn what_validation_answers_is_described() {
    let document = document(Validation::new(), |app| {
        let text = r#"{"type":"string"}"#;
        let body = Operation::new()
            .body(Schema::new(text))
            .parameter(Parameter::query("n", text));
        app.add_route("/things", Things).with_for(Method::PUT, body);
    });
    let responses = document["paths"]["/things"]["put"]["responses"]
        .as_object()
        .unwrap();
    let statuses: Vec<&String> = responses.keys().collect();
    assert_eq!(statuses, ["400", "413", "415", "422", "default"]);
    let bad = responses["400"]["description"].as_str().unwrap();
    assert!(
        bad.contains("`invalid_parameters`") && bad.contains("`json_malformed`"),
        "{bad}"
    );
    let get = &document["paths"]["/things"]["get"]["responses"];
    assert_eq!(
        get,
        &json!({"default": {"description": "What it answers is not described."}})
    );
}

mod before {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "it is only described")]
    pub(super) struct Pet {
        name: String,
    }
}

mod after {
    #[derive(schemars::JsonSchema)]
    #[expect(dead_code, reason = "it is only described")]
    pub(super) struct Pet {
        name: String,
        age: u8,
    }
}

#[test]
fn a_type_that_changes_changes_what_is_checked_and_what_is_described() {
    fn of<T: schemars::JsonSchema>() -> (Value, u16) {
        let operation = || Operation::new().body(schema_of::<T>());
        let fill = |app: &mut App| {
            app.add_route("/pets", Things)
                .with_for(Method::PUT, operation());
        };
        let document = document((), fill);
        let mut app = App::with(Validation::new());
        fill(&mut app);
        let put = TestClient::new(app)
            .put("/pets")
            .json(&json!({"name": "Rex"}));
        (document, block_on(put.send()).status().as_u16())
    }
    let ((old, taken), (new, refused)) = (of::<before::Pet>(), of::<after::Pet>());
    assert_eq!((taken, refused), (200, 422));
    let age =
        |document: &Value| document["components"]["schemas"]["Pet"]["properties"]["age"].clone();
    assert_eq!(age(&old), Value::Null);
    assert_eq!(age(&new)["maximum"], 255);
}

#[test]
fn who_stands_further_out_asks_too_and_the_description_says_so() {
    let keys_in = |header: &'static str| {
        let keys = Keys::builder().key("abc", Principal::new("ci"));
        ApiKeys::in_header(HeaderName::from_static(header), keys.build().unwrap())
    };
    let document = document(Auth::new(keys_in("x-outer")), |app| {
        app.group("/in", Auth::new(keys_in("x-inner")))
            .add_route("/things", Things);
        app.group(
            "/open",
            Auth::new(keys_in("x-inner")).default_rule(Require::nothing()),
        )
        .add_route("/things", Things);
    });
    let of = |path: &str| document["paths"][path]["get"]["security"].clone();
    assert_eq!(of("/in/things"), json!([{"key": [], "key2": []}]));
    let schemes = &document["components"]["securitySchemes"];
    assert_eq!(
        (&schemes["key"]["name"], &schemes["key2"]["name"]),
        (&json!("x-outer"), &json!("x-inner"))
    );
}

#[test]
fn requests_are_held_to_a_document_that_was_there_first() {
    let given = json!({
        "openapi": "3.1.0",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string", "maxLength": 3}}],
            "get": {"parameters": [{"$ref": "#/components/parameters/Limit"}], "responses": {"200": {"description": ""}}},
            "put": {
                "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {"200": {"description": ""}},
            },
        }},
        "components": {
            "parameters": {"Limit": {"name": "limit", "in": "query", "schema": {"$ref": "#/components/schemas/Count"}}},
            "schemas": {
                "Count": {"type": "integer", "minimum": 1},
                "Thing": {"type": "object", "properties": {"parts": {"items": {"$ref": "#/components/schemas/Thing"}}, "count": {"$ref": "#/components/schemas/Count"}}, "additionalProperties": false},
            },
        },
    });
    let given = Document::parse(&given.to_string()).unwrap();
    // In either order.
    let mut first = App::with((
        OpenApi::of(given.clone()).json_at("/openapi.json"),
        Validation::new(),
    ));
    let mut last = App::with((
        Validation::new(),
        OpenApi::of(given).json_at("/openapi.json"),
    ));
    for app in [&mut first, &mut last] {
        app.add_route("/things/{id}", Echo);
    }
    for client in [TestClient::new(first), TestClient::new(last)] {
        let put = |body: Value| block_on(client.put("/things/abc").json(&body).send());
        put(json!({"parts": [{"count": 1}]})).assert_status(200);
        let result = put(json!({"parts": [{"count": 0, "x": 1}]}));
        result.assert_problem(422, "validation_failed");
        let problem: Value = result.json();
        assert_eq!(problem["errors"][0]["pointer"], "/parts/0/count");
        assert_eq!(
            problem["errors"][0]["schema"],
            "/components/schemas/Count/minimum"
        );
        block_on(client.get("/things/abc?limit=0").send())
            .assert_problem(400, "invalid_parameters");
        block_on(client.get("/things/abcd").send()).assert_problem(400, "invalid_parameters");
        block_on(client.get("/things/abc?limit=5").send()).assert_status(200);
    }
}

struct Echo;

impl Resource for Echo {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.valid_media()?;
        resp.set_text(value.to_string());
        Ok(())
    }
}
