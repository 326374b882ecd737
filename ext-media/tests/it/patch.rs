//! Changes to a value, and each thing that can be wrong with them.

use falcon_core::{App, Consumes, Request, Resource, Response, Result};
use falcon_media::{MediaRequest, MediaResponse};
use falcon_testing::{TestClient, TestResult, block_on};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const MERGE: &str = "application/merge-patch+json";
const PATCH: &str = "application/json-patch+json";

#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Thing {
    name: String,
    count: u32,
    tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// PATCH: a thing; POST: any value.
struct Things;

impl Resource for Things {
    async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
        let current = Thing {
            name: "a".to_owned(),
            count: 1,
            tags: vec!["x".to_owned(), "y".to_owned()],
            note: Some("n".to_owned()),
        };
        let changed: Thing = req.patch_media(&current).await?;
        resp.set_media(&changed)?;
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let current = json!({"a": "x".repeat(1000)});
        let changed: Value = req.patch_media(&current).await?;
        resp.set_media(&changed)?;
        Ok(())
    }
}

fn send(method: &str, path: &str, content_type: &str, body: impl Into<String>) -> TestResult {
    let mut app = App::new();
    app.add_route("/", Things);
    app.add_route("/merge", Things)
        .with(Consumes::new([MERGE, "application/json"]));
    let request = TestClient::new(app).request(method, path);
    block_on(
        request
            .header("content-type", content_type)
            .body(body.into())
            .send(),
    )
}

fn patch(content_type: &str, body: &Value) -> TestResult {
    send("PATCH", "/", content_type, body.to_string())
}

#[test]
fn a_merge_patch_changes_what_it_names_and_removes_what_is_null() {
    patch(MERGE, &json!({"count": 2, "note": null}))
        .assert_json(&json!({"name": "a", "count": 2, "tags": ["x", "y"]}));
    patch(MERGE, &json!({}))
        .assert_json(&json!({"name": "a", "count": 1, "tags": ["x", "y"], "note": "n"}));
    let charset = format!("{MERGE}; charset=utf-8");
    patch(&charset, &json!({"tags": []})).assert_status(200);
}

#[test]
fn the_operations_of_a_json_patch_are_done_in_their_order() {
    let operations = json!([
        {"op": "test", "path": "/name", "value": "a"},
        {"op": "add", "path": "/tags/-", "value": "z"},
        {"op": "remove", "path": "/tags/0"},
        {"op": "replace", "path": "/count", "value": 7},
        {"op": "copy", "from": "/name", "path": "/tags/0"},
        {"op": "move", "from": "/note", "path": "/name"},
    ]);
    patch(PATCH, &operations)
        .assert_json(&json!({"name": "n", "count": 7, "tags": ["a", "y", "z"]}));
}

#[test]
fn an_operation_that_does_not_fit_is_409_with_its_number() {
    for (operation, code) in [
        (
            json!({"op": "test", "path": "/name", "value": "b"}),
            "json_patch_test_failed",
        ),
        (
            json!({"op": "test", "path": "/nothing", "value": 1}),
            "json_patch_test_failed",
        ),
        (
            json!({"op": "remove", "path": "/nothing"}),
            "json_patch_conflict",
        ),
        (
            json!({"op": "add", "path": "/tags/9", "value": "z"}),
            "json_patch_conflict",
        ),
        (
            json!({"op": "copy", "from": "/nothing", "path": "/name"}),
            "json_patch_conflict",
        ),
        (
            json!({"op": "move", "from": "/tags", "path": "/tags/0"}),
            "json_patch_conflict",
        ),
    ] {
        let first = json!({"op": "replace", "path": "/count", "value": 2});
        let result = patch(PATCH, &json!([first, operation]));
        result.assert_problem(409, code);
        let problem: Value = result.json();
        assert_eq!(problem["operation"], 1, "{problem}");
        assert_eq!(problem["pointer"], operation["path"], "{problem}");
    }
}

#[test]
fn what_becomes_of_the_value_has_its_shape() {
    for (body, pointer) in [
        (json!({"count": "many"}), "/count"),
        (json!({"name": null}), ""),
        (json!({"tags": [1]}), "/tags/0"),
        (json!({"other": 1}), "/other"),
        (json!([]), ""),
    ] {
        let result = patch(MERGE, &body);
        result.assert_problem(422, "json_shape");
        assert_eq!(result.json::<Value>()["pointer"], pointer, "{body}");
    }
}

