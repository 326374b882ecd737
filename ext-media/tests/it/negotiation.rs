//! Choosing a representation: the rows of the catalogue of attacks that concern it, by their
//! numbers.

use falcon_core::{App, HttpError, Produces, Request, Resource, Response, Result};
use falcon_media::{Media, MediaRequest, MediaResponse, Negotiate};
use falcon_testing::{TestClient, TestResult, block_on};
use serde::Serialize;
use serde_json::{Value, json};

const V1: &str = "application/vnd.acme.v1+json";
const V2: &str = "application/vnd.acme.v2+json";

#[derive(Serialize)]
struct Thing {
    name: &'static str,
}

struct Things;

impl Resource for Things {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_media_for(req, &Thing { name: "a" })?;
        Ok(())
    }

    async fn on_post(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("it was done");
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::conflict()
            .detail("it is in use")
            .member("by", vec!["b", "c"]))?
    }
}

struct Named;

impl Resource for Named {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let name = req
            .query()?
            .get("format")
            .unwrap_or_default()
            .into_owned()
            .replace(' ', "+");
        let named = req.representation(&name)?;
        resp.set_representation(&named, &"a")?;
        Ok(())
    }
}

struct Versions;

impl Resource for Versions {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let chosen = req.negotiate()?;
        if chosen.is(V1) {
            resp.set_representation(&chosen, &"a")?;
        } else {
            resp.set_representation(&chosen, &Thing { name: "a" })?;
        }
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::with(Media::new().json().msgpack().cbor());
    app.add_route("/", Things);
    app.add_route("/guarded", Things).before(Negotiate);
    app.add_route("/json", Things)
        .with(Produces::new(["application/json"]));
    app.add_route("/texts", Things)
        .with(Produces::new(["text/html", "text/plain"]));
    app.add_route("/params", Things).with(Produces::new([
        "application/json;version=1",
        "application/json",
    ]));
    app.add_route("/named", Named);
    app.add_route("/versions", Versions)
        .with(Produces::new([V2, V1]));
    TestClient::new(app)
}

fn get(path: &str, accept: &[&str]) -> TestResult {
    send("GET", path, accept)
}

fn send(method: &str, path: &str, accept: &[&str]) -> TestResult {
    let request = client().request(method, path);
    let request = accept
        .iter()
        .fold(request, |request, accept| request.header("accept", accept));
    block_on(request.send())
}

#[test]
fn e01_and_e02_nothing_said_gives_the_first() {
    for accept in [&[][..], &["*/*"], &[""], &["*"]] {
        get("/", accept)
            .assert_status(200)
            .assert_header("content-type", "application/json");
    }
}

#[test]
fn e03_and_e04_what_is_refused_is_406() {
    for accept in [
        "application/json;q=0",
        "*/*;q=0",
        "application/json;q=0, */*;q=0",
        "text/html",
    ] {
        let result = get("/json", &[accept]);
        result.assert_problem(406, "not_acceptable");
        assert_eq!(
            result.json::<Value>()["available"],
            json!(["application/json"])
        );
    }
    let problem: Value = get("/", &["image/png"]).json();
    let all = json!([
        "application/json",
        "application/msgpack",
        "application/cbor"
    ]);
    assert_eq!(problem["available"], all);
}

#[test]
fn e05_an_element_with_a_quality_that_is_none_is_passed_over() {
    for quality in ["q=1.001", "q=2", "q=-1", "q=abc", "q=", "q=0.1234"] {
        let alone = format!("application/cbor;{quality}");
        get("/", &[&alone]).assert_header("content-type", "application/json");
        let beside = format!("application/json;{quality}, application/cbor;q=0.1");
        get("/", &[&beside]).assert_header("content-type", "application/cbor");
    }
}

#[test]
fn e06_what_is_more_specific_decides_before_the_quality() {
    let chosen = client();
    let request = chosen
        .get("/texts")
        .header("accept", "text/*;q=0.9, text/html;q=0.1");
    // No format writes text/plain: the choice shows in what could not be done.
    let result = block_on(request.send());
    result.assert_problem(500, "internal_server_error");
    let accept = "application/*;q=0.9, application/json;q=0.1";
    get("/", &[accept]).assert_header("content-type", "application/msgpack");
}

#[test]
fn e07_an_element_that_is_no_media_range_is_passed_over() {
    for broken in ["*/json", "application", "application/", "a/b/c", "a b/c"] {
        let accept = format!("{broken}, application/cbor");
        get("/", &[&accept]).assert_header("content-type", "application/cbor");
        get("/", &[broken]).assert_header("content-type", "application/json");
    }
}

#[test]
fn e08_a_range_with_parameters_means_the_types_that_have_them() {
    let chosen = |accept: &str| {
        get("/params", &[accept])
            .header("content-type")
            .map(str::to_owned)
    };
    let with = Some("application/json;version=1".to_owned());
    let without = Some("application/json".to_owned());
    assert_eq!(chosen("application/json;version=1"), with);
    assert_eq!(chosen("application/json"), with);
    assert_eq!(
        chosen("application/json;version=1;q=0.1, application/json;q=0.2"),
        without
    );
    get("/params", &["application/json;version=2"]).assert_problem(406, "not_acceptable");
}

