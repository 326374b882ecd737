//! Where two policies, two apps or two phases meet: neither is got round by way of the other.

use falcon_core::{App, Method, Middleware, Request, Responders, Response, Result, TrustedProxies};
use falcon_cors::{AllowOrigin, Cors, Origin};
use falcon_testing::{TestClient, block_on};

use crate::{APP, Things, assert_not_allowed, get, only, policy, preflight, send, vary};

const EVIL: &str = "https://evil.example";

fn everybody() -> Cors {
    Cors::builder().allow_any_origin().build().unwrap()
}

#[test]
fn a_preflight_is_told_no_method_that_another_policy_is_for() {
    let mut app = App::with(only(APP));
    app.add_route("/things", Things)
        .with_for(Method::DELETE, Cors::off())
        .with_for(Method::POST, only("https://other.example"));
    let client = TestClient::new(app);
    preflight(&client, APP, "PUT", "")
        .assert_header("access-control-allow-methods", "GET, HEAD, PUT");
    assert_not_allowed(&preflight(&client, APP, "DELETE", ""));
    assert_not_allowed(&preflight(&client, APP, "POST", ""));
    preflight(&client, "https://other.example", "POST", "")
        .assert_header("access-control-allow-methods", "POST");
}

/// Changes what is asked for, as versions in paths and tunnelled methods do.
struct Rewrite;

impl Middleware for Rewrite {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if let Some(rest) = req.path().strip_prefix("/v1") {
            let target = rest.parse()?;
            req.set_uri(target);
        }
        if req.header("x-method") == Some("PUT") {
            req.set_method(Method::PUT);
        }
        Ok(())
    }
}

#[test]
fn a_path_or_a_method_that_is_changed_behind_it_meets_its_own_policy() {
    let strict = || Cors::builder().allow_origin(APP).reject_disallowed();
    let mut app = App::with((everybody(), Rewrite));
    app.add_route("/strict", Things)
        .with(strict().build().unwrap());
    app.add_route("/put", Things)
        .with_for(Method::PUT, strict().build().unwrap());
    let asking = |origin: &Origin<'_>, _: &Request| origin.as_str() == APP;
    let asking = Cors::builder().allow_origin_if(asking).reject_disallowed();
    app.add_route("/asks", Things).with(asking.build().unwrap());
    let client = TestClient::new(app);
    for path in ["/strict", "/v1/strict", "/asks", "/v1/asks"] {
        let result = send(&client, "POST", path, &[("origin", EVIL)]);
        result.assert_problem(403, "origin_not_allowed");
        assert_not_allowed(&result);
        let result = send(&client, "POST", path, &[("origin", APP)]);
        result
            .assert_status(422)
            .assert_header("access-control-allow-origin", APP);
    }
    let headers = [("origin", EVIL), ("x-method", "PUT")];
    let result = send(&client, "POST", "/put", &headers);
    result.assert_problem(403, "origin_not_allowed");
}

/// Forwards what a request needs, and forgets the rest.
struct Forgetful(Cors);

impl Middleware for Forgetful {
    async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.0.process_request(req, resp).await
    }

    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.0.process_response(req, resp).await
    }
}

#[test]
fn the_policies_of_routes_count_though_a_wrapper_does_not_forward_the_check() {
    let mut app = App::with(Forgetful(everybody()));
    app.add_route("/things", Things).with(only(APP));
    assert_not_allowed(&get(&TestClient::new(app), EVIL));
}

#[test]
fn what_is_no_policy_yet_is_refused_as_one() {
    let complaint = |app: App| app.freeze().unwrap_err().to_string();
    let with = |add: fn(&mut App)| {
        let mut app = App::with(everybody());
        add(&mut app);
        complaint(app)
    };
    for why in [
        with(|app| {
            app.add_route("/things", Things).with(policy());
        }),
        with(|app| {
            app.add_route("/things", Things).with(policy().build());
        }),
        with(|app| {
            app.add_route("/things", Things).with(Some(only(APP)));
        }),
        with(|app| {
            app.group("/things", ())
                .with(policy())
                .add_route("", Things);
        }),
    ] {
        assert!(why.contains("which is no policy yet"), "{why}");
    }
}

#[test]
fn a_second_one_in_an_app_is_refused() {
    let mut app = App::with((only(APP), everybody()));
    app.add_route("/things", Things);
    let why = app.freeze().unwrap_err().to_string();
    assert!(why.contains("two CORS middlewares"), "{why}");
}

