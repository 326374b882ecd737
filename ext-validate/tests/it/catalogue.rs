//! Attacks by bodies, each with the one outcome that is right.

use std::time::{Duration, Instant};

use falcon_core::operation::{Operation, Schema};
use falcon_testing::{TestClient, TestResult};
use falcon_validate::Validation;
use serde_json::{Value, json};

use crate::{errors, post, taking, with};

/// Debug builds are some ten times slower than what the limits are meant for.
const PATIENCE: u32 = if cfg!(debug_assertions) { 10 } else { 1 };

fn quick(client: &TestClient, body: &str, most: Duration) -> TestResult {
    let begun = Instant::now();
    let result = post(client, body);
    let took = begun.elapsed();
    assert!(took < most * PATIENCE, "{took:?} for {} bytes", body.len());
    result
}

const MS_50: Duration = Duration::from_millis(50);
const MS_100: Duration = Duration::from_millis(100);

/// The memory that the process has, in KiB.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4
}

#[test]
fn i01_i02_alternatives_that_refer_to_one_another_cost_neither_time_nor_memory() {
    let list = |keyword: &str, reference: Value| json!({"type": "array", keyword: reference});
    let self_list = || list("items", json!({"$ref": "#"}));
    let schemas = [
        json!({"anyOf": [self_list(), self_list(), {"type": "integer"}]}),
        json!({"oneOf": [self_list(), self_list(), {"type": "integer"}]}),
        json!({"anyOf": [self_list(), self_list(), {"type": "integer"}], "unevaluatedItems": false}),
        json!({"anyOf": [list("unevaluatedItems", json!({"$ref": "#"})), list("contains", json!({"$ref": "#"}))]}),
        json!({"$dynamicAnchor": "n", "anyOf": [
            list("items", json!({"$dynamicRef": "#n"})), list("items", json!({"$dynamicRef": "#n"})), {"type": "integer"}]}),
        json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true, "anyOf": [
            list("items", json!({"$recursiveRef": "#"})), list("items", json!({"$recursiveRef": "#"}))]}),
        json!({"if": self_list(), "then": true, "else": {"if": self_list(), "then": true, "else": {"type": "integer"}}}),
        json!({"type": "array", "allOf": [self_list(), self_list(), {"anyOf": [self_list(), self_list()]}]}),
        json!({"not": {"not": {"anyOf": [self_list(), {"not": {"not": self_list()}}, {"type": "integer"}]}}}),
    ];
    for schema in schemas {
        let client = taking(&schema);
        for depth in [4, 8, 14, 16, 18, 24, 40, 60] {
            let body = format!("{}\"x\"{}", "[".repeat(depth), "]".repeat(depth));
            let before = resident();
            let result = quick(&client, &body, MS_50);
            result.assert_problem(422, "validation_failed");
            let grown = resident().saturating_sub(before);
            assert!(
                grown < 8 * 1024,
                "{grown} KiB for depth {depth} of {schema}"
            );
            assert!(result.bytes().len() < 8192);
        }
    }
}

#[test]
fn a_schema_that_is_itself_and_nothing_else_takes_everything() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}, {"anyOf": [{"$ref": "#"}]}]}),
    ] {
        post(&taking(&schema), "1").assert_status(200);
    }
    let schema = json!({"allOf": [{"$ref": "#"}], "type": "integer"});
    post(&taking(&schema), "\"x\"").assert_problem(422, "validation_failed");
}

#[test]
fn i03_the_first_fifty_of_three_thousand_violations_are_told() {
    let client = taking(&json!({"items": {"type": "integer"}}));
    let body = format!("[{}0]", "\"x\",".repeat(3000));
    let result = quick(&client, &body, MS_50);
    assert_eq!(errors(&result).len(), 50);
    assert_eq!(result.json::<Value>()["truncated"], true);
    let result = post(&client, format!("[{}0]", "\"x\",".repeat(50)));
    assert_eq!(errors(&result).len(), 50);
    assert_eq!(result.json::<Value>()["truncated"], false);
}

#[test]
fn i10_twenty_levels_of_doubling_are_nothing() {
    let mut defs = json!({"n0": {"type": "integer"}});
    for i in 1..=20 {
        let below = format!("#/$defs/n{}", i - 1);
        defs[format!("n{i}")] = json!({"allOf": [{"$ref": below}, {"$ref": below}]});
    }
    let client = taking(&json!({"$ref": "#/$defs/n20", "$defs": defs}));
    quick(&client, "1", MS_50).assert_status(200);
    let result = quick(&client, "\"x\"", MS_50);
    assert_eq!(errors(&result)[0].1, "type");
}

#[test]
fn i12_a_long_text_is_not_sent_back() {
    let client = taking(
        &json!({"type": "object", "additionalProperties": {"maxLength": 5, "enum": ["a"], "pattern": "^a$"}}),
    );
    let secret = "s3cret".repeat(150_000);
    let result = quick(&client, &json!({"a": secret}).to_string(), MS_100);
    result.assert_problem(422, "validation_failed");
    assert!(result.bytes().len() < 4096, "{}", result.bytes().len());
    assert!(!result.text().contains("s3cret"));
}

#[test]
fn i13_different_items_are_told_apart_in_time() {
    let client = taking(&json!({"uniqueItems": true}));
    let objects: Vec<Value> = (0..20_000).map(|i| json!({"id": i})).collect();
    quick(&client, &json!(objects).to_string(), MS_100).assert_status(200);
    let lists: Vec<Value> = (0..20_000).map(|i| json!([[i]])).collect();
    quick(&client, &json!(lists).to_string(), MS_100).assert_status(200);
    let twice: Vec<Value> = (0..20_000).map(|i| json!({"id": i % 19_999})).collect();
    let result = quick(&client, &json!(twice).to_string(), MS_100 * 2);
    assert_eq!(errors(&result)[0].1, "uniqueItems");
}

