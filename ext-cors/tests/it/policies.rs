//! Policies of groups, routes and methods; OPTIONS that is no preflight; sinks and mounts; and that no
//! policy ever tells an origin that it does not allow.

use falcon_core::{App, Method, Request, Resource, Response, Result};
use falcon_cors::{AllowOrigin, Cors, Origin};
use falcon_testing::TestClient;
use proptest::prelude::*;

use crate::{APP, Things, assert_not_allowed, client, get, only, policy, send, vary};

fn allowed(result: &falcon_testing::TestResult) -> Option<&str> {
    result.header("access-control-allow-origin")
}

#[test]
fn the_nearest_policy_counts() {
    let mut app = App::with(only(APP));
    app.add_route("/app", Things);
    app.add_route("/route", Things)
        .with(only("https://route.example"));
    app.add_route("/method", Things)
        .with_for(Method::PUT, only("https://method.example"));
    app.add_route("/off", Things).with(Cors::off());
    let mut group = app.group("/group", ()).with(only("https://group.example"));
    group.add_route("/in", Things);
    group.add_route("/off", Things).with(Cors::off());
    let client = TestClient::new(app);
    for (method, path, origin) in [
        ("GET", "/app", APP),
        ("GET", "/route", "https://route.example"),
        ("GET", "/method", APP),
        ("PUT", "/method", "https://method.example"),
        ("GET", "/group/in", "https://group.example"),
        ("GET", "/nowhere", APP),
    ] {
        let result = send(&client, method, path, &[("origin", origin)]);
        assert_eq!(allowed(&result), Some(origin), "{method} {path}");
        let asked = [
            ("origin", origin),
            ("access-control-request-method", method),
        ];
        let result = send(&client, "OPTIONS", path, &asked);
        assert_eq!(allowed(&result), Some(origin), "{method} {path}");
        assert_not_allowed(&send(
            &client,
            method,
            path,
            &[("origin", "https://other.example")],
        ));
    }
    for path in ["/off", "/group/off"] {
        assert_not_allowed(&send(&client, "GET", path, &[("origin", APP)]));
        let result = send(&client, "PUT", path, &[("origin", APP)]);
        assert_eq!(
            result
                .headers()
                .get_all("access-control-allow-origin")
                .iter()
                .count(),
            2
        );
    }
}

#[test]
fn cors_is_not_a_groups_middleware() {
    let mut app = App::new();
    app.group("/g", only(APP)).add_route("/", Things);
    assert!(
        app.freeze()
            .unwrap_err()
            .to_string()
            .contains("give the policy of a group with")
    );
}

/// Answers OPTIONS by itself.
struct Own;

impl Resource for Own {
    async fn on_options(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("by itself");
        Ok(())
    }
}

#[test]
fn an_options_that_is_no_preflight_reaches_the_resource() {
    let mut app = App::with(policy().build().unwrap());
    app.add_route("/own", Own);
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    let result = send(&client, "OPTIONS", "/own", &[("origin", APP)]);
    result.assert_text("by itself");
    assert_eq!(allowed(&result), Some(APP));
    let asked = [("access-control-request-method", "PUT")];
    send(&client, "OPTIONS", "/own", &asked).assert_text("by itself");
    let result = send(&client, "OPTIONS", "/things", &[("origin", APP)]);
    result.assert_header("allow", "DELETE, GET, HEAD, OPTIONS, POST, PUT");
}

