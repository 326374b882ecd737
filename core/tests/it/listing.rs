//! What an app tells of its routes, and the way from a name back to a URL.

use std::time::{Duration, SystemTime};

use falcon_core::{
    App, AppService, BodyLimit, Deprecated, HttpError, Method, Request, Resource, Response, Result,
};
use falcon_testing::TestClient;
use serde_json::{Value, json};

use crate::{Text, block_on};

async fn log(_req: &mut Request, _resp: &mut Response) -> Result {
    Ok(())
}

async fn everything_else(_req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text("sink");
    Ok(())
}

struct Thing;

impl Resource for Thing {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let id: i64 = req.param_value("id")?;
        if id == 0 {
            Err(HttpError::gone())?;
        }
        resp.set_location(&req.url_for("file", &[("id", &(id + 1)), ("path", &"a b/c?d")])?);
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn january() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn service() -> AppService {
    let mut app = App::new();
    app.add_route("/", Text("root"));
    app.add_route("/things/{id:int}", Thing)
        .name("thing")
        .with(BodyLimit::bytes(1))
        .with_for(
            Method::GET,
            Deprecated::since(january()).sunset(january()).link("/v2"),
        )
        .before_on(Method::GET, log)
        .after(log);
    app.add_route("/things/{id:int}/files/{path:path}", Text("file"))
        .name("file");
    app.add_route("/compare/{base}...{head}", Text("compare"))
        .name("compare");
    app.add_sink("/rest", everything_else);
    app.freeze().unwrap()
}

#[test]
fn the_table_shows_methods_templates_resources_and_hooks() {
    let expected = "\
GET, HEAD          /                                   Text
DELETE, GET, HEAD  /things/{id:int}                    Thing            before: GET log; after: log; with: BodyLimit, GET Deprecated; name: thing
GET, HEAD          /things/{id:int}/files/{path:path}  Text             name: file
GET, HEAD          /compare/{base}...{head}            Text             name: compare
(any)              /rest/…                             everything_else";
    assert_eq!(service().listing().to_string(), expected);
}

#[test]
fn the_tree_shows_what_is_below_what() {
    let expected = "\
/                        GET, HEAD  Text
├─ things
│  └─ {id:int}           DELETE, GET, HEAD  Thing  before: GET log; after: log; with: BodyLimit, GET Deprecated; name: thing
│     └─ files
│        └─ {path:path}  GET, HEAD  Text  name: file
├─ compare
│  └─ {base}...{head}    GET, HEAD  Text  name: compare
└─ rest
   └─ …                  (any)  everything_else";
    assert_eq!(service().listing().tree(), expected);
}

#[test]
fn a_path_with_a_slash_at_its_end_is_one_of_its_own_in_the_tree() {
    let mut app = App::new();
    app.add_route("/v3", Text("a"));
    app.add_route("/v3/", Text("b"));
    let tree = app.freeze().unwrap().listing().tree();
    assert_eq!(
        tree,
        "/\n└─ v3    GET, HEAD  Text\n   └─ /  GET, HEAD  Text"
    );
}

#[test]
fn the_json_is_for_programs() {
    let routes: Value = serde_json::from_str(&service().listing().json()).unwrap();
    assert_eq!(routes.as_array().unwrap().len(), 5);
    let thing = &routes[1];
    assert_eq!(thing["template"], "/things/{id:int}");
    assert_eq!(thing["name"], "thing");
    assert_eq!(thing["methods"], json!(["DELETE", "GET", "HEAD"]));
    assert_eq!(thing["fields"], json!([{"name": "id", "converter": "int"}]));
    assert_eq!(thing["hooks"][0]["when"], "before");
    assert_eq!(thing["hooks"][0]["method"], "GET");
    assert!(
        thing["hooks"][1]["hook"]
            .as_str()
            .unwrap()
            .ends_with("::log")
    );
    assert_eq!(thing["metadata"][1]["method"], "GET");
    assert!(
        thing["metadata"][1]["type"]
            .as_str()
            .unwrap()
            .ends_with("::Deprecated")
    );
    let place = thing["added_at"].as_str().unwrap();
    assert!(place.starts_with("core/tests/it/listing.rs:"), "{place}");
    assert_eq!(routes[4]["any_method"], true);
    assert_eq!(routes[4]["takes_rest"], true);
}

#[test]
fn a_name_and_fields_make_a_path_that_leads_back() {
    let service = service();
    for (name, fields, path) in [
        ("thing", vec![("id", "-7")], "/things/-7"),
        (
            "file",
            vec![("id", "1"), ("path", "a b/c?d%")],
            "/things/1/files/a%20b/c%3Fd%25",
        ),
        (
            "compare",
            vec![("base", "v1/x"), ("head", "é")],
            "/compare/v1%2Fx...%C3%A9",
        ),
    ] {
        let shown = fields.iter().map(|(name, value)| {
            let value: &dyn std::fmt::Display = value;
            (*name, value)
        });
        let shown: Vec<_> = shown.collect();
        let url = service.url_for(name, &shown).unwrap();
        assert_eq!(url, path);
        assert_eq!(service.route_for(&url).unwrap().name(), Some(name));
    }
}

#[test]
fn a_path_that_cannot_be_made_says_why() {
    let service = service();
    let why = |name: &str, fields: &[(&str, &dyn std::fmt::Display)]| {
        let error = service.url_for(name, fields).unwrap_err();
        assert_eq!(error.status(), 500);
        std::error::Error::source(error.as_std().unwrap())
            .unwrap()
            .to_string()
    };
    assert_eq!(
        why("nope", &[]),
        "no route is called `nope`; known: compare, file, thing"
    );
    assert_eq!(why("thing", &[]), "/things/{id:int} needs the field `id`");
    assert_eq!(
        why("thing", &[("id", &"x")]),
        "/things/{id:int} does not take `x` for `id`"
    );
    assert_eq!(
        why("thing", &[("id", &1), ("od", &2)]),
        "/things/{id:int} has no field `od`"
    );
    assert_eq!(
        why("compare", &[("base", &""), ("head", &"x")]),
        "/compare/{base}...{head} does not take `` for `base`"
    );
}

#[test]
fn a_responder_may_ask_for_a_url() {
    let client = TestClient::new(service());
    let result = block_on(client.get("/things/7").send());
    result.assert_header("location", "/things/8/files/a%20b/c%3Fd");
}

#[test]
fn a_deprecated_route_says_so_with_every_answer() {
    let client = TestClient::new(service());
    block_on(async {
        for (target, status) in [("/things/7", 200), ("/things/0", 410)] {
            let result = client.get(target).send().await;
            result
                .assert_status(status)
                .assert_header("deprecation", "@1767225600")
                .assert_header("sunset", "Thu, 01 Jan 2026 00:00:00 GMT")
                .assert_header("link", "</v2>; rel=deprecation; type=\"text/html\"");
        }
        client
            .delete("/things/7")
            .send()
            .await
            .assert_no_header("deprecation");
        client.get("/").send().await.assert_no_header("deprecation");
    });
}
