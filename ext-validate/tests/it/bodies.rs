//! Bodies: which are read, and what becomes of them.

use falcon_core::operation::{Operation, RequestBody, Schema};
use falcon_core::{
    App, BodyLimit, Consumes, Method, Middleware, Request, Resource, Response, Result,
};
use falcon_testing::{TestClient, TestResult, block_on};
use falcon_validate::{ValidRequest, Validation};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{Echo, errors, post, taking, with};

fn send(client: &TestClient, content_type: Option<&str>, body: &str) -> TestResult {
    let mut request = client.post("/").body(body.to_owned());
    if let Some(content_type) = content_type {
        request = request.header("content-type", content_type);
    }
    block_on(request.send())
}

#[test]
fn a_valid_body_becomes_the_responders_type() {
    #[derive(Deserialize)]
    struct Thing {
        name: String,
        #[serde(default)]
        count: u8,
    }
    struct Things;
    impl Resource for Things {
        async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
            let thing: Thing = req.valid_media()?;
            resp.set_text(format!("{} {}", thing.name, thing.count));
            Ok(())
        }
    }
    let schema = Schema::new(r#"{"type": "object", "required": ["name"]}"#);
    let mut app = App::with(Validation::new());
    app.add_route("/", Things)
        .with_for(Method::PUT, Operation::new().body(schema));
    let client = TestClient::new(app);
    let put = |body: Value| block_on(client.put("/").json(&body).send());
    put(json!({"name": "a", "count": 7.0})).assert_text("a 7");
    put(json!({"count": 7})).assert_problem(422, "validation_failed");

    let result = put(json!({"name": "a", "count": 700}));
    result.assert_problem(422, "json_shape");
    assert_eq!(result.json::<Value>()["pointer"], "/count");
}

#[test]
fn i20_no_spelling_of_a_media_type_leads_to_a_responder_unchecked() {
    let client = taking(&json!({"type": "object"}));
    for json in [
        "application/json",
        "Application/JSON",
        "application/json;charset=utf-8",
        "application/json; charset=\"UTF-8\"",
        "application/json\t",
        "application/json ;x=y",
        " application/json",
    ] {
        send(&client, Some(json), "[]").assert_problem(422, "validation_failed");
        send(&client, Some(json), "{}").assert_text("{}");
    }
    for other in [
        "application/json ;x",
        "application/json, text/plain",
        "application/json;charset=utf-16",
        "application/jsonx",
        "application/vnd.a+json",
        "application/x-www-form-urlencoded",
        "text/plain",
        "text/json",
        "*/*",
        "application/*",
        "json",
        "",
    ] {
        for body in ["[]", "{}", ""] {
            let result = send(&client, Some(other), body);
            result.assert_problem(415, "media_type_unsupported");
            result.assert_header("accept-post", "application/json");
        }
    }
    send(&client, None, "{}").assert_problem(415, "media_type_unsupported");
    send(&client, None, "").assert_problem(400, "body_empty");
    send(&client, Some("application/json"), "").assert_problem(400, "body_empty");
}

#[test]
fn a_body_that_is_no_json_is_told_of_by_its_place() {
    let client = taking(&json!(true));
    let of = |body: &str| send(&client, Some("application/json"), body);
    let result = of("{\n  \"a\": }");
    result.assert_problem(400, "json_malformed");
    assert_eq!(result.json::<Value>()["line"], 2);
    of("{\"a\":1,\"a\":2}").assert_problem(400, "json_duplicate_member");
    of(&("[".repeat(200) + &"]".repeat(200))).assert_problem(400, "json_too_deep");
    of("{} {}").assert_problem(400, "json_malformed");
    of("\u{feff}{}").assert_problem(400, "json_malformed");
}

#[test]
fn a_body_may_be_left_out_where_it_is_optional() {
    let body = RequestBody::new(Schema::new("{\"type\":\"object\"}")).optional();
    let client = with(Validation::new(), Operation::new().body(body));
    send(&client, None, "").assert_text("nothing");
    send(&client, Some("application/json"), "").assert_text("nothing");
    send(&client, Some("application/json"), "[]").assert_status(422);
    send(&client, Some("text/plain"), "").assert_status(415);
}

#[test]
fn an_encoded_body_is_refused() {
    let client = taking(&json!(true));
    let request = client
        .post("/")
        .header("content-encoding", "gzip")
        .json(&json!({}));
    block_on(request.send()).assert_problem(415, "content_encoding_unsupported");
}

#[test]
fn a_body_over_the_limit_is_413() {
    let mut app = App::with(Validation::new());
    app.add_route("/", Echo)
        .with(BodyLimit::bytes(10))
        .with_for(Method::POST, Operation::new().body(Schema::new("true")));
    let client = TestClient::new(app);
    post(&client, "\"12345678\"").assert_status(200);
    post(&client, "\"123456789\"").assert_problem(413, "content_too_large");
}

#[test]
fn the_media_types_are_those_that_the_route_consumes() {
    let mut app = App::with(Validation::new());
    app.add_route("/", Echo)
        .with(Consumes::new([
            "application/vnd.thing+json",
            "application/x-www-form-urlencoded",
        ]))
        .with_for(
            Method::POST,
            Operation::new().body(Schema::new("{\"required\":[\"a\"]}")),
        );
    let client = TestClient::new(app);
    send(&client, Some("application/vnd.thing+json"), "{\"a\":1}").assert_text("{\"a\":1}");
    send(&client, Some("application/vnd.thing+json"), "{}").assert_status(422);
    send(&client, Some("application/x-www-form-urlencoded"), "a=1").assert_text("{\"a\":\"1\"}");
    send(&client, Some("application/x-www-form-urlencoded"), "b=1").assert_status(422);
    send(&client, Some("application/json"), "{\"a\":1}").assert_status(415);
}

