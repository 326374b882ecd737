//! The rows of the catalogue of attacks that concern CORS, by their numbers.

use std::time::{Duration, Instant};

use falcon_core::header::ETag;
use falcon_core::{
    App, Body, BodyLimit, HttpError, HttpStatus, Method, Middleware, Request, Responders, Response,
    Result, StatusCode,
};
use falcon_cors::{Cors, Origin};
use falcon_testing::{TestClient, block_on};

use crate::{APP, Things, assert_not_allowed, client, get, policy, preflight, send, vary};

fn assert_allowed(result: &falcon_testing::TestResult, origin: &str) {
    let told: Vec<_> = result
        .headers()
        .get_all("access-control-allow-origin")
        .iter()
        .collect();
    assert_eq!(told, [origin]);
}

#[test]
fn f02_an_allowed_origin_is_told_each_thing_once() {
    let result = get(&client(policy()), APP);
    assert_allowed(&result, APP);
    result
        .assert_header("access-control-allow-credentials", "true")
        .assert_text("things");
    assert_eq!(vary(&result), ["accept", "origin"]);
}

#[test]
fn f03_another_origin_is_served_and_told_nothing() {
    let client = client(policy());
    let result = get(&client, "https://evil.example");
    result.assert_status(200);
    assert_not_allowed(&result);
    assert_eq!(vary(&result), ["accept", "origin"]);
    let result = send(&client, "GET", "/things", &[]);
    assert_not_allowed(&result);
    assert_eq!(vary(&result), ["accept", "origin"]);
}

#[test]
fn f04_null_is_allowed_by_name_alone() {
    assert_not_allowed(&get(&client(policy()), "null"));
    let everything = |_: &Origin<'_>, _: &Request| true;
    assert_not_allowed(&get(
        &client(Cors::builder().allow_origin_if(everything)),
        "null",
    ));
    let result = get(&client(Cors::builder().allow_null_origin()), "null");
    assert_allowed(&result, "null");
}

#[test]
fn f05_to_f08_what_only_looks_like_an_allowed_origin_is_none() {
    let patterns = Cors::builder()
        .allow_origin(APP)
        .allow_origin_pattern("https://*.app.example");
    for client in [client(policy()), client(patterns)] {
        for origin in [
            "https://app.example.evil",
            "https://evilapp.example",
            "https://app.example@evil",
            "https://app_example",
            "https://appxexample",
            "http://app.example",
            "https://app.example:443",
            "https://app.example:8443",
            "HTTPS://APP.EXAMPLE",
            "https://app.example/",
            "https://app.example.",
            "https://app.example/path",
            "https://app.example%60",
            "https://app.example\ta",
            "https://user:pass@app.example",
            "https://evil#.app.example",
            "https://evil?.app.example",
            "https://evil\\.app.example",
            "https://evil/.app.example",
            "",
        ] {
            assert_not_allowed(&get(&client, origin));
        }
    }
}

#[test]
fn f09_two_origins_are_400_and_a_list_is_none() {
    let client = client(policy());
    let result = send(
        &client,
        "GET",
        "/things",
        &[("origin", APP), ("origin", APP)],
    );
    result.assert_problem(400, "invalid_header");
    assert_not_allowed(&result);
    let list = format!("{APP}, https://evil");
    assert_not_allowed(&get(&client, &list));
}

#[test]
fn f10_and_f22_long_headers_cost_little() {
    let everything = |_: &Origin<'_>, _: &Request| true;
    let policies = [
        policy(),
        Cors::builder().allow_origin_pattern("https://**.app.example"),
        Cors::builder().allow_origin_if(everything),
    ];
    for policy in policies {
        let client = client(policy);
        let since = Instant::now();
        for _ in 0..20 {
            assert_not_allowed(&get(&client, &"a".repeat(16 << 10)));
        }
        let commas = ",".repeat(16 << 10);
        let many = "x-a,".repeat(4 << 10);
        for names in [commas.as_str(), &many, "a b", "x-a\u{e9}"] {
            preflight(&client, APP, "PUT", names);
        }
        assert!(since.elapsed() < Duration::from_millis(500));
    }
    let client = client(policy().allow_headers(["x-a"]));
    let names = |count: usize| vec!["x-a"; count].join(",");
    let allowed = |count: usize| {
        let result = preflight(&client, APP, "PUT", &names(count));
        result.header("access-control-allow-methods").is_some()
    };
    assert!(allowed(64) && !allowed(65));
}

