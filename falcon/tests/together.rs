#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Extensions beside one another, which know nothing of each other.

use falcon::auth::{ApiKeys, Auth, Keys, Principal, Require};
use falcon::cors::Cors;
use falcon::header::HeaderName;
use falcon::prelude::*;
use falcon_testing::{TestClient, block_on};

struct Things;

impl Resource for Things {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.caller()?.subject().to_owned());
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

const PAGE: &str = "https://app.example";

fn client() -> TestClient {
    let cors = Cors::builder()
        .allow_origin(PAGE)
        .allow_headers(["x-api-key"])
        .build()
        .unwrap();
    let keys = Keys::builder().key("abc", Principal::new("ci").with_scopes(["read"]));
    let name = HeaderName::from_static("x-api-key");
    let auth = Auth::new(ApiKeys::in_header(name, keys.build().unwrap())).demand_rules();
    let mut app = App::with((cors, auth));
    app.add_route("/things", Things)
        .with(Require::scope("read"))
        .with_for(Method::PUT, Require::scope("write"));
    TestClient::new(app)
}

#[test]
fn a_preflight_passes_without_credentials_and_what_follows_needs_them() {
    let client = client();
    block_on(async {
        let preflight = client
            .options("/things")
            .header("origin", PAGE)
            .header("access-control-request-method", "PUT")
            .header("access-control-request-headers", "x-api-key");
        let result = preflight.send().await;
        result
            .assert_status(204)
            .assert_header("access-control-allow-methods", "GET, HEAD, PUT");
        client.options("/things").send().await.assert_status(204);
        for (method, key, expected) in [
            ("GET", "", 401),
            ("GET", "abd", 401),
            ("GET", "abc", 200),
            ("HEAD", "abc", 200),
            ("HEAD", "", 401),
            ("PUT", "abc", 403),
            ("DELETE", "abc", 405),
            ("DELETE", "", 401),
        ] {
            let request = client.request(method, "/things").header("origin", PAGE);
            let result = request.header("x-api-key", key).send().await;
            assert_eq!(result.status(), expected, "{method} {key}");
            // The page can read why.
            result.assert_header("access-control-allow-origin", PAGE);
        }
    });
}