#[test]
fn a_form_is_read_as_its_schema_speaks_of_it() {
    let schema = json!({
        "type": "object",
        "properties": {
            "age": {"type": "integer", "minimum": 18},
            "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
            "agreed": {"const": true},
            "note": {"type": ["string", "null"]},
        },
        "additionalProperties": false,
    });
    let body = RequestBody::of_type(
        "application/x-www-form-urlencoded",
        Some(Schema::new(&schema)),
    );
    let client = with(Validation::new(), Operation::new().body(body));
    let of = |body: &str| send(&client, Some("application/x-www-form-urlencoded"), body);
    of("age=21&tags=a&agreed=true&note=")
        .assert_text("{\"age\":21,\"agreed\":true,\"note\":\"\",\"tags\":[\"a\"]}");
    let wrong = errors(&of("age=17&age=18&tags=a&tags=b&tags=c&x=1"));
    let pointers: Vec<&str> = wrong.iter().map(|(pointer, ..)| pointer.as_str()).collect();
    assert_eq!(pointers, ["/age", "/tags", "/x"]);
    of("a=%ff").assert_problem(400, "form_malformed");
}

#[test]
fn other_formats_are_read_by_whoever_knows_them() {
    let validation = Validation::new().reader("Text/CSV", |body: &[u8]| {
        let text = std::str::from_utf8(body)?;
        Ok::<Value, std::str::Utf8Error>(text.trim().split(',').collect())
    });
    let body = RequestBody::new(Schema::new("{\"type\":\"array\",\"maxItems\":2}"))
        .or_of_type(
            "text/csv",
            Some(Schema::new("{\"type\":\"array\",\"maxItems\":2}")),
        )
        .or_of_type("image/*", None);
    let client = with(validation, Operation::new().body(body));
    send(&client, Some("text/csv"), "a,b").assert_text("[\"a\",\"b\"]");
    send(&client, Some("text/csv"), "a,b,c").assert_problem(422, "validation_failed");
    let bytes = block_on(
        client
            .post("/")
            .header("content-type", "text/csv")
            .body(&b"\xff"[..])
            .send(),
    );
    bytes.assert_problem(400, "media_malformed");
    send(&client, Some("application/json"), "[1,2,3]").assert_status(422);
    // Of this one nothing is said, and the responder asks for what was never validated.
    let result = send(&client, Some("image/png"), "PNG");
    result.assert_problem(415, "media_type_unsupported");
    result.assert_header("accept-post", "application/json, text/csv");
}

#[test]
fn i19_the_responder_gets_the_value_that_was_validated_and_everybody_the_bytes() {
    struct Both;
    impl Resource for Both {
        async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
            let value: Value = req.valid_media()?;
            let bytes = req.read_body().await?;
            assert_eq!(req.valid_media::<Value>().unwrap_err().status(), 500);
            resp.set_text(format!("{value} {}", bytes.len()));
            Ok(())
        }
    }
    let mut app = App::with(Validation::new());
    app.add_route("/", Both)
        .with_for(Method::POST, Operation::new().body(Schema::new("true")));
    let client = TestClient::new(app);
    post(&client, "{ \"a\" : 1 }").assert_text("{\"a\":1} 11");
}

#[test]
fn a_responder_that_asks_for_what_nobody_validated_is_500() {
    let mut app = App::new();
    app.add_route("/", Echo)
        .with_for(Method::POST, Operation::new().body(Schema::new("true")));
    let client = TestClient::new(app);
    post(&client, "{}").assert_status(500);
}

#[test]
fn of_two_validations_around_a_route_the_inner_one_counts() {
    let odd = |name: &'static str| Validation::new().format("odd", move |text: &str| text == name);
    let schema = Schema::new("{\"format\":\"odd\"}");
    let mut app = App::with(odd("outer"));
    app.add_route("/outer", Echo)
        .with_for(Method::POST, Operation::new().body(schema.clone()));
    app.group("/inner", odd("inner"))
        .add_route("", Echo)
        .with_for(Method::POST, Operation::new().body(schema));
    let client = TestClient::new(app);
    let send = |path: &str, word: &str| block_on(client.post(path).json(word).send());
    send("/outer", "outer").assert_text("\"outer\"");
    send("/outer", "inner").assert_status(422);
    send("/inner", "inner").assert_text("\"inner\"");
    send("/inner", "outer").assert_status(422);
}

#[test]
fn sinks_and_methods_of_every_name_are_held_to_what_is_said_of_them() {
    struct Any;
    impl Resource for Any {
        async fn on_request(&self, req: &mut Request, resp: &mut Response) -> Result {
            let value: Value = req.valid_media()?;
            resp.set_text(value.to_string());
            Ok(())
        }
    }
    let mut app = App::with(Validation::new());
    app.add_route("/", Any)
        .with(Operation::new().body(Schema::new("{\"type\":\"integer\"}")));
    let client = TestClient::new(app);
    for method in ["POST", "PUT", "PURGE"] {
        let send = |body: &Value| block_on(client.request(method, "/").json(body).send());
        send(&json!(1)).assert_text("1");
        send(&json!("1")).assert_status(422);
    }
}

#[test]
fn nothing_is_read_where_nothing_is_said() {
    struct Untouched;
    impl Middleware for Untouched {
        async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
            let body = req.read_body().await?;
            resp.set_header("x-body", body.len().to_string())?;
            Ok(())
        }
    }
    struct Deaf;
    impl Resource for Deaf {
        async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
            Ok(())
        }
    }
    let mut app = App::with((Untouched, Validation::new()));
    app.add_route("/", Deaf);
    let client = TestClient::new(app);
    send(&client, Some("text/plain"), "four")
        .assert_status(200)
        .assert_header("x-body", "4");
}
