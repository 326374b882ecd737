//! What is refused before the first request.

use falcon_core::operation::{Answer, Operation, Parameter, RequestBody, Schema};
use falcon_core::{App, Method, StatusCode};
use falcon_testing::TestClient;
use falcon_validate::Validation;
use serde_json::{Value, json};

use crate::{Echo, errors, post, refusal, with};

fn of_body(schema: &Value) -> String {
    refusal(
        Validation::new(),
        Operation::new().body(Schema::new(schema)),
    )
}

#[test]
fn a_bad_schema_is_told_with_its_route_its_use_and_its_pointer() {
    let operation = Operation::new()
        .body(Schema::new(r#"{"properties":{"a/b":{"minimum":"x"}}}"#).named("Thing"))
        .parameter(Parameter::query("limit", r#"{"type":"numeric"}"#))
        .answer(Answer::new(StatusCode::CREATED).schema("{"));
    let text = refusal(Validation::new().enforce_responses(), operation);
    for told in [
        "POST /things/{id}: the body: the schema `Thing` is wrong at /properties/a~1b/minimum:",
        "POST /things/{id}: the query parameter `limit`: the schema is wrong at /type:",
        "POST /things/{id}: the answer 201: the schema is wrong: it is no JSON document",
    ] {
        assert!(text.contains(told), "{told}\n{text}");
    }
}

#[test]
fn a_schema_for_what_nothing_reads_is_refused() {
    let body = RequestBody::of_type("text/csv", Some(Schema::new("true")));
    let text = refusal(Validation::new(), Operation::new().body(body));
    assert!(
        text.contains("a schema for text/csv, and nothing that reads it"),
        "{text}"
    );
    let body = RequestBody::of_type("csv", None);
    let text = refusal(Validation::new(), Operation::new().body(body));
    assert!(text.contains("`csv` is no media type"), "{text}");
}

#[test]
fn i05_patterns_beyond_linear_time_are_taken_only_where_that_is_wanted() {
    for pattern in [r"(a*)*\1b", "^(?=a)b", "(?<!a)b", "("] {
        let text = of_body(&json!({"properties": {"a": {"pattern": pattern}}}));
        assert!(text.contains("wrong at /properties/a/pattern:"), "{text}");
    }
    let slow = json!({"pattern": r"^(a+)+\1$"});
    let backtracking = Validation::new().backtracking();
    let client = with(backtracking, Operation::new().body(Schema::new(&slow)));
    post(&client, "\"aa\"").assert_status(200);
    let begun = std::time::Instant::now();
    let result = post(&client, format!("\"{}b\"", "a".repeat(5000)));
    result.assert_problem(422, "validation_failed");
    assert!(begun.elapsed().as_millis() < 1000, "{:?}", begun.elapsed());
}

#[test]
fn i06_a_pattern_that_would_be_huge_is_refused_at_once() {
    for pattern in ["a{1000000}", "(((a{1,100}){1,100}){1,100}){1,100}"] {
        let begun = std::time::Instant::now();
        let text = of_body(&json!({"pattern": pattern}));
        assert!(text.contains("wrong at /pattern"), "{text}");
        assert!(begun.elapsed().as_millis() < 2000, "{:?}", begun.elapsed());
    }
}

#[test]
fn i07_a_schema_that_is_nested_too_deep_is_refused() {
    let deep = format!("{}true{}", r#"{"not":"#.repeat(20_000), "}".repeat(20_000));
    let text = refusal(Validation::new(), Operation::new().body(Schema::new(deep)));
    assert!(text.contains("recursion limit exceeded"), "{text}");
}

#[test]
fn i08_nothing_is_fetched() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let own = format!("http://{}/x", listener.local_addr().unwrap());
    for reference in [
        &own,
        "https://127.0.0.1/x",
        "file:///etc/passwd",
        "//127.0.0.1/x",
        "urn:x",
        "other.json",
    ] {
        let text = of_body(&json!({"properties": {"a": {"$ref": reference}}}));
        assert!(text.contains("the schema is wrong"), "{reference}: {text}");
        let text = of_body(&json!({"$schema": reference}));
        assert!(text.contains("the schema is wrong"), "{reference}: {text}");
    }
    assert_eq!(
        listener.accept().unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock
    );
}

#[test]
fn i11_dialects_that_nobody_knows_are_refused() {
    for schema in [
        json!({"$schema": "https://example.com/own"}),
        json!({"$schema": 7}),
        json!({"format": "no-such-format"}),
        json!({"$ref": "#/$defs/nothing"}),
        json!(7),
    ] {
        let text = of_body(&schema);
        assert!(text.contains("the schema is wrong"), "{schema}: {text}");
    }
}

#[test]
fn a_document_is_found_by_its_uri() {
    let name = r#"{"$defs":{"name":{"type":"string","maxLength":3}}}"#;
    let validation = Validation::new().document("https://example.com/common.json", name);
    let schema =
        json!({"properties": {"a": {"$ref": "https://example.com/common.json#/$defs/name"}}});
    let client = with(validation, Operation::new().body(Schema::new(&schema)));
    post(&client, "{\"a\":\"abc\"}").assert_status(200);
    let result = post(&client, "{\"a\":\"abcd\"}");
    result.assert_problem(422, "validation_failed");

    let text = refusal(
        Validation::new().document("https://example.com/x", "{"),
        Operation::new(),
    );
    assert!(
        text.contains("the document `https://example.com/x` is no JSON"),
        "{text}"
    );
}

#[test]
fn formats_and_keywords_can_be_the_applications_own() {
    let validation = Validation::new()
        .format("sku", |text: &str| text.starts_with("SKU-"))
        .format("email", |text: &str| text.ends_with("@example.com"))
        .keyword("even", |wanted: &Value| {
            let wanted = wanted.as_bool().ok_or("`even` is true or false")?;
            Ok(move |value: &Value| value.as_i64().is_none_or(|n| (n % 2 == 0) == wanted))
        });
    let schema = json!({"properties": {"sku": {"format": "sku"}, "mail": {"format": "email"}, "n": {"even": true}}});
    let client = with(validation, Operation::new().body(Schema::new(&schema)));
    post(
        &client,
        "{\"sku\":\"SKU-1\",\"mail\":\"a@example.com\",\"n\":2}",
    )
    .assert_status(200);
    let told = errors(&post(
        &client,
        "{\"sku\":\"1\",\"mail\":\"a@example.org\",\"n\":3}",
    ));
    let keywords: Vec<&str> = told
        .iter()
        .map(|(_, keyword, _)| keyword.as_str())
        .collect();
    assert_eq!(keywords, ["format", "even", "format"]);

    let odd = || {
        Validation::new().keyword("even", |_: &Value| {
            Err::<fn(&Value) -> bool, _>("`even` is true or false".to_owned())
        })
    };
    let text = refusal(odd(), Operation::new().body(Schema::new(r#"{"even":1}"#)));
    assert!(text.contains("`even` is true or false"), "{text}");
}

#[test]
fn formats_that_say_what_a_number_is_for_rule_nothing_out() {
    let schema = json!({"properties": {"a": {"type": "integer", "format": "int32"}, "b": {"type": "string", "format": "password"}}});
    let client = with(
        Validation::new(),
        Operation::new().body(Schema::new(&schema)),
    );
    post(&client, "{\"a\":1,\"b\":\"x\"}").assert_status(200);
}

#[test]
fn one_schema_on_a_hundred_routes_is_compiled_once() {
    let names: String = (0..300)
        .map(|i| format!(r#""p{i}":{{"pattern":"^[a-z]{{1,{}}}$"}},"#, i + 1))
        .collect();
    let schema = Schema::new(format!(
        r#"{{"properties":{{{}}}}}"#,
        names.trim_end_matches(',')
    ));
    let build = |count: usize| {
        let mut app = App::with(Validation::new());
        for i in 0..count {
            app.add_route(&format!("/{i}"), Echo)
                .with_for(Method::POST, Operation::new().body(schema.clone()));
        }
        let begun = std::time::Instant::now();
        let client = TestClient::new(app);
        (begun.elapsed(), client)
    };
    let (one, _) = build(1);
    let (hundred, client) = build(100);
    assert!(hundred < one * 20, "{one:?} {hundred:?}");
    let request = client.post("/99").json(&json!({"p0": "AB"}));
    falcon_testing::block_on(request.send()).assert_status(422);
}
