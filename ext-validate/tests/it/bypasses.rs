//! Ways around a declaration, and what is right that must not be refused.

use std::time::{Duration, Instant};

use falcon_core::operation::{Operation, Parameter, RequestBody, Schema, Style};
use falcon_core::{App, Method, Request, Resource, Response, Result};
use falcon_testing::{TestClient, block_on};
use falcon_validate::{ValidRequest, Validation};
use serde_json::{Value, json};

use crate::{Echo, errors, post, refusal, taking, with};

const INTEGER: &str = r#"{"type":"integer"}"#;

/// Answers every method.
struct Any;

impl Resource for Any {
    async fn on_request(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("reached");
        Ok(())
    }
}

/// Whether a request with this query or cookie reaches the responder.
fn reaches(parameter: Parameter, query: &str) -> bool {
    let mut app = App::with(Validation::new().document("https://example.com/t", TYPES));
    app.add_route("/", Echo)
        .with_for(Method::GET, Operation::new().parameter(parameter));
    let client = TestClient::new(app);
    let request = match query.strip_prefix("cookie: ") {
        Some(cookie) => client.get("/").header("cookie", cookie),
        None => client.get(&format!("/?{query}")),
    };
    let status = block_on(request.send()).status().as_u16();
    assert!(status == 200 || status == 400, "{status}");
    status == 200
}

const TYPES: &str = r#"{"$defs":{"i":{"$anchor":"i","type":"integer"}}}"#;

#[test]
fn what_is_said_of_one_method_holds_where_any_is_answered() {
    async fn sink(_req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("reached");
        Ok(())
    }
    let operation = || Operation::new().parameter(Parameter::query("n", INTEGER).required());
    let mut app = App::with(Validation::new());
    app.add_route("/any", Any)
        .with_for(Method::PUT, operation())
        .with_for(Method::GET, operation());
    app.add_sink("/sink", sink)
        .with_for(Method::from_bytes(b"PURGE").unwrap(), operation());
    let client = TestClient::new(app);
    let send = |method: &str, path: &str| block_on(client.request(method, path).send());
    for (method, path) in [
        ("PUT", "/any"),
        ("GET", "/any"),
        ("HEAD", "/any"),
        ("PURGE", "/sink/x"),
    ] {
        send(method, path).assert_status(400);
        send(method, &format!("{path}?n=1")).assert_status(200);
    }
    send("POST", "/any").assert_status(200);
    send("GET", "/sink/x").assert_status(200);
}

#[test]
fn a_word_of_heads_own_does_not_take_gets_away() {
    let mut app = App::with(Validation::new());
    app.add_route("/", Echo)
        .with_for(
            Method::GET,
            Operation::new().parameter(Parameter::query("n", INTEGER).required()),
        )
        .with_for(Method::HEAD, Operation::doc("Peeks."));
    let client = TestClient::new(app);
    block_on(client.head("/").send()).assert_status(400);
}