#[test]
fn the_outer_policy_counts_for_a_mounted_app_unless_it_is_off_there() {
    let inner = || {
        let strict = policy().reject_disallowed().build().unwrap();
        let mut inner = App::with(strict);
        inner.add_route("/things", Things);
        inner.freeze().unwrap()
    };
    let mut app = App::with(everybody());
    app.mount("/outer", inner());
    app.mount("/own", inner()).with(Cors::off());
    let client = TestClient::new(app);
    let result = send(&client, "GET", "/outer/things", &[("origin", APP)]);
    result
        .assert_header("access-control-allow-origin", "*")
        .assert_no_header("access-control-allow-credentials");
    let result = send(&client, "GET", "/own/things", &[("origin", APP)]);
    result
        .assert_header("access-control-allow-origin", APP)
        .assert_header("access-control-allow-credentials", "true");
    let asked = [("origin", EVIL), ("access-control-request-method", "PUT")];
    let result = send(&client, "OPTIONS", "/own/things", &asked);
    result.assert_problem(403, "origin_not_allowed");
    let asked = [("origin", APP), ("access-control-request-method", "PUT")];
    send(&client, "OPTIONS", "/own/things", &asked).assert_status(204);
}

#[test]
fn what_everybody_may_read_says_so_to_caches_too() {
    let mut app = App::with(
        Cors::builder()
            .allow_any_origin()
            .expose_headers(["etag"])
            .build()
            .unwrap(),
    );
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    for method in ["GET", "PUT", "POST", "PATCH"] {
        let result = send(&client, method, "/things", &[]);
        let told = result.headers().get_all("access-control-allow-origin");
        assert_eq!(told.iter().collect::<Vec<_>>(), ["*"], "{method}");
        result.assert_header("access-control-expose-headers", "etag");
        assert!(!vary(&result).contains(&"origin".to_owned()));
    }
}

#[test]
fn nothing_counts_of_what_a_responder_says() {
    async fn talkative(_state: &(), _req: &mut Request, resp: &mut Response) -> Result {
        for name in [
            "origin",
            "methods",
            "headers",
            "credentials",
            "private-network",
        ] {
            resp.append_header(format!("access-control-allow-{name}"), "*")?;
        }
        resp.append_header("access-control-expose-headers", "x-secret")?
            .append_header("access-control-max-age", "1")?;
        Ok(())
    }
    let mut app = App::with(only(APP));
    app.add_route("/things", Responders::of(()).on_get(talkative));
    let client = TestClient::new(app);
    assert_not_allowed(&get(&client, EVIL));
    assert_not_allowed(&send(&client, "GET", "/things", &[]));
    let result = get(&client, APP);
    let ours = |name: &str| name.starts_with("access-control-");
    let told = result.headers().keys().filter(|name| ours(name.as_str()));
    assert_eq!(told.collect::<Vec<_>>(), ["access-control-allow-origin"]);
}

#[test]
fn a_server_does_not_refuse_its_own_pages() {
    let strict = || policy().reject_disallowed().build().unwrap();
    let mut app = App::with(strict());
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    let post = |headers: &[(&str, &str)]| send(&client, "POST", "/things", headers);
    let host = ("host", "api.example:8080");
    let own = ("origin", "http://api.example:8080");
    post(&[host, own]).assert_status(422);
    post(&[("sec-fetch-site", "same-origin"), ("origin", "null")]).assert_status(422);
    for other in [
        "http://api.example",
        "https://api.example:8080",
        "http://api.example:80800",
        "null",
    ] {
        post(&[host, ("origin", other)]).assert_status(403);
    }
    post(&[host, ("origin", EVIL), ("sec-fetch-site", "same-site")]).assert_status(403);

    let mut behind = App::with(strict());
    let proxies = TrustedProxies::x_forwarded_for(["127.0.0.1"]).unwrap();
    behind.set_trusted_proxies(proxies.with_proto().with_host());
    behind.add_route("/things", Things);
    let headers = [
        ("host", "internal"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "api.example"),
        ("origin", "https://api.example"),
    ];
    let request = TestClient::new(behind).post("/things");
    let request = request.peer_addr(([127, 0, 0, 1], 1).into());
    let request = headers
        .iter()
        .fold(request, |r, (name, value)| r.header(name, value));
    block_on(request.send()).assert_status(422);
}

/// Says yes after a while.
struct Patient;

impl AllowOrigin for Patient {
    async fn allow_origin(&self, origin: &Origin<'_>, _req: &Request) -> bool {
        let mut waited = false;
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            if std::mem::replace(&mut waited, true) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        origin.as_str() == APP
    }
}

#[test]
fn a_predicate_is_asked_even_where_the_request_got_nowhere() {
    let mut app = App::with(Cors::builder().allow_origin_if(Patient).build().unwrap());
    app.set_allowed_hosts(["api.example"]);
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    let result = send(&client, "GET", "/things", &[("host", "b"), ("origin", APP)]);
    result
        .assert_status(421)
        .assert_header("access-control-allow-origin", APP);
    assert_not_allowed(&send(
        &client,
        "GET",
        "/things",
        &[("host", "b"), ("origin", EVIL)],
    ));
}
