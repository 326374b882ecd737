//! The page, and the files that it is made of.

use falcon_core::App;
use falcon_openapi::OpenApi;
use falcon_testing::{TestClient, block_on};

use crate::{Things, openapi};

fn client(openapi: OpenApi) -> TestClient {
    let mut app = App::with(openapi);
    app.add_route("/things", Things);
    TestClient::new(app)
}

#[test]
fn the_page_brings_everything_that_it_needs() {
    let client = client(openapi().page_at("/docs"));
    let page = block_on(client.get("/docs").send());
    page.assert_status(200)
        .assert_header("content-type", "text/html; charset=utf-8");
    assert!(
        page.text().contains("data-document=\"./openapi.json\""),
        "{}",
        page.text()
    );
    for file in [
        "docs/swagger-ui-bundle.js",
        "docs/swagger-ui.css",
        "docs/start.js",
    ] {
        assert!(page.text().contains(&format!("\"./{file}\"")), "{file}");
        let result = block_on(client.get(&format!("/{file}")).send());
        result
            .assert_status(200)
            .assert_header("x-content-type-options", "nosniff");
        assert!(result.bytes().len() > 100);
    }
    for (file, text) in [("LICENSE", "Apache License"), ("NOTICE", "SmartBear")] {
        let result = block_on(client.get(&format!("/docs/{file}")).send());
        assert!(result.text().contains(text), "{file}");
    }
    let licence = block_on(client.get("/docs/swagger-ui-bundle.js.LICENSE.txt").send());
    licence
        .assert_status(200)
        .assert_header("content-type", "text/plain; charset=utf-8");
}

#[test]
fn i26_the_page_runs_nothing_that_stands_in_it() {
    let openapi = OpenApi::new("</title><script>alert(1)</script>", "1.0")
        .json_at("/openapi.json")
        .server("https://api.example.com/v1", "elsewhere")
        .server("https://evil.example.com;script-src *", "no host")
        .server("/v2", "here")
        .page_at("/docs");
    let page = block_on(client(openapi).get("/docs").send());
    assert!(!page.text().contains("<script>alert"), "{}", page.text());
    let policy = page.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'; script-src 'self'; style-src 'self';"),
        "{policy}"
    );
    assert!(
        policy.contains("connect-src 'self' https://api.example.com;"),
        "{policy}"
    );
    assert!(!policy.contains("evil"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[test]
fn files_are_sent_packed_to_whoever_takes_that() {
    let client = client(openapi().page_at("/docs"));
    let get = |accept: &str| {
        block_on(
            client
                .get("/docs/swagger-ui.css")
                .header("accept-encoding", accept)
                .send(),
        )
    };
    let packed = get("gzip, br");
    packed
        .assert_header("content-encoding", "gzip")
        .assert_header("vary", "accept-encoding");
    let plain = get("identity");
    plain.assert_no_header("content-encoding");
    assert!(plain.text().contains(".swagger-ui"));
    assert!(packed.bytes().len() * 3 < plain.bytes().len());
    assert_ne!(packed.header("etag"), plain.header("etag"));
    let tag = packed.header("etag").unwrap();
    let request = client
        .get("/docs/swagger-ui.css")
        .header("accept-encoding", "gzip");
    block_on(request.header("if-none-match", tag).send()).assert_status(304);
}

#[test]
fn names_are_relative_wherever_the_page_is() {
    for (at, own, document) in [
        ("/docs", "./docs/", "./openapi.json"),
        ("/docs/", "./", "../openapi.json"),
        ("/a/b/docs", "./docs/", "../../openapi.json"),
        ("/a/b/docs/", "./", "../../../openapi.json"),
    ] {
        let page = block_on(client(openapi().page_at(at)).get(at).send());
        let text = page.text();
        assert!(
            text.contains(&format!("src=\"{own}start.js\"")),
            "{at} {text}"
        );
        assert!(
            text.contains(&format!("data-document=\"{document}\"")),
            "{at} {text}"
        );
    }
}

#[test]
fn a_page_without_a_document_is_refused() {
    let app = App::with(OpenApi::new("Things", "1.0").page_at("/docs"));
    let text = app.freeze().unwrap_err().to_string();
    assert!(text.contains("no document that it could read"), "{text}");
}
