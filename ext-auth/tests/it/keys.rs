//! Group H of the catalogue of attacks, API keys.

use falcon_auth::{
    ApiKeys, Auth, ClientCertificates, KeyDigest, KeyStore, Keys, Principal, Refusal, key_digest,
};
use falcon_core::header::HeaderName;
use falcon_core::{App, Body, ClientCertificate};
use falcon_testing::block_on;

use crate::{Door, guarded, send};

const NAME: HeaderName = HeaderName::from_static("x-api-key");

fn keys() -> Keys {
    Keys::builder()
        .key("abc", Principal::new("ci"))
        .key("def", Principal::new("cd"))
        .build()
        .unwrap()
}

#[test]
fn h13_and_h14_a_key_is_the_very_one() {
    let (client, door) = guarded(ApiKeys::in_header(NAME, keys()));
    send(&client, "/door", &[("x-api-key", "abc")]).assert_text("ci");
    send(&client, "/door", &[("X-API-Key", "def")]).assert_text("cd");
    send(&client, "/door", &[("x-api-key", "abc ")]).assert_text("ci");
    assert_eq!(door.opened(), 3);
    let missing = send(&client, "/door", &[]);
    missing
        .assert_problem(401, "unauthorized")
        .assert_header("www-authenticate", "ApiKey header=\"x-api-key\"");
    let long = "a".repeat(9_000);
    for key in [
        "ab", "abcd", "ABC", "", " ", "abc def", "abc,def", "\u{e4}bc", &long,
    ] {
        let wrong = send(&client, "/door", &[("x-api-key", key)]);
        assert_eq!(wrong.status(), 401, "{key}");
        assert_eq!(wrong.text(), missing.text());
        assert_eq!(
            wrong.header("www-authenticate"),
            missing.header("www-authenticate")
        );
    }
    assert_eq!(door.opened(), 0);
}

#[test]
fn h17_a_key_is_where_it_is_looked_for_and_once() {
    let (client, door) = guarded(ApiKeys::in_header(NAME, keys()));
    send(&client, "/door?x-api-key=abc", &[]).assert_status(401);
    send(
        &client,
        "/door",
        &[("x-api-key", "abc"), ("x-api-key", "def")],
    )
    .assert_status(401);
    send(
        &client,
        "/door",
        &[("x-api-key", "abc"), ("x-api-key", "abc")],
    )
    .assert_status(401);
    let (client, query) = guarded(ApiKeys::in_query("key", keys()));
    send(&client, "/door?key=abc", &[]).assert_text("ci");
    send(&client, "/door?key=%61bc", &[]).assert_text("ci");
    assert_eq!(query.opened(), 2);
    for path in [
        "/door?key=abc&key=def",
        "/door?key=abc&key=abc",
        "/door?key",
        "/door?key=",
        "/door?Key=abc",
        "/door?key=%ff",
    ] {
        assert_eq!(send(&client, path, &[]).status(), 401, "{path}");
    }
    send(&client, "/door", &[("key", "abc")]).assert_status(401);
    assert_eq!(door.opened() + query.opened(), 0);
}

#[test]
fn a_key_may_be_known_by_its_digest_alone() {
    let hex = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
    let keys = Keys::builder()
        .sha256(hex, Principal::new("ci"))
        .build()
        .unwrap();
    let (client, _) = guarded(ApiKeys::in_header(NAME, keys));
    send(&client, "/door", &[("x-api-key", "abc")]).assert_text("ci");
    send(&client, "/door", &[("x-api-key", hex)]).assert_status(401);
}

/// Knows one key, and cannot be reached for another.
struct Table;

impl KeyStore for Table {
    async fn find(&self, key: &KeyDigest) -> Result<Option<Principal>, Refusal> {
        if *key == key_digest("down") {
            let wait = std::time::Duration::from_millis(2_500);
            return Err(Refusal::unavailable(wait, "the database is down"));
        }
        assert_ne!(*key, key_digest(""), "nothing is no key");
        Ok((*key == key_digest("abc")).then(|| Principal::new("agent").with_details(7_u32)))
    }
}

#[test]
fn a_store_may_be_a_table_that_cannot_be_reached() {
    let (client, door) = guarded(ApiKeys::in_header(NAME, Table));
    send(&client, "/door", &[("x-api-key", "abc")]).assert_text("agent");
    send(&client, "/door", &[("x-api-key", "abd")]).assert_status(401);
    send(&client, "/door", &[("x-api-key", " ")]).assert_status(401);
    assert_eq!(door.opened(), 1);
    let result = send(&client, "/door", &[("x-api-key", "down")]);
    result
        .assert_problem(503, "service_unavailable")
        .assert_header("retry-after", "3");
    assert_eq!(door.opened(), 0);
}

#[test]
fn a_certificate_is_what_the_server_reports() {
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let known = Keys::builder()
        .sha256(abc, Principal::new("agent-7"))
        .build()
        .unwrap();
    let mut app = App::with(Auth::new(ClientCertificates::new(known)));
    let door = Door::default();
    app.add_route("/door", door.clone());
    let service = app.freeze().unwrap();
    let ask = |certificate: Option<&'static str>, header: &str| {
        let mut request = http::Request::get("/door").header("client-cert", header);
        if let Some(der) = certificate {
            request = request.extension(ClientCertificate::new(der));
        }
        let request = request.body(Body::empty()).unwrap();
        block_on(service.handle(request)).status().as_u16()
    };
    assert_eq!(ask(Some("abc"), ""), 200);
    assert_eq!(door.opened(), 1);
    assert_eq!(
        (ask(Some("abd"), ""), ask(Some(""), ""), ask(None, ":YWJj:")),
        (401, 401, 401)
    );
    assert_eq!(door.opened(), 0);
}