#[test]
fn sinks_and_mounts_are_below_the_policy_too() {
    let mut inner = App::new();
    inner.add_route("/things", Things);
    let mut app = App::with(policy().build().unwrap());
    app.mount("/inner", inner.freeze().unwrap());
    app.add_sink("/sink", |_: &mut Request, resp: &mut Response| {
        resp.set_text("sink");
        std::future::ready(Ok(()))
    });
    let client = TestClient::new(app);
    for (method, path) in [
        ("GET", "/inner/things"),
        ("PUT", "/inner/things"),
        ("GET", "/sink/a"),
    ] {
        let result = send(&client, method, path, &[("origin", APP)]);
        assert_eq!(
            result
                .headers()
                .get_all("access-control-allow-origin")
                .iter()
                .count(),
            1
        );
        assert_eq!(allowed(&result), Some(APP));
        assert!(vary(&result).contains(&"origin".to_owned()));
        let asked = [("origin", APP), ("access-control-request-method", "PURGE")];
        let result = send(&client, "OPTIONS", path, &asked);
        result
            .assert_status(204)
            .assert_header("access-control-allow-methods", "PURGE");
    }
    assert_not_allowed(&send(
        &client,
        "PUT",
        "/inner/things",
        &[("origin", "https://own.example")],
    ));
}

#[test]
fn credentials_may_be_for_some_of_all_origins() {
    let mixed = client(
        Cors::builder()
            .allow_any_origin()
            .allow_credentials_for([APP]),
    );
    let result = get(&mixed, APP);
    assert_eq!(allowed(&result), Some(APP));
    result.assert_header("access-control-allow-credentials", "true");
    assert_eq!(vary(&result), ["accept", "origin"]);
    let result = get(&mixed, "https://other.example");
    assert_eq!(allowed(&result), Some("*"));
    result.assert_no_header("access-control-allow-credentials");
}

#[test]
fn headers_are_exposed_to_those_who_may_read() {
    let client = client(policy().expose_headers(["X-Count", "x-next"]));
    get(&client, APP).assert_header("access-control-expose-headers", "x-count, x-next");
    get(&client, "https://evil.example").assert_no_header("access-control-expose-headers");
}

/// Takes its time.
struct Slow;

impl AllowOrigin for Slow {
    async fn allow_origin(&self, origin: &Origin<'_>, req: &Request) -> bool {
        let mut waited = false;
        std::future::poll_fn(|cx| {
            if std::mem::replace(&mut waited, true) {
                return std::task::Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
        origin.host() == "slow.example" && req.path() == "/things"
    }
}

#[test]
fn a_predicate_may_wait_for_its_answer() {
    let client = client(Cors::builder().allow_origin(APP).allow_origin_if(Slow));
    assert_eq!(
        allowed(&get(&client, "https://slow.example")),
        Some("https://slow.example")
    );
    assert_eq!(allowed(&get(&client, APP)), Some(APP));
    assert_not_allowed(&get(&client, "https://fast.example"));
}

/// Host names made of few letters, so that they often are one another's.
fn host() -> impl Strategy<Value = String> {
    "[ab]{1,2}(\\.[ab]{1,2}){0,3}"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_policy_tells_an_origin_that_it_does_not_allow(
        exact in host(),
        parent in host(),
        deep in any::<bool>(),
        credentials in any::<bool>(),
        asked in prop_oneof![host(), "[ab.]{1,6}", "[ab.:/@%#]{1,8}"],
        scheme in prop_oneof!["https?", "HTTPS", "null|file"],
        port in prop_oneof!["", ":[0-9]{1,5}"],
    ) {
        let stars = if deep { "**" } else { "*" };
        let mut builder = Cors::builder()
            .allow_origin(format!("https://{exact}"))
            .allow_origin_pattern(format!("https://{stars}.{parent}"))
            .allow_public_suffixes();
        if credentials {
            builder = builder.allow_credentials();
        }
        let client = client(builder);
        let origin = format!("{scheme}://{asked}{port}");
        let result = get(&client, &origin);
        let below = asked.strip_suffix(&format!(".{parent}"));
        let labels = |text: &str| text.split('.').all(|label| !label.is_empty() && label.chars().all(|c| c == 'a' || c == 'b'));
        let is_below = below.is_some_and(|below| labels(below) && (deep || !below.contains('.')));
        let expected = scheme == "https" && port.is_empty() && (asked == exact || is_below);
        prop_assert_eq!(allowed(&result), expected.then_some(origin.as_str()), "{} for {} and {}.{}", origin, exact, stars, parent);
        prop_assert_eq!(result.header("access-control-allow-credentials").is_some(), expected && credentials);
    }
}