#[test]
fn a_patch_that_is_none_is_refused() {
    send("PATCH", "/", MERGE, "{").assert_problem(400, "json_malformed");
    send("PATCH", "/", MERGE, "").assert_problem(400, "body_empty");
    send("PATCH", "/", MERGE, r#"{"count":1,"count":2}"#)
        .assert_problem(400, "json_duplicate_member");
    for broken in [
        json!({}),
        json!([{"op": "add", "path": "/name"}]),
        json!([{"op": "jump", "path": "/name"}]),
        json!([{"op": "remove", "path": "name"}]),
        json!([{"op": "remove"}]),
    ] {
        patch(PATCH, &broken).assert_problem(422, "json_shape");
    }
}

#[test]
fn another_type_is_415_with_what_would_do() {
    let result = send("PATCH", "/", "application/json", "{}");
    result.assert_problem(415, "media_type_unsupported");
    result.assert_header(
        "accept-patch",
        "application/merge-patch+json, application/json-patch+json",
    );
    let result = send("PATCH", "/merge", PATCH, "[]");
    result.assert_problem(415, "media_type_unsupported");
    result.assert_header("accept-patch", "application/merge-patch+json");
    send("PATCH", "/merge", MERGE, "{}").assert_status(200);
}

#[test]
fn copies_of_copies_end_at_a_limit() {
    let double = json!([{"op": "copy", "from": "", "path": "/b"}]);
    send("POST", "/", PATCH, double.to_string()).assert_status(200);
    let list = json!({"op": "add", "path": "/l", "value": ["x".repeat(1000)]});
    let doubles = |count: usize| {
        let double = json!({"op": "copy", "from": "/l", "path": "/l/-"});
        let all = std::iter::once(list.clone()).chain(vec![double; count]);
        send("POST", "/", PATCH, all.collect::<Value>().to_string())
    };
    doubles(8).assert_status(200);
    doubles(40).assert_problem(413, "content_too_large");
    // Each makes the document one level deeper.
    let deeper = vec![json!({"op": "copy", "from": "", "path": "/b"}); 200];
    send("POST", "/", PATCH, json!(deeper).to_string()).assert_problem(413, "content_too_large");
    let far = json!([{"op": "add", "path": "/b".repeat(100_000), "value": 1}]);
    send("POST", "/", PATCH, far.to_string()).assert_problem(413, "content_too_large");
    let many = vec![json!({"op": "add", "path": "/b", "value": 1}); 1001];
    send("POST", "/", PATCH, json!(many).to_string()).assert_problem(413, "content_too_large");
}

#[test]
fn what_a_patch_makes_is_held_to_what_a_body_is() {
    #[derive(Deserialize, Serialize)]
    struct Point {
        x: f64,
        y: u8,
    }
    #[derive(Deserialize, Serialize)]
    struct Shape {
        p: Point,
        s: f32,
        id: u64,
    }
    struct Shapes;
    impl Resource for Shapes {
        async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
            let current = Shape {
                p: Point { x: 1.0, y: 2 },
                s: 0.1,
                id: 9_007_199_254_740_993,
            };
            resp.set_media(&req.patch_media(&current).await?)?;
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Shapes)
        .with(Consumes::new(["application/json"]));
    let client = TestClient::new(app);
    let patch = |content_type: &str, body: Value| {
        let request = client.patch("/").header("content-type", content_type);
        block_on(request.body(body.to_string()).send())
    };
    patch(MERGE, json!({"p": [5, 6]})).assert_problem(422, "json_shape");
    patch(
        PATCH,
        json!([{"op": "replace", "path": "/p", "value": [5, 6]}]),
    )
    .assert_problem(422, "json_shape");
    patch(PATCH, json!([["remove", "/p"]])).assert_problem(422, "json_shape");
    for (path, value, status) in [
        ("/p/x", json!(1), 200),
        ("/p/y", json!(2.0), 200),
        ("/p", json!({"y": 2.0, "x": 1}), 200),
        ("/p/x", json!(1.5), 409),
        ("/p", json!({"x": 1}), 409),
        ("/s", json!(0.1), 200),
        ("/s", json!(0.100_001), 409),
        ("/id", json!(9_007_199_254_740_992.0), 409),
        ("/id", json!(9_007_199_254_740_993_u64), 200),
        (&"/a".repeat(200), json!(1), 409),
    ] {
        let test = json!([{"op": "test", "path": path, "value": value}]);
        patch(PATCH, test).assert_status(status);
    }
}

#[test]
fn moving_much_often_ends_at_a_limit() {
    let list = json!({"op": "add", "path": "/l", "value": vec!["x".repeat(100); 1000]});
    let moves = |count: usize| {
        let there = [("/l", "/m"), ("/m", "/l")].into_iter().cycle().take(count);
        let moves = there.map(|(from, path)| json!({"op": "move", "from": from, "path": path}));
        let all = std::iter::once(list.clone()).chain(moves);
        send("POST", "/", PATCH, all.collect::<Value>().to_string())
    };
    moves(10).assert_status(200);
    moves(900).assert_problem(413, "content_too_large");
}

#[test]
fn what_a_patch_brings_is_bounded_by_the_body_and_what_it_shifts_by_itself() {
    let mut app = App::new();
    app.add_route("/", Things)
        .with(falcon_core::BodyLimit::bytes(16 << 20));
    let client = TestClient::new(app);
    let long = json!({"op": "add", "path": "/l", "value": vec![0; 600_000]});
    let post = |operations: Value| {
        let request = client.post("/").header("content-type", PATCH);
        block_on(request.body(operations.to_string()).send())
    };
    post(json!([long])).assert_status(200);
    let first = json!({"op": "add", "path": "/l/0", "value": 0});
    let all = std::iter::once(long).chain(vec![first; 900]);
    post(all.collect::<Value>()).assert_problem(413, "content_too_large");
}