#[test]
fn f13_a_predicate_gets_an_origin_that_was_taken_apart() {
    let secure = |origin: &Origin<'_>, req: &Request| {
        assert!(req.headers().contains_key("origin"));
        origin.scheme() == "https"
            && origin.host().ends_with(".app.example")
            && origin.port().is_none()
    };
    let client = client(Cors::builder().allow_origin_if(secure));
    assert_allowed(
        &get(&client, "https://a.app.example"),
        "https://a.app.example",
    );
    for origin in [
        "http://a.app.example",
        "https://a.app.example:1",
        "https://x@.app.example",
    ] {
        assert_not_allowed(&get(&client, origin));
    }
}

#[test]
fn f14_any_origin_is_a_star_without_credentials() {
    let client = client(Cors::builder().allow_any_origin());
    let result = get(&client, "https://anybody.example");
    assert_allowed(&result, "*");
    result.assert_no_header("access-control-allow-credentials");
    assert_eq!(vary(&result), ["accept"]);
}

#[test]
fn f17_a_pattern_means_hosts_below_its_own() {
    let one = client(Cors::builder().allow_origin_pattern("https://*.app.example"));
    let any = client(Cors::builder().allow_origin_pattern("https://**.app.example:8443"));
    let allows = |client: &TestClient, origin: &str| {
        get(client, origin).header("access-control-allow-origin") == Some(origin)
    };
    assert!(allows(&one, "https://a.app.example"));
    for origin in [
        "https://app.example",
        "https://a.app.example.evil",
        "https://xapp.example",
        "https://.app.example",
        "https://a.b.app.example",
        "http://a.app.example",
        "https://a.app.example:8443",
    ] {
        assert!(!allows(&one, origin), "{origin}");
    }
    assert!(allows(&any, "https://a.b.app.example:8443"));
    for origin in [
        "https://a.b.app.example",
        "https://app.example:8443",
        "https://a..app.example:8443",
    ] {
        assert!(!allows(&any, origin), "{origin}");
    }
}

/// Refuses everything, as an authentication does that knows nobody.
struct Locked;

impl Middleware for Locked {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::unauthorized("Bearer"))?
    }
}

#[test]
fn f19_a_preflight_is_answered_before_anything_runs() {
    let cors = policy()
        .allow_headers(["X-One", "content-type"])
        .build()
        .unwrap();
    let mut app = App::with((cors, Locked));
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    let result = preflight(&client, APP, "PUT", "content-type,x-one");
    result.assert_status(204).assert_text("");
    assert_allowed(&result, APP);
    result
        .assert_header(
            "access-control-allow-methods",
            "DELETE, GET, HEAD, POST, PUT",
        )
        .assert_header("access-control-allow-headers", "x-one, content-type")
        .assert_header("access-control-max-age", "600")
        .assert_header("access-control-allow-credentials", "true");
    let names = [
        "access-control-request-headers",
        "access-control-request-method",
        "origin",
    ];
    assert_eq!(vary(&result), names);
    get(&client, APP).assert_status(401);
    assert_allowed(&get(&client, APP), APP);
}

#[test]
fn f20_to_f23_a_preflight_for_what_is_not_allowed_is_told_nothing_of_it() {
    let client = client(
        policy()
            .allow_headers(["x-one"])
            .allow_methods([Method::GET, Method::PUT]),
    );
    for (origin, method, names) in [
        ("https://evil.example", "PUT", "x-one"),
        (APP, "DELETE", ""),
        (APP, "PATCH", ""),
        (APP, "PUT", "x-evil"),
        (APP, "PUT", "x-one, authorization"),
        (APP, "get", ""),
        (APP, "", ""),
        (APP, "TRACE", ""),
        (APP, "CONNECT", ""),
        (APP, &"A".repeat(10_000), ""),
    ] {
        let result = preflight(&client, origin, method, names);
        result
            .assert_status(204)
            .assert_no_header("access-control-allow-methods");
        result.assert_no_header("access-control-allow-headers");
        assert!(!format!("{:?}", result.headers()).contains("evil"));
        assert_eq!(vary(&result).len(), 3);
    }
    let result = preflight(&client, APP, "PUT", "X-One");
    result.assert_header("access-control-allow-methods", "GET, PUT");
}