#[test]
fn i14_formats_take_hostile_texts() {
    for format in [
        "email",
        "uri",
        "uri-reference",
        "regex",
        "hostname",
        "date-time",
        "ipv6",
        "uuid",
        "json-pointer",
        "duration",
        "time",
    ] {
        let client = taking(&json!({"format": format}));
        for hostile in [
            "a@".repeat(25_000),
            "a.".repeat(25_000),
            "(".repeat(50_000),
            "[a-z]*".repeat(8_000),
            "::".repeat(25_000),
            "%".repeat(50_000),
            "1".repeat(50_000),
        ] {
            let body = Value::from(hostile).to_string();
            let status = quick(&client, &body, MS_100).status().as_u16();
            assert!(status == 200 || status == 422, "{format}: {status}");
        }
    }
}

#[test]
fn i15_objects_of_many_members_are_looked_through_in_time() {
    let client = taking(&json!({"properties": {"a": true}, "additionalProperties": false}));
    let many: serde_json::Map<String, Value> =
        (0..60_000).map(|i| (format!("k{i}"), json!(1))).collect();
    let result = quick(&client, &Value::Object(many).to_string(), MS_100);
    assert_eq!(errors(&result).len(), 50);
    let patterns: serde_json::Map<String, Value> = (0..50)
        .map(|i| (format!("^k{i}"), json!({"type": "integer"})))
        .collect();
    let client = taking(&json!({"patternProperties": patterns}));
    let many: serde_json::Map<String, Value> =
        (0..2_000).map(|i| (format!("k{i}"), json!("x"))).collect();
    quick(&client, &Value::Object(many).to_string(), MS_100).assert_status(422);
}

#[test]
fn i16_multiples_are_decimal() {
    let client = taking(&json!({"multipleOf": 0.01}));
    for number in ["0.07", "4.35", "1e308", "0", "19.99"] {
        post(&client, number).assert_status(200);
    }
    post(&client, "0.075").assert_status(422);
}

#[test]
fn i17_integers_are_integers_however_they_are_written_and_however_long() {
    let client = taking(&json!({"type": "integer"}));
    for sent in [
        "1.0",
        "1e2",
        "9007199254740993",
        "18446744073709551615",
        "-9223372036854775808",
        "1000000000000000000000000000000",
    ] {
        let result = post(&client, sent);
        result.assert_status(200);
        // However it is spelled: some other crate may have numbers kept as they were sent.
        let number = |text: &str| text.parse::<f64>().unwrap();
        assert!(
            number(result.text()).total_cmp(&number(sent)).is_eq(),
            "{sent}"
        );
        let is_exact = sent.parse::<i128>().is_ok() && sent.len() <= 20;
        assert!(!is_exact || result.text() == sent, "{sent}");
    }
    for not in ["1.5", "true", "\"1\"", "null", "1e-1"] {
        post(&client, not).assert_status(422);
    }
}

#[test]
fn i18_lengths_count_code_points() {
    let client = taking(&json!({"maxLength": 1}));
    post(&client, "\"😀\"").assert_status(200);
    post(&client, "\"e\u{301}\"").assert_status(422);
}

#[test]
fn i25_names_that_a_client_made_up_are_escaped_and_cut() {
    let client = taking(&json!({"additionalProperties": {"type": "integer"}}));
    let result = post(&client, json!({"/a~1b": "x", "\u{1}\n": "x"}).to_string());
    let pointers: Vec<String> = errors(&result).into_iter().map(|e| e.0).collect();
    assert_eq!(pointers, ["/\u{1}\n", "/~1a~01b"]);
    assert!(result.text().contains("\\u0001\\n"));
    let result = post(
        &client,
        json!({"k".repeat(10_000): "x", "é".repeat(10_000): "x"}).to_string(),
    );
    for (pointer, ..) in errors(&result) {
        assert!(pointer.len() <= 256 + "…".len(), "{}", pointer.len());
    }
}

#[test]
fn i28_worst_cases_in_parallel_leave_others_their_turn() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    let mut deep = json!("x");
    for _ in 0..60 {
        deep = json!([deep, deep_list()]);
    }
    let body = deep.to_string();
    let schema = json!({"anyOf": [
        {"type": "array", "items": {"$ref": "#"}, "uniqueItems": true},
        {"type": "array", "items": {"$ref": "#"}, "minItems": 2},
        {"type": "integer"}]});
    let client = with(
        Validation::new(),
        Operation::new().body(Schema::new(&schema)),
    );
    let service = client.service().clone();
    let worst = runtime.block_on(async move {
        let mut tasks = Vec::new();
        for _ in 0..16 {
            let request = http::Request::post("/").header("content-type", "application/json");
            let request = request.body(body.clone()).unwrap();
            let service = service.clone();
            tasks.push(tokio::spawn(async move {
                service.handle(request).await.status()
            }));
        }
        let mut worst = Duration::ZERO;
        while !tasks.iter().all(tokio::task::JoinHandle::is_finished) {
            let request = http::Request::get("/").body(String::new()).unwrap();
            let begun = Instant::now();
            let service = service.clone();
            let health = tokio::spawn(async move { service.handle(request).await.status() });
            assert_eq!(health.await.unwrap(), 200);
            worst = worst.max(begun.elapsed());
        }
        for task in tasks {
            assert_eq!(task.await.unwrap(), 422);
        }
        worst
    });
    assert!(worst < MS_100 * PATIENCE, "{worst:?}");
}

fn deep_list() -> Value {
    (0..400).map(Value::from).collect()
}
