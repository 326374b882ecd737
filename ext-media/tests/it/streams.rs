//! Values one after another.

use falcon_core::{App, BodyLimit, Request, Resource, Response, Result};
use falcon_media::{MediaRequest, MediaResponse, StreamFormat};
use falcon_testing::{TestClient, TestResult, block_on};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};

use crate::pieces;

const LINES: &str = "application/x-ndjson";
const SEQUENCE: &str = "application/json-seq";

struct Values;

impl Resource for Values {
    /// Adds up.
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut values = req.media_stream::<i64>()?.max_item_bytes(10);
        let mut all = Vec::new();
        while let Some(value) = values.next().await? {
            all.push(value);
        }
        assert!(values.next().await?.is_none());
        resp.set_media(&all)?;
        Ok(())
    }

    /// Shows what comes, and the error at which it ends.
    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let values: Vec<_> = req.media_stream::<Value>()?.collect().await;
        let shown = values.into_iter().map(|value| match value {
            Ok(value) => value,
            Err(error) => json!(error.status().as_u16()),
        });
        resp.set_media(&shown.collect::<Vec<_>>())?;
        Ok(())
    }

    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let count: i32 = req.param_as("count")?;
        let values = stream::iter(0..count).map(|i| Ok::<_, std::io::Error>(json!({"i": i})));
        resp.set_media_stream_for(req, values)?;
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let values = stream::iter([Ok(1), Err("broken")]);
        resp.set_media_stream(StreamFormat::Array, values);
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::new();
    app.add_route("/{count:int}", Values)
        .with(BodyLimit::bytes(1 << 18));
    TestClient::new(app)
}

fn send(method: &str, content_type: &str, body: &[u8], size: usize) -> TestResult {
    let request = client()
        .request(method, "/1")
        .header("content-type", content_type);
    block_on(request.streamed_body(pieces(body, size)).send())
}

#[test]
fn values_are_read_as_they_come_in_pieces_of_any_size() {
    for (content_type, body) in [
        (LINES, &b"1\n22\r\n\n-3\n4"[..]),
        ("application/jsonl; charset=utf-8", b"1\n22\n-3\n4\n"),
        (SEQUENCE, b"\x1e1\n\x1e22\n\x1e\x1e-3\n\x1e 4\n"),
    ] {
        for size in 1..=body.len() {
            send("POST", content_type, body, size).assert_text("[1,22,-3,4]");
        }
    }
    send("POST", LINES, b"", 1).assert_text("[]");
    send("POST", SEQUENCE, b"\x1e", 1).assert_text("[]");
}

#[test]
fn a_value_that_is_none_is_told_by_its_number() {
    let result = send("POST", LINES, b"1\n2\nx\n4\n", 3);
    result.assert_problem(400, "json_malformed");
    assert_eq!(result.json::<Value>()["item"], 2);
    let result = send("POST", LINES, b"1\n\"x\"\n", 3);
    result.assert_problem(422, "json_shape");
    let problem: Value = result.json();
    assert_eq!(
        (&problem["item"], &problem["column"]),
        (&json!(1), &json!(3))
    );
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .starts_with("Value 1: At the body"),
        "{problem}"
    );
    send("PUT", LINES, b"1\n{\n3\n", 9).assert_json(&json!([1, 400]));
}

#[test]
fn a_sequence_is_whole_or_refused() {
    for body in [&b"1\n"[..], b"\x1e1", b"\x1e1\n\x1etrue", b"\x1e1 2\n"] {
        send("POST", SEQUENCE, body, 9).assert_problem(400, "json_malformed");
    }
    send("PUT", SEQUENCE, b"\x1e{}\x1e[]\x1e\"a\"", 2).assert_json(&json!([{}, [], "a"]));
}

#[test]
fn a_value_over_its_limit_is_413() {
    for (body, size) in [(&b"1\n12345678901\n"[..], 99), (b"1\n12345678901", 1)] {
        let result = send("POST", LINES, body, size);
        result.assert_problem(413, "content_too_large");
        assert_eq!(result.json::<Value>()["item"], 1);
    }
    let many = "1\n".repeat(100_000);
    send("POST", LINES, many.as_bytes(), 64 << 10).assert_status(200);
    let more = "1\n".repeat(200_000);
    send("POST", LINES, more.as_bytes(), 64 << 10).assert_problem(413, "content_too_large");
}

#[test]
fn another_type_is_415() {
    let result = send("POST", "application/json", b"[1]", 9);
    result.assert_problem(415, "media_type_unsupported");
    result.assert_header("accept-post", "application/x-ndjson, application/json-seq");
    send("POST", "application/x-ndjson; charset=utf-16", b"1", 9)
        .assert_problem(415, "media_type_unsupported");
}

#[test]
fn values_are_written_as_the_client_likes() {
    let get =
        |path: &str, accept: &str| block_on(client().get(path).header("accept", accept).send());
    for (accept, content_type, text) in [
        ("*/*", LINES, "{\"i\":0}\n{\"i\":1}\n"),
        (
            "application/json-seq",
            SEQUENCE,
            "\u{1e}{\"i\":0}\n\u{1e}{\"i\":1}\n",
        ),
        (
            "application/json",
            "application/json",
            "[{\"i\":0},{\"i\":1}]",
        ),
    ] {
        let result = get("/2", accept);
        result
            .assert_text(text)
            .assert_header("content-type", content_type);
        result.assert_header("vary", "accept");
    }
    get("/0", "application/json").assert_text("[]");
    get("/0", "*/*").assert_text("");
    get("/2", "text/html").assert_problem(406, "not_acceptable");
}

#[test]
fn an_error_in_a_stream_breaks_the_body_off() {
    let result = block_on(client().delete("/1").send());
    assert!(result.body_error().is_some());
}