#[test]
fn f26_and_f30_errors_and_redirects_can_be_read() {
    let client = client(policy());
    for (method, path, status) in [
        ("POST", "/things", 422),
        ("DELETE", "/things", 500),
        ("PATCH", "/things", 405),
        ("GET", "/nowhere", 404),
        ("BREW", "/things", 501),
    ] {
        let result = send(&client, method, path, &[("origin", APP)]);
        result
            .assert_status(status)
            .assert_header("access-control-allow-credentials", "true");
        assert_allowed(&result, APP);
        assert!(vary(&result).contains(&"origin".to_owned()));
    }
    let mut app = App::with(policy().build().unwrap());
    app.add_sink("/old", |_: &mut Request, _: &mut Response| async {
        Err(HttpStatus::found("/new"))
    });
    let result = send(&TestClient::new(app), "GET", "/old", &[("origin", APP)]);
    result.assert_status(302);
    assert_allowed(&result, APP);
}

/// What goes wrong in a request, by its path's last part.
#[expect(clippy::panic, reason = "a responder that panics is what is tested")]
async fn fail(_state: &(), req: &mut Request, resp: &mut Response) -> Result {
    match req.param("how") {
        Some("panic") => panic!("on purpose"),
        Some("media") => Err(HttpError::unsupported_media_type())?,
        Some("slow") => Err(HttpError::new(StatusCode::REQUEST_TIMEOUT))?,
        Some("busy") => Err(HttpError::service_unavailable())?,
        _ => resp.set_body(req.read_body().await?),
    };
    Ok(())
}

fn failing() -> Responders<()> {
    Responders::of(()).on_get(fail).on_post(fail)
}

#[test]
fn f26_what_the_framework_refuses_and_what_a_mount_breaks_can_be_read_too() {
    let mut inner = App::new();
    inner.add_route("/{how}", failing());
    let mut app = App::with(policy().build().unwrap());
    app.add_route("/{how}", failing()).with(BodyLimit::bytes(4));
    app.mount("/inner", inner.freeze().unwrap());
    app.group("/group", Locked).add_route("/{how}", failing());
    let client = TestClient::new(app);
    for (method, path, body, status) in [
        ("GET", "/panic", "", 500),
        ("GET", "/media", "", 415),
        ("GET", "/slow", "", 408),
        ("GET", "/busy", "", 503),
        ("POST", "/body", "five!", 413),
        ("GET", "/inner/panic", "", 500),
        ("GET", "/inner/busy", "", 503),
        ("GET", "/inner/no/such", "", 404),
        ("PUT", "/inner/body", "", 405),
        ("GET", "/group/x", "", 401),
        ("GET", "/%zz", "", 400),
    ] {
        let request = client.request(method, path).header("origin", APP);
        let result = block_on(request.body(body).send());
        result
            .assert_status(status)
            .assert_header("access-control-allow-credentials", "true");
        assert_allowed(&result, APP);
        assert!(vary(&result).contains(&"origin".to_owned()), "{path}");
    }
}

#[test]
fn f26_what_is_refused_before_any_middleware_can_be_read_too() {
    let mut app = App::with(policy().build().unwrap());
    app.set_allowed_hosts(["api.example"]);
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    for (host, status) in [("api.example", 200), ("other.example", 421)] {
        let headers = [("host", host), ("origin", APP)];
        let result = send(&client, "GET", "/things", &headers);
        result.assert_status(status);
        assert_allowed(&result, APP);
    }
}

#[test]
fn f26_what_a_server_gives_up_can_be_read_too() {
    async fn stuck(_state: &(), _req: &mut Request, _resp: &mut Response) -> Result {
        std::future::pending().await
    }
    let mut app = App::with(policy().build().unwrap());
    app.add_route("/stuck", Responders::of(()).on_get(stuck));
    let request = http::Request::get("/stuck").header("origin", APP);
    let request = request.body(Body::empty()).unwrap();
    let too_late = async { HttpError::service_unavailable() };
    let service = app.freeze().unwrap();
    let answer = block_on(service.handle_unless(request, too_late));
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["access-control-allow-origin"], APP);
}

/// Ends a request, in the several ways there are, before the middleware behind it has seen it.
struct Hasty(fn(&mut Response) -> Result);