#[test]
fn an_outer_validation_leaves_to_the_inner_one_what_it_does_not_know() {
    let mut app = App::with(Validation::new());
    app.group(
        "/g",
        Validation::new().format("sku", |text: &str| text.len() == 3),
    )
    .add_route("/x", Echo)
    .with_for(
        Method::POST,
        Operation::new().body(Schema::new(r#"{"format":"sku"}"#)),
    );
    let client = TestClient::new(app);
    block_on(client.post("/g/x").json("abcd").send()).assert_status(422);
}

#[test]
fn two_bodies_of_one_media_type_are_refused() {
    let body = RequestBody::of_type("application/json;v=1", Some(Schema::new(INTEGER)))
        .or_of_type("application/json;v=2", Some(Schema::new("true")));
    let text = refusal(Validation::new(), Operation::new().body(body));
    assert!(text.contains("application/json is there twice"), "{text}");
}

#[test]
fn nothing_passes_beside_what_is_looked_at() {
    let object =
        r#"{"type":"object","properties":{"age":{"type":"integer"}},"additionalProperties":false}"#;
    let members = || Parameter::query("f", object).style(Style::Members);
    assert!(reaches(members(), "f[age]=3"));
    assert!(!reaches(members(), "f[age]=3&f[age]=evil"));
    assert!(!reaches(members(), "f[age]=3&f[age]=4"));
    let cookie = || Parameter::cookie("n", INTEGER);
    assert!(reaches(cookie(), "cookie: n=1; m=2"));
    assert!(!reaches(cookie(), "cookie: n=1; n=evil"));
    let mut app = App::with(Validation::new().refuse_unknown_parameters());
    app.add_route("/", Echo)
        .with_for(Method::GET, Operation::new().parameter(members()));
    let client = TestClient::new(app);
    for unknown in ["f=evil", "f[xx=1", "f[a]q=1", "g[age]=1"] {
        block_on(client.get(&format!("/?{unknown}")).send()).assert_status(400);
    }
}

#[test]
fn a_parameter_that_is_right_is_taken_wherever_its_schema_says_so() {
    let query = |schema: Value| Parameter::query("n", Schema::new(schema));
    for (schema, good, bad) in [
        (
            json!({"$ref": "https://example.com/t#/$defs/i"}),
            "n=7",
            "n=x",
        ),
        (json!({"$ref": "https://example.com/t#i"}), "n=7", "n=x"),
        (
            json!({"$ref": "#i", "$defs": {"i": {"$anchor": "i", "type": "integer"}}}),
            "n=7",
            "n=x",
        ),
        (json!({"enum": ["1", 2]}), "n=1", "n=3"),
        (
            json!({"anyOf": [{"type": "string", "pattern": "^[0-9]+$"}, {"type": "integer", "minimum": 100}]}),
            "n=7",
            "n=x",
        ),
        (
            json!({"allOf": [{"type": ["string", "integer"]}, {"type": "string"}]}),
            "n=7",
            "n=7&n=8",
        ),
        (
            json!({"if": true, "then": {"type": "integer"}}),
            "n=7",
            "n=x",
        ),
        (json!({"not": {"type": "string"}}), "n=7", "n=x"),
        (json!({"minimum": 5}), "n=7", "n=3"),
        (
            json!({"type": "array", "prefixItems": [{"type": "integer"}]}),
            "n=7&n=8",
            "n=x",
        ),
        (
            json!({"anyOf": [{"type": "integer"}, {"type": "array", "minItems": 2}]}),
            "n=5",
            "n=x",
        ),
        (
            json!({"type": ["string", "array"], "items": {"type": "string"}}),
            "n=5&n=6",
            "m=1&n",
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            "n=",
            "n=x",
        ),
        (json!({"type": "boolean"}), "n=true", "n=yes"),
    ] {
        assert!(reaches(query(schema.clone()), good), "{schema} {good}");
        if bad != "m=1&n" {
            assert!(!reaches(query(schema.clone()), bad), "{schema} {bad}");
        }
    }
}

#[test]
fn lists_and_members_are_what_their_schema_says_too() {
    let others = r#"{"type":"object","additionalProperties":{"type":"integer"}}"#;
    let others = || Parameter::query("f", others).style(Style::Members);
    assert!(reaches(others(), "f[other]=3"));
    assert!(!reaches(others(), "f[other]=x"));
    let commas = Parameter::query("n", r#"{"type":"array","maxItems":2}"#).style(Style::Commas);
    assert!(reaches(commas, "n=a%2Cb,c"));
}

#[test]
fn an_integer_among_constants_is_written_as_one_too() {
    let parameter = || Parameter::query("n", r#"{"type":"integer","enum":[1,2]}"#);
    assert!(reaches(parameter(), "n=1"));
    assert!(!reaches(parameter(), "n=1.0"));
    assert!(!reaches(parameter(), "n=1e0"));
}

#[test]
fn a_parameter_that_nothing_could_ever_be_is_refused_before() {
    for (parameter, why) in [
        (
            Parameter::query("o", r#"{"type":"object"}"#),
            "with `Style::Members`",
        ),
        (Parameter::header("x y", INTEGER), "no name of a header"),
        (Parameter::cookie("a=b", INTEGER), "no name of a cookie"),
        (
            Parameter::header("o", "true").style(Style::Members),
            "for the query alone",
        ),
    ] {
        let text = refusal(Validation::new(), Operation::new().parameter(parameter));
        assert!(text.contains(why), "{text}");
    }
    let reader = Validation::new().reader("nonsense", |_: &[u8]| {
        Ok::<Value, std::fmt::Error>(json!(1))
    });
    let text = refusal(reader, Operation::new());
    assert!(
        text.contains("`nonsense`, which is no media type"),
        "{text}"
    );
}

#[test]
fn what_is_wrong_in_other_documents_and_behind_names_has_its_place() {
    let other = r##"{"properties":{"n":{"$ref":"#whole"}},"$defs":{"w":{"$anchor":"whole","type":"integer"}}}"##;
    let schema = json!({"properties": {
        "k": {"$ref": "https://example.com/a"}, "z": {"type": "integer"},
        "u": {"properties": {"a": true}, "unevaluatedProperties": false},
    }});
    let validation = Validation::new().document("https://example.com/a", other);
    let client = with(validation, Operation::new().body(Schema::new(schema)));
    let result = post(&client, r#"{"k":{"n":"x"},"z":"z","u":{"b":1}}"#);
    let told: Vec<(String, String)> = errors(&result).into_iter().map(|e| (e.0, e.1)).collect();
    let expected = [("/k/n", "type"), ("/u", ""), ("/z", "type")];
    assert_eq!(told, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let problem: Value = result.json();
    assert_eq!(
        problem["errors"][0]["schema"],
        "https://example.com/a#/$defs/w/type"
    );
}

#[test]
fn nothing_is_said_of_what_depends_on_what_is_not_known() {
    let schema = json!({"$dynamicAnchor": "n", "properties": {
        "k": {"oneOf": [{"$dynamicRef": "#n"}, {"$dynamicRef": "#n", "type": "object"}]}, "z": {"type": "integer"},
        "not": {"not": {"$dynamicRef": "#n"}}}});
    let result = post(&taking(&schema), r#"{"z":"z","k":5}"#);
    let told: Vec<String> = errors(&result).into_iter().map(|e| e.0).collect();
    assert_eq!(told, ["/z"]);
    assert_eq!(result.json::<Value>()["truncated"], true);
}

#[test]
fn a_wrong_or_missing_tag_is_told_with_those_that_are_right() {
    let schema = json!({"oneOf": [
        {"type": "object", "properties": {"kind": {"const": "circle"}, "r": {"type": "number"}}, "required": ["kind"]},
        {"$ref": "#/$defs/square"},
    ], "$defs": {"square": {"type": "object", "properties": {"kind": {"enum": ["square"]}}, "required": ["kind"]}}});
    let client = taking(&schema);
    let told = errors(&post(&client, r#"{"kind":"line"}"#)).remove(0);
    assert_eq!(
        (told.0.as_str(), told.2.as_str()),
        ("/kind", "It must be one of \"circle\", \"square\".")
    );
    let told = errors(&post(&client, "{}")).remove(0);
    assert_eq!(
        told.2,
        "`kind` is missing; it must be one of \"circle\", \"square\"."
    );
}

#[test]
fn bodies_of_a_mebibyte_are_explained_in_time() {
    let wrong = |depth: usize, members: usize, key: usize| {
        let key = "k".repeat(key);
        let members: Vec<String> = (0..members).map(|i| format!("\"x{i}\":1")).collect();
        let open = format!("{{\"children\":{{\"{key}\":");
        let close = "}}".repeat(depth);
        format!("{}{{{}}}{close}", open.repeat(depth), members.join(","))
    };
    let tree = json!({"type": "object", "properties": {"children": {"additionalProperties": {"$ref": "#"}}}, "additionalProperties": false});
    let keys = json!({"additionalProperties": {"type": "object", "additionalProperties": false}});
    let patterns: Value = (0..50)
        .map(|i| (format!("^k{i}"), json!({"type": "integer"})))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let heavy =
        json!({"maxProperties": 1, "allOf": vec![json!({"patternProperties": patterns}); 20]});
    let unique = json!({"maxItems": 1, "allOf": vec![json!({"uniqueItems": true}); 120]});
    let long_key = format!(
        "{{\"{}\":{{{}}}}}",
        "k".repeat(400_000),
        (0..30_000)
            .map(|i| format!("\"x{i}\":1"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let many = format!(
        "{{{}}}",
        (0..60_000)
            .map(|i| format!("\"y{i}\":1"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let list = json!((0..120_000).collect::<Vec<u32>>()).to_string();
    for (schema, body) in [
        (&tree, wrong(55, 80_000, 1)),
        (&tree, wrong(20, 500, 20_000)),
        (&keys, long_key),
        (&heavy, many),
        (&unique, list),
    ] {
        let client = taking(schema);
        let begun = Instant::now();
        let result = post(&client, body);
        let took = begun.elapsed();
        result.assert_problem(422, "validation_failed");
        assert!(result.bytes().len() < 40_000, "{}", result.bytes().len());
        let most = Duration::from_millis(if cfg!(debug_assertions) { 1500 } else { 100 });
        assert!(took < most, "{took:?} {schema}");
    }
}

#[test]
fn schemas_that_refer_to_themselves_a_lot_are_built_in_little() {
    let properties: serde_json::Map<String, Value> = (0..200)
        .map(|i| (format!("p{i}"), json!({"$ref": "#"})))
        .collect();
    let begun = Instant::now();
    let client = taking(&json!({"properties": properties}));
    post(&client, "{}").assert_status(200);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    let chain: serde_json::Map<String, Value> = (0..250)
        .map(|i| {
            (
                format!("d{i}"),
                json!({"$ref": format!("#/$defs/d{}", i + 1)}),
            )
        })
        .chain([("d250".to_owned(), json!({"type": "integer"}))])
        .collect();
    let client = taking(&json!({"$ref": "#/$defs/d0", "$defs": chain}));
    post(&client, "1").assert_status(200);
    post(&client, "\"x\"").assert_problem(422, "validation_failed");
}

#[test]
fn what_a_reader_makes_is_no_deeper_than_json() {
    let deep = Validation::new().reader("text/deep", |body: &[u8]| {
        let deep = (0..body.len()).fold(json!(1), |value, _| Value::Array(vec![value]));
        Ok::<Value, std::fmt::Error>(deep)
    });
    let body = RequestBody::of_type(
        "text/deep",
        Some(Schema::new(r##"{"items":{"$ref":"#"}}"##)),
    );
    let client = with(deep, Operation::new().body(body));
    let send = |length: usize| {
        block_on(
            client
                .post("/")
                .header("content-type", "text/deep")
                .body("x".repeat(length))
                .send(),
        )
    };
    send(100).assert_status(200);
    send(4000).assert_problem(400, "media_too_deep");
}

#[test]
fn standard_formats_mean_the_same_in_every_draft() {
    for draft in [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-07/schema#",
    ] {
        for (format, good) in [
            ("uuid", "00000000-0000-4000-8000-000000000000"),
            ("duration", "P3DT12H"),
            ("uri-reference", "/a/b"),
            ("json-pointer", "/a/0"),
            ("date", "2026-11-22"),
            ("time", "21:00:00Z"),
        ] {
            let client = taking(&json!({"$schema": draft, "format": format}));
            post(&client, json!(good).to_string()).assert_status(200);
            post(&client, "\"%% no\"").assert_status(422);
        }
    }
    let text = refusal(
        Validation::new(),
        Operation::new().body(Schema::new(r#"{"format":"own"}"#)),
    );
    assert!(
        text.contains("the format `own` is not known: give it with `format`"),
        "{text}"
    );
}

#[test]
fn what_is_wrong_with_schemas_is_told_with_its_place() {
    let of = |schema: Value| {
        refusal(
            Validation::new(),
            Operation::new().body(Schema::new(schema)),
        )
    };
    let text = of(json!({"properties": {"a": {"items": {"$ref": "#/$defs/nope"}}}}));
    assert!(
        text.contains("wrong at /properties/a/items/$ref:"),
        "{text}"
    );
    let text = of(json!({"properties": {"a": {"$ref": "https://example.com/nowhere"}}}));
    assert!(text.contains("wrong at /properties/a/$ref:"), "{text}");
    let validation = Validation::new().document("https://example.com/t", r#"{"type":"strin"}"#);
    let text = refusal(validation, Operation::new());
    assert!(
        text.contains("the document `https://example.com/t` is wrong at `/type`"),
        "{text}"
    );
}

#[test]
fn a_body_without_a_schema_is_left_alone_but_has_to_be_there() {
    struct Raw;
    impl Resource for Raw {
        async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
            let body = req.read_body().await?;
            resp.set_text(body.len().to_string());
            Ok(())
        }
    }
    let body = RequestBody::of_type("text/csv", None)
        .or_of_type("application/json", Some(Schema::new("true")));
    let mut app = App::with(Validation::new());
    app.add_route("/", Raw)
        .with_for(Method::POST, Operation::new().body(body));
    let client = TestClient::new(app);
    let send = |kind: &str, coding: &str, body: &str| {
        let request = client
            .post("/")
            .header("content-type", kind)
            .header("content-encoding", coding);
        block_on(request.body(body.to_owned()).send())
    };
    send("text/csv; charset=iso-8859-1", "gzip", "a,b").assert_text("3");
    send("text/csv", "identity", "").assert_problem(400, "body_empty");
    send("application/json", "gzip", "1").assert_status(415);
}

#[test]
fn integers_are_read_however_the_schema_takes_them_and_nothing_sent_is_repeated() {
    struct Typed;
    impl Resource for Typed {
        async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
            let number: i64 = req.valid_media()?;
            resp.set_text(number.to_string());
            Ok(())
        }
    }
    let mut app = App::with(Validation::new());
    app.add_error_observer(|error: &falcon_core::Error, _: &Request| {
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    });
    app.add_route("/", Typed)
        .with_for(Method::POST, Operation::new().body(Schema::new("true")));
    let client = TestClient::new(app);
    for (sent, got) in [
        ("7", "7"),
        ("7.0", "7"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("1e16", "10000000000000000"),
    ] {
        post(&client, sent).assert_text(got);
    }
    let result = post(&client, "\"hunter2\"");
    result.assert_problem(422, "json_shape");
    assert!(!result.text().contains("hunter2"));
}
