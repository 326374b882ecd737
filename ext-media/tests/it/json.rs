//! JSON in and out, and each thing that can be wrong with it.

use falcon_core::{App, Body, Request, Resource, Response, Result};
use falcon_media::{MediaRequest, MediaResponse};
use falcon_testing::{TestClient, TestResult, block_on};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize, Serialize)]
struct Order {
    id: u64,
    lines: Vec<Line>,
}

#[derive(Deserialize, Serialize)]
struct Line {
    #[serde(rename = "a/b")]
    name: String,
}

struct Echo;

impl Resource for Echo {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let order: Order = req.media().await?;
        resp.set_media(&order)?;
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media().await?;
        resp.set_media(&value)?;
        Ok(())
    }

    async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media_of_type("application/merge-patch+json").await?;
        resp.set_media(&value)?;
        Ok(())
    }

    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let wrong = std::collections::HashMap::from([((1, 2), 3)]);
        resp.set_media(&wrong)?;
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::new();
    app.add_route("/", Echo);
    TestClient::new(app)
}

fn post(content_type: Option<&str>, body: impl Into<Vec<u8>>) -> TestResult {
    send("POST", content_type, body)
}

fn send(method: &str, content_type: Option<&str>, body: impl Into<Vec<u8>>) -> TestResult {
    let request = client().request(method, "/").body(body.into());
    block_on(match content_type {
        Some(content_type) => request.header("content-type", content_type).send(),
        None => request.send(),
    })
}

const JSON: Option<&str> = Some("application/json");

#[test]
fn a_value_goes_in_and_out() {
    let body = r#"{"id":7,"lines":[{"a/b":"é"}]}"#;
    post(JSON, body)
        .assert_status(200)
        .assert_header("content-type", "application/json")
        .assert_text(body);
    post(Some("APPLICATION/JSON; charset=utf-8"), body).assert_status(200);
    send("PATCH", Some("application/merge-patch+json"), "{}").assert_text("{}");
}

#[test]
fn an_empty_body_is_told_so() {
    for content_type in [JSON, None] {
        post(content_type, "").assert_problem(400, "body_empty");
    }
}

#[test]
fn another_media_type_is_415_with_what_would_do() {
    for content_type in [
        Some("text/plain"),
        Some("application/vnd.api+json"),
        Some("application/json;charset=latin1"),
        None,
    ] {
        let result = post(content_type, "{}");
        result
            .assert_problem(415, "media_type_unsupported")
            .assert_header("accept-post", "application/json");
    }
    send("PUT", Some("text/plain"), "{}").assert_header("accept", "application/json");
    let patch = send("PATCH", JSON, "{}");
    patch
        .assert_problem(415, "media_type_unsupported")
        .assert_header("accept-patch", "application/merge-patch+json");
    let zipped = client()
        .post("/")
        .header("content-type", "application/json")
        .header("content-encoding", "gzip");
    block_on(zipped.body("{}").send()).assert_problem(415, "content_encoding_unsupported");
}

#[test]
fn malformed_json_is_400_with_line_and_column() {
    let result = post(JSON, "{\n  \"id\": 7,\n  oops\n}");
    result.assert_problem(400, "json_malformed");
    let problem: Value = result.json();
    assert_eq!(
        (&problem["line"], &problem["column"]),
        (&json!(3), &json!(3))
    );
    assert_eq!(problem["detail"], "Line 3, column 3: key must be a string.");
    for body in [
        "{",
        "{} x",
        "{}{}",
        "{}\0",
        "[1,]",
        "01",
        "+1",
        ".5",
        "1.",
        "'a'",
        "/*c*/1",
        "{\"a\"}",
        "nul",
        "\"\t\"",
        "1e400",
        "NaN",
        "Infinity",
        " ",
        "\u{feff}{}",
        "\"\\ud800\"",
    ] {
        send("PUT", JSON, body).assert_problem(400, "json_malformed");
    }
    for body in [&b"\"\xff\""[..], b"\"\xc0\xaf\"", b"\xfe\xff\0{\0}"] {
        send("PUT", JSON, body).assert_problem(400, "json_malformed");
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let nested = |depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
        send("PUT", JSON, nested(127)).assert_status(200);
        for depth in [128, 100_000] {
            send("PUT", JSON, nested(depth)).assert_problem(400, "json_too_deep");
        }
    }
}

#[test]
fn json_of_the_wrong_shape_is_422_with_a_pointer() {
    for (body, pointer, reason) in [
        (
            r#"{"id":"x","lines":[]}"#,
            "/id",
            "invalid type: string \"x\", expected u64",
        ),
        (
            r#"{"id":1,"lines":[{"a/b":"x"},{"a/b":2}]}"#,
            "/lines/1/a~1b",
            "invalid type: integer `2`, expected a string",
        ),
        (r#"{"id":1}"#, "", "missing field `lines`"),
        ("[]", "", "invalid type: sequence, expected struct Order"),
        (
            r#"{"id":1.0,"lines":[]}"#,
            "/id",
            "invalid type: floating point `1.0`, expected u64",
        ),
    ] {
        let result = post(JSON, body);
        result.assert_problem(422, "json_shape");
        let problem: Value = result.json();
        assert_eq!(problem["pointer"], pointer, "{body}");
        assert!(
            problem["detail"].as_str().unwrap().contains(reason),
            "{body}: {problem}"
        );
    }
    let long = format!(r#"{{"id":"{}","lines":[]}}"#, "x".repeat(100_000));
    assert!(post(JSON, long).bytes().len() < 1000);
}

#[test]
fn a_member_twice_is_400() {
    post(JSON, r#"{"id":1,"id":2,"lines":[]}"#).assert_problem(400, "json_duplicate_member");
}

#[test]
fn a_body_that_is_too_large_or_cut_off_is_told_so() {
    let large = vec![b' '; (1 << 20) + 1];
    post(JSON, large).assert_problem(413, "content_too_large");
    let cut_off = stream::iter([Ok("{"), Err(std::io::Error::other("gone"))]);
    let request = client()
        .post("/")
        .header("content-type", "application/json");
    block_on(request.streamed_body(Body::stream(cut_off)).send())
        .assert_problem(400, "body_incomplete");
}

#[test]
fn a_value_that_cannot_be_written_is_a_500() {
    block_on(client().get("/").send()).assert_problem(500, "internal_server_error");
}

#[test]
fn a_long_body_has_the_same_answers_whatever_reads_it() {
    let long = |middle: &str| format!("[{}{middle}]", "\"a \\\"quoted\\\" text\",".repeat(2000));
    for (middle, status) in [
        ("1.5", 200),
        (r#"{"a":{"b":[null,true]}}"#, 200),
        ("18446744073709551615", 200),
        (r#"{"a":1,"a":2}"#, 400),
        ("1e400", 400),
        ("NaN", 400),
        ("\"\u{e9}\"", 200),
        ("1]", 400),
        ("", 400),
    ] {
        let request = client().put("/").header("content-type", "application/json");
        let result = block_on(request.body(long(middle)).send());
        assert_eq!(result.status(), status, "{middle}");
    }
    let deep = |depth: usize| long(&format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
    for (depth, status) in [(126, 200), (127, 400)] {
        let request = client().put("/").header("content-type", "application/json");
        assert_eq!(block_on(request.body(deep(depth)).send()).status(), status);
    }
}