impl Middleware for Hasty {
    async fn process_request(&self, _req: &mut Request, resp: &mut Response) -> Result {
        self.0(resp)
    }
}

#[test]
fn f26_the_answers_of_middleware_before_this_one_can_be_read_too() {
    let ways: [fn(&mut Response) -> Result; 4] = [
        |resp| {
            resp.set_text("at once").complete();
            Ok(())
        },
        |_| Err(HttpStatus::new(StatusCode::OK))?,
        |_| Err(HttpError::forbidden())?,
        |_| unreachable!("a panic on purpose"),
    ];
    for way in ways {
        let mut app = App::with((Hasty(way), policy().build().unwrap()));
        app.add_route("/things", Things);
        let client = TestClient::new(app);
        assert_allowed(&get(&client, APP), APP);
        assert_not_allowed(&get(&client, "https://evil.example"));
    }
}

#[test]
fn f30_what_has_not_changed_can_be_read_too() {
    async fn tagged(_state: &(), _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_etag(&ETag::strong("a")?).set_text("tagged");
        Ok(())
    }
    let mut app = App::with(policy().build().unwrap());
    app.add_route("/things", Responders::of(()).on_get(tagged));
    let headers = [("origin", APP), ("if-none-match", "\"a\"")];
    let result = send(&TestClient::new(app), "GET", "/things", &headers);
    result.assert_status(304).assert_header("etag", "\"a\"");
    assert_allowed(&result, APP);
    assert_eq!(vary(&result), ["origin"]);
}

#[test]
fn f27_any_header_is_not_authorization() {
    let client = client(Cors::builder().allow_any_origin().allow_any_header());
    let result = preflight(&client, APP, "PUT", "x-whatever, content-type");
    result.assert_header("access-control-allow-headers", "*");
    preflight(&client, APP, "PUT", "authorization")
        .assert_no_header("access-control-allow-headers");
    let named = Cors::builder()
        .allow_any_origin()
        .allow_any_header()
        .allow_headers(["authorization"]);
    let result = preflight(
        &crate::client(named),
        APP,
        "PUT",
        "authorization, x-whatever",
    );
    result.assert_header("access-control-allow-headers", "*, authorization");
}

#[test]
fn f28_the_policy_counts_and_not_what_a_responder_says() {
    let client = client(policy());
    assert_allowed(&send(&client, "PUT", "/things", &[("origin", APP)]), APP);
    let result = send(
        &client,
        "PUT",
        "/things",
        &[("origin", "https://own.example")],
    );
    result.assert_status(200);
    assert_not_allowed(&result);
}

#[test]
fn f29_an_age_is_a_day_at_most() {
    for (asked, told) in [(0, "0"), (900, "1"), (5_000, "5"), (u64::MAX, "86400")] {
        let client = client(policy().max_age(Duration::from_millis(asked)));
        preflight(&client, APP, "PUT", "").assert_header("access-control-max-age", told);
    }
}

#[test]
fn f31_a_private_network_is_opened_only_where_that_is_said() {
    let ask = |client: &TestClient| {
        let headers = [
            ("origin", APP),
            ("access-control-request-method", "PUT"),
            ("access-control-request-private-network", "true"),
        ];
        send(client, "OPTIONS", "/things", &headers)
    };
    ask(&client(policy())).assert_no_header("access-control-allow-private-network");
    let open = client(policy().allow_private_network());
    ask(&open).assert_header("access-control-allow-private-network", "true");
    let result = preflight(&open, APP, "PUT", "");
    result.assert_no_header("access-control-allow-private-network");
    assert!(vary(&result).contains(&"access-control-request-private-network".to_owned()));
}

#[test]
fn f32_a_request_of_another_origin_runs_unless_it_is_to_be_refused() {
    let post = |client: &TestClient| {
        send(
            client,
            "POST",
            "/things",
            &[("origin", "https://evil.example")],
        )
    };
    post(&client(policy())).assert_status(422);
    let strict = client(policy().reject_disallowed());
    post(&strict).assert_problem(403, "origin_not_allowed");
    assert_not_allowed(&post(&strict));
    send(&strict, "POST", "/things", &[]).assert_status(422);
    send(&strict, "POST", "/things", &[("origin", APP)]).assert_status(422);
}