#[test]
fn e09_a_comma_in_quotes_parts_nothing() {
    let accept = "application/json;a=\"b,application/cbor;d\";q=0.5, application/msgpack;q=0.1";
    get("/", &[accept]).assert_header("content-type", "application/msgpack");
}

#[test]
fn e10_a_hundred_elements_are_considered() {
    let many = "text/html, ".repeat(99);
    get("/", &[&format!("{many}application/cbor")])
        .assert_header("content-type", "application/cbor");
    let many = "text/html, ".repeat(1000);
    let since = std::time::Instant::now();
    get("/", &[&format!("{many}application/cbor")]).assert_problem(406, "not_acceptable");
    assert!(since.elapsed() < std::time::Duration::from_millis(200));
}

#[test]
fn e11_nonsense_gives_the_first() {
    for accept in [",,,;;;,\"", "\"", "application/cbor;a=\"", "\u{ff}", ";q=1"] {
        get("/", &[accept])
            .assert_status(200)
            .assert_header("content-type", "application/json");
    }
}

#[test]
fn e12_several_headers_are_one_list() {
    get(
        "/",
        &[
            "application/json;q=0.1",
            "application/cbor;q=0.2, text/html",
        ],
    )
    .assert_header("content-type", "application/cbor");
}

#[test]
fn e13_what_was_chosen_varies() {
    for (path, accept) in [
        ("/", "*/*"),
        ("/", "text/html"),
        ("/json", "*/*"),
        ("/versions", V1),
    ] {
        let result = get(path, &[accept]);
        let vary = result
            .header("vary")
            .unwrap_or_default()
            .to_ascii_lowercase();
        assert!(
            vary.split(", ").any(|name| name == "accept"),
            "{path}: {vary}"
        );
    }
}

#[test]
fn e19_the_server_breaks_ties_in_its_order() {
    for _ in 0..20 {
        let accept = "application/cbor, application/msgpack, application/json;q=0.9";
        get("/", &[accept]).assert_header("content-type", "application/msgpack");
    }
}

#[test]
fn e20_no_language_and_no_charset_is_a_reason_to_refuse() {
    for (name, value) in [
        ("accept-language", "en-*;q=0.5, *;q=0"),
        ("accept-language", "*;q=0"),
        ("accept-charset", "*;q=0"),
        ("accept-charset", "latin-1"),
        ("accept", "application/json;charset=utf-8"),
    ] {
        let request = client().get("/").header(name, value);
        block_on(request.send()).assert_status(200);
    }
}

#[test]
fn versions_of_a_vendor_type_have_shapes_of_their_own() {
    get("/versions", &[V1])
        .assert_header("content-type", V1)
        .assert_text("\"a\"");
    get("/versions", &[V2])
        .assert_header("content-type", V2)
        .assert_text("{\"name\":\"a\"}");
    get("/versions", &["application/*"]).assert_header("content-type", V2);
    get("/versions", &["APPLICATION/vnd.ACME.v1+JSON"]).assert_header("content-type", V1);
    get("/versions", &["application/json"]).assert_problem(406, "not_acceptable");
}

#[test]
fn a_representation_may_be_named_by_something_else() {
    let format = |name: &str| block_on(client().get(&format!("/named?format={name}")).send());
    let result = format("application/cbor");
    result
        .assert_header("content-type", "application/cbor")
        .assert_no_header("vary");
    assert_eq!(result.bytes(), b"\x61a");
    format("application/vnd.acme+json").assert_text("\"a\"");
    for unknown in ["text/csv", "csv"] {
        format(unknown).assert_problem(500, "internal_server_error");
    }
}

#[test]
fn what_nobody_would_take_is_refused_before_it_is_done() {
    send("POST", "/", &["text/html"]).assert_text("it was done");
    let result = send("POST", "/guarded", &["text/html"]);
    result.assert_problem(406, "not_acceptable");
    send("POST", "/guarded", &["application/cbor"]).assert_text("it was done");
}

#[test]
fn errors_come_in_the_formats_of_the_app() {
    let problem = json!({
        "title": "Conflict", "status": 409, "detail": "it is in use", "code": "conflict", "by": ["b", "c"]
    });
    for (accept, content_type) in [
        ("*/*", "application/problem+json"),
        ("application/json", "application/problem+json"),
        (
            "application/msgpack, application/json",
            "application/problem+json",
        ),
        ("image/png", "application/problem+json"),
        (
            "application/problem+json;q=0.1, application/msgpack",
            "application/msgpack",
        ),
        ("application/cbor", "application/cbor"),
        ("application/problem+xml", "application/problem+xml"),
    ] {
        let result = send("DELETE", "/", &[accept]);
        result
            .assert_status(409)
            .assert_header("content-type", content_type);
        result.assert_header("vary", "accept");
        let read: Option<Value> = match content_type {
            "application/msgpack" => rmp_serde::from_slice(result.bytes()).ok(),
            "application/cbor" => serde_cbor_2::from_slice(result.bytes()).ok(),
            "application/problem+xml" => None,
            _ => Some(result.json()),
        };
        assert!(read.is_none_or(|read| read == problem), "{accept}");
    }
}
