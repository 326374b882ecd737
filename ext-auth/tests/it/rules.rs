//! Rules: whom a route lets through, and what it says to others.

use falcon_auth::{
    AnyOf, ApiKeys, Auth, AuthRequest, Authenticator, By, Challenge, Keys, Policy, Principal,
    Refusal, Require,
};
use falcon_core::header::HeaderName;
use falcon_core::{App, Method, Request, Resource, Responders, Response, Result};
use falcon_testing::{TestClient, block_on};
use serde_json::{Value, json};

use crate::{Door, bearer, guarded, jwt, policy, rsa_key, send, token};

/// A token with such scopes.
fn scoped(scope: impl Into<Value>) -> String {
    token(json!({"scope": scope.into()}))
}

fn ruled(rule: Require) -> (TestClient, Door) {
    let door = Door::default();
    let mut app = App::with(Auth::new(jwt()));
    app.add_route("/door", door.clone()).with(rule);
    (TestClient::new(app), door)
}

#[test]
fn g41_a_scope_is_an_element_and_nothing_like_it() {
    let (client, door) = ruled(Require::scope("read"));
    for good in ["read", "write read", "read  write", " read "] {
        bearer(&client, &scoped(good)).assert_status(200);
    }
    door.opened();
    let many: String = (0..500).map(|i| format!("scope{i} ")).collect();
    for bad in [
        "readonly read2",
        "READ",
        "read\twrite",
        "",
        "read:all",
        "read,write",
        &many,
    ] {
        let result = bearer(&client, &scoped(bad));
        result
            .assert_problem(403, "insufficient_scope")
            .assert_header(
                "www-authenticate",
                "Bearer error=\"insufficient_scope\", scope=\"read\"",
            );
    }
    bearer(&client, &token(json!({}))).assert_status(403);
    for bad in [
        json!(["read"]),
        json!(5),
        json!({"read": true}),
        json!(null),
    ] {
        let claims = crate::with(json!({})).to_string();
        let claims = format!("{},\"scope\":{bad}}}", &claims[..claims.len() - 1]);
        bearer(&client, &crate::raw(crate::RS256, claims)).assert_status(401);
    }
    assert_eq!(door.opened(), 0);
    let lists = policy::<Value>(rsa_key())
        .scope_claim("scp")
        .scopes_as_list();
    let mut app = App::with(Auth::new(lists.build().unwrap()));
    app.add_route("/door", door).with(Require::scope("read"));
    let client = TestClient::new(app);
    bearer(&client, &token(json!({"scp": ["write", "read"]}))).assert_status(200);
    bearer(&client, &token(json!({"scp": ["read write"]}))).assert_status(403);
    bearer(&client, &token(json!({"scope": "read"}))).assert_status(403);
}

#[test]
fn roles_stand_where_they_are_looked_for() {
    let build = |path: &str| {
        let jwt = policy::<Value>(rsa_key())
            .roles_claim(path)
            .build()
            .unwrap();
        let mut app = App::with(Auth::new(jwt));
        app.add_route("/door", Door::default())
            .with(Require::any_role(["admin", "owner"]));
        TestClient::new(app)
    };
    let flat = build("roles");
    bearer(&flat, &token(json!({"roles": ["user", "admin"]}))).assert_status(200);
    bearer(&flat, &token(json!({"roles": "owner"}))).assert_status(200);
    let result = bearer(&flat, &token(json!({"roles": ["Admin"]})));
    result
        .assert_problem(403, "forbidden")
        .assert_no_header("www-authenticate");
    bearer(&flat, &token(json!({"roles": [5]}))).assert_status(401);
    let deep = build("realm_access.roles");
    bearer(
        &deep,
        &token(json!({"realm_access": {"roles": ["admin"], "x": 1}})),
    )
    .assert_status(200);
    bearer(&deep, &token(json!({"roles": ["admin"]}))).assert_status(403);
    bearer(&deep, &token(json!({"realm_access": {"x": ["admin"]}}))).assert_status(403);
    bearer(&deep, &token(json!({"realm_access": 5}))).assert_status(401);
}

/// Takes its time.
struct Slowly(bool);

impl Policy for Slowly {
    async fn allows(&self, _caller: &Principal, _req: &Request) -> bool {
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
        self.0
    }
}

#[test]
fn rules_are_put_together() {
    let scope = Require::scope;
    let own = || {
        Require::policy(|caller: &Principal, req: &Request| {
            req.header("x-own") == Some(caller.subject())
        })
    };
    for (rule, scopes, own, expected) in [
        (scope("a").and(scope("b")), "a b", "", 200),
        (scope("a").and(scope("b")), "a", "", 403),
        (scope("a").or(scope("b")), "b", "", 200),
        (scope("a").or(scope("b")), "c", "", 403),
        (Require::all_scopes(["a", "b"]), "b a", "", 200),
        (Require::all_scopes(["a", "b"]), "b", "", 403),
        (Require::any_scope(["a", "b"]), "b", "", 200),
        (Require::authenticated(), "", "", 200),
        (own(), "", "alice", 200),
        (own(), "", "bob", 403),
        (scope("a").and(own()), "a", "alice", 200),
        (scope("a").and(own()), "", "alice", 403),
        (scope("a").and(own()), "a", "bob", 403),
        (scope("a").or(own()), "", "alice", 200),
        (scope("a").or(own()), "", "bob", 403),
        (Require::policy(Slowly(true)), "", "", 200),
        (Require::policy(Slowly(false)), "", "", 403),
        (Require::policy(Slowly(false)).or(scope("a")), "a", "", 200),
        (
            Require::policy(Slowly(false)).or(Require::policy(Slowly(true))),
            "",
            "",
            200,
        ),
        (
            Require::policy(Slowly(true)).and(Require::policy(Slowly(false))),
            "",
            "",
            403,
        ),
        (
            scope("a").or(scope("b")).and(own().or(scope("c"))),
            "b c",
            "",
            200,
        ),
    ] {
        let shown = format!("{rule:?} {scopes} {own}");
        let (client, door) = ruled(rule);
        let token = format!("Bearer {}", scoped(scopes));
        let result = send(
            &client,
            "/door",
            &[("authorization", &token), ("x-own", own)],
        );
        assert_eq!(result.status(), expected, "{shown}");
        assert_eq!(door.opened(), u32::from(expected == 200), "{shown}");
    }
}

#[test]
fn a_scope_is_told_where_having_it_would_do() {
    let (scope, role) = (Require::scope, Require::role);
    for (rule, scopes, expected) in [
        (
            Require::all_scopes(["a", "b"]).and(scope("c").or(scope("d"))),
            "",
            Some("a b c"),
        ),
        (Require::all_scopes(["a", "b"]), "a", Some("b")),
        (role("admin").or(scope("w")), "", Some("w")),
        (scope("a").and(role("admin")), "", None),
        (scope("a").and(role("admin")), "a", None),
        (
            scope("a").and(Require::policy(Slowly(false))),
            "",
            Some("a"),
        ),
        (scope("a").and(Require::policy(Slowly(false))), "a", None),
        (Require::all_scopes::<&str>([]), "a", None),
        (Require::any_scope::<&str>([]), "a", None),
    ] {
        let shown = format!("{rule:?} {scopes}");
        let (client, _) = ruled(rule);
        let result = bearer(&client, &scoped(scopes));
        assert_eq!(result.status(), 403, "{shown}");
        let told = expected.map(|s| format!("Bearer error=\"insufficient_scope\", scope=\"{s}\""));
        assert_eq!(
            result.header("www-authenticate"),
            told.as_deref(),
            "{shown}"
        );
    }
    let keys = Keys::builder()
        .key("abc", Principal::new("ci"))
        .build()
        .unwrap();
    let keys = ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys);
    let mut app = App::with(Auth::new(AnyOf::new((jwt(), By::new(keys)))));
    app.add_route("/door", Door::default());
    let result = send(&TestClient::new(app), "/door", &[("x-api-key", "abd")]);
    // No token was sent, and none is invalid.
    let lines = result.headers().get_all("www-authenticate").iter();
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines, ["Bearer", "ApiKey header=\"x-api-key\""]);
}

#[test]
fn the_nearest_rule_counts_and_head_follows_get() {
    let mut app = App::with(Auth::new(jwt()).default_rule(Require::scope("app")));
    app.add_route("/app", Door::default());
    app.add_route("/route", Door::default())
        .with(Require::scope("route"))
        .with_for(Method::POST, Require::scope("post"));
    app.add_route("/open", Door::default())
        .with(Require::nothing());
    app.add_route("/maybe", Door::default())
        .with(Require::optional());
    let mut group = app.group("/group", ()).with(Require::scope("group"));
    group.add_route("/in", Door::default());
    let client = TestClient::new(app);
    let ask = |method: &str, path: &str, scope: &str| {
        let value = format!("Bearer {}", scoped(scope));
        block_on(
            client
                .request(method, path)
                .header("authorization", &value)
                .send(),
        )
        .status()
        .as_u16()
    };
    for (method, path, scope, expected) in [
        ("GET", "/app", "app", 200),
        ("GET", "/app", "route", 403),
        ("GET", "/route", "route", 200),
        ("HEAD", "/route", "route", 200),
        ("HEAD", "/route", "post", 403),
        ("POST", "/route", "post", 200),
        ("POST", "/route", "route", 403),
        ("GET", "/group/in", "group", 200),
        ("GET", "/group/in", "app", 403),
        ("PATCH", "/app", "route", 403),
        ("PATCH", "/app", "app", 405),
        ("GET", "/nowhere", "", 404),
    ] {
        assert_eq!(
            ask(method, path, scope),
            expected,
            "{method} {path} {scope}"
        );
    }
    send(&client, "/open", &[("authorization", "Bearer x.y.z")]).assert_text("nobody");
    send(&client, "/maybe", &[]).assert_text("nobody");
    let value = format!("Bearer {}", scoped(""));
    send(&client, "/maybe", &[("authorization", &value)]).assert_text("alice");
    send(&client, "/maybe", &[("authorization", "Bearer x.y.z")]).assert_status(401);
    send(&client, "/nowhere", &[]).assert_status(404);
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
fn the_frameworks_own_answer_to_options_asks_nobody() {
    let mut app = App::with(Auth::new(jwt()));
    app.add_route("/door", Door::default());
    app.add_route("/own", Own);
    let client = TestClient::new(app);
    block_on(async {
        client
            .options("/door")
            .send()
            .await
            .assert_header("allow", "GET, HEAD, OPTIONS, POST");
        client.options("/own").send().await.assert_status(401);
    });
}

#[test]
fn a_route_without_a_rule_is_refused_where_rules_are_demanded() {
    let mut app = App::with(Auth::new(jwt()).demand_rules());
    app.add_route("/good", Door::default())
        .with(Require::scope("a"));
    app.add_route("/open", Door::default())
        .with(Require::nothing());
    app.add_route("/half", Door::default())
        .with_for(Method::GET, Require::scope("a"));
    app.add_route("/none", Door::default());
    app.add_sink("/sink", |_: &mut Request, _: &mut Response| {
        std::future::ready(Ok(()))
    });
    let told = app.freeze().unwrap_err().to_string();
    for (path, methods) in [
        ("/half", "POST"),
        ("/none", "GET, HEAD, POST"),
        ("/sink", "any method"),
    ] {
        assert!(
            told.contains(&format!("`{path}` has no rule for {methods}")),
            "{told}"
        );
    }
    assert!(!told.contains("/good") && !told.contains("/open"), "{told}");
}

#[test]
fn h19_several_kinds_of_credentials_are_each_asked_for() {
    let keys = Keys::builder()
        .key("abc", Principal::new("ci"))
        .build()
        .unwrap();
    let keys = ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys);
    let (client, door) = guarded(AnyOf::new((jwt(), keys)));
    bearer(&client, &scoped("")).assert_text("alice");
    send(&client, "/door", &[("x-api-key", "abc")]).assert_text("ci");
    assert_eq!(door.opened(), 2);
    let lines = |headers: &[(&str, &str)]| -> Vec<String> {
        let result = send(&client, "/door", headers);
        assert_eq!(result.status(), 401);
        let lines = result.headers().get_all("www-authenticate").iter();
        lines
            .map(|line| line.to_str().unwrap().to_owned())
            .collect()
    };
    let key = "ApiKey header=\"x-api-key\"";
    assert_eq!(lines(&[]), ["Bearer", key]);
    assert_eq!(lines(&[("authorization", "Negotiate x")]), ["Bearer", key]);
    assert_eq!(
        lines(&[("authorization", "Bearer x.y.z")]),
        ["Bearer error=\"invalid_token\"", key]
    );
    // Credentials that are not good are not made good by others.
    lines(&[("authorization", "Bearer x.y.z"), ("x-api-key", "abc")]);
    assert_eq!(door.opened(), 0);
}

#[test]
fn a_route_may_ask_for_other_credentials() {
    let keys = Keys::builder()
        .key("abc", Principal::new("ci").with_scopes(["a"]))
        .build()
        .unwrap();
    let keys = ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys);
    let mut app = App::with(Auth::new(jwt()));
    app.add_route("/hooks", Door::default())
        .with(By::new(keys))
        .with(Require::scope("a"));
    app.add_route("/door", Door::default());
    let client = TestClient::new(app);
    let key = [("x-api-key", "abc")];
    send(&client, "/hooks", &key).assert_text("ci");
    send(&client, "/door", &key).assert_status(401);
    let result = send(
        &client,
        "/hooks",
        &[("authorization", &format!("Bearer {}", scoped("a")))],
    );
    result
        .assert_status(401)
        .assert_header("www-authenticate", "ApiKey header=\"x-api-key\"");
}

/// Fails in one way or another.
struct Broken(&'static str);

impl Authenticator for Broken {
    async fn authenticate(&self, _req: &Request) -> Result<Option<Principal>, Refusal> {
        match self.0 {
            "panic" => unreachable!("a panic on purpose"),
            "down" => Err(Refusal::unavailable(
                std::time::Duration::from_secs(5),
                "it is down",
            )),
            _ => std::future::pending().await,
        }
    }

    fn challenges(&self) -> Vec<Challenge> {
        vec![Challenge::new("Broken")]
    }
}

#[test]
fn h20_what_fails_lets_nobody_through() {
    for (how, expected) in [("panic", 500), ("down", 503)] {
        let (client, door) = guarded(Broken(how));
        assert_eq!(send(&client, "/door", &[]).status(), expected);
        assert_eq!(door.opened(), 0);
    }
    let door = Door::default();
    let mut app = App::with(Auth::new(Broken("slow")));
    app.add_route("/door", door.clone());
    let request = http::Request::get("/door")
        .body(falcon_core::Body::empty())
        .unwrap();
    let too_late = async { falcon_core::HttpError::service_unavailable() };
    let answer = block_on(app.freeze().unwrap().handle_unless(request, too_late));
    assert_eq!((answer.status().as_u16(), door.opened()), (503, 0));
}

async fn ask(_state: &(), req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text(req.caller()?.subject().to_owned());
    Ok(())
}

async fn read(_state: &(), req: &mut Request, _resp: &mut Response) -> Result {
    req.claims::<u32>()?;
    Ok(())
}

#[test]
fn a_responder_that_asks_where_nobody_had_to_say_it_is_a_500() {
    let mut app = App::with(Auth::new(jwt()));
    app.add_route("/open", Responders::of(()).on_get(ask))
        .with(Require::nothing());
    app.add_route("/door", Responders::of(()).on_get(read));
    let client = TestClient::new(app);
    send(&client, "/open", &[]).assert_status(500);
    bearer(&client, &scoped("")).assert_status(500);
}

#[test]
fn a_group_may_be_guarded_alone() {
    let mut app = App::new();
    app.add_route("/healthz", Door::default());
    app.group("/v1", Auth::new(jwt()))
        .add_route("/door", Door::default());
    let client = TestClient::new(app);
    send(&client, "/healthz", &[]).assert_text("nobody");
    send(&client, "/v1/door", &[]).assert_status(401);
    let value = format!("Bearer {}", scoped(""));
    send(&client, "/v1/door", &[("authorization", &value)]).assert_text("alice");
}

#[test]
fn tokens_of_two_issuers_are_put_together() {
    let other = policy::<Value>(rsa_key()).issuer("https://other.example");
    let third = policy::<Value>(
        falcon_auth::Key::pem(falcon_auth::Algorithm::PS256, &crate::pem("rsa.pub")).unwrap(),
    );
    let strict = falcon_auth::Jwt::<Value>::builder()
        .key(rsa_key())
        .issuer("https://third.example")
        .any_audience();
    let strict = strict.build().unwrap();
    let all = AnyOf::new((strict, third.build().unwrap(), other.build().unwrap()));
    let (client, door) = guarded(all);
    bearer(&client, &scoped("")).assert_text("alice");
    bearer(&client, &token(json!({"iss": "https://other.example"}))).assert_text("alice");
    assert_eq!(door.opened(), 2);
    let result = bearer(&client, &token(json!({"iss": "https://evil.example"})));
    let lines = result.headers().get_all("www-authenticate").iter().count();
    assert_eq!(
        (result.status().as_u16(), lines, door.opened()),
        (401, 1, 0)
    );
}

#[test]
fn what_is_said_further_out_does_not_count_inside() {
    let keys = Keys::builder()
        .key("abc", Principal::new("ci"))
        .build()
        .unwrap();
    let keys = ApiKeys::in_header(HeaderName::from_static("x-api-key"), keys);
    let mut app = App::new();
    let mut site = app
        .group("/site", ())
        .with(Require::nothing())
        .with(By::new(keys));
    let auth = Auth::new(jwt()).default_rule(Require::scope("admin"));
    site.group("/admin", auth)
        .add_route("/door", Door::default());
    let client = TestClient::new(app);
    let ask =
        |headers: &[(&str, &str)]| send(&client, "/site/admin/door", headers).status().as_u16();
    let with = |scope: &str| format!("Bearer {}", scoped(scope));
    assert_eq!(ask(&[]), 401);
    assert_eq!(ask(&[("x-api-key", "abc")]), 401);
    assert_eq!(ask(&[("authorization", &with("user"))]), 403);
    assert_eq!(ask(&[("authorization", &with("admin"))]), 200);
}

#[test]
fn a_group_may_say_more_than_its_guard() {
    let mut app = App::new();
    let mut group = app
        .group("/v1", Auth::new(jwt()).demand_rules())
        .with(Require::scope("group"));
    group.add_route("/door", Door::default());
    group
        .add_route("/own", Door::default())
        .with(Require::scope("own"));
    let client = TestClient::new(app);
    let ask = |path: &str, scope: &str| {
        send(
            &client,
            path,
            &[("authorization", &format!("Bearer {}", scoped(scope)))],
        )
        .status()
        .as_u16()
    };
    assert_eq!(
        (ask("/v1/door", "group"), ask("/v1/door", "own")),
        (200, 403)
    );
    assert_eq!((ask("/v1/own", "own"), ask("/v1/own", "group")), (200, 403));
}

#[test]
fn what_is_no_rule_is_refused_as_one() {
    let ways: [fn(&mut App); 4] = [
        |app| {
            app.add_route("/door", Door::default())
                .with(Some(Require::scope("a")));
        },
        |app| {
            app.add_route("/door", Door::default())
                .with(std::sync::Arc::new(Require::scope("a")));
        },
        |app| {
            app.add_route("/door", Door::default())
                .with(Require::authenticated);
        },
        |app| {
            app.add_route("/door", Door::default())
                .with((Require::scope("a"),));
        },
    ];
    for add in ways {
        let mut app = App::with(Auth::new(jwt()));
        add(&mut app);
        let told = app.freeze().unwrap_err().to_string();
        assert!(
            told.contains("`/door` was given") && told.contains("is no rule"),
            "{told}"
        );
    }
}

/// Makes a DELETE of what says it is one.
struct Tunnel;

impl falcon_core::Middleware for Tunnel {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if req.header("x-method") == Some("POST") {
            req.set_method(Method::POST);
        }
        Ok(())
    }
}

#[test]
fn a_method_that_a_group_changes_is_not_the_one_that_was_let_through() {
    let mut app = App::with(Auth::new(jwt()));
    app.group("/v1", Tunnel)
        .add_route("/door", Door::default())
        .with(Require::nothing())
        .with_for(Method::POST, Require::scope("admin"));
    let client = TestClient::new(app);
    // It is still a GET, for the responder too.
    let result = send(&client, "/v1/door", &[("x-method", "POST")]);
    result.assert_status(200);
    assert_eq!(block_on(client.post("/v1/door").send()).status(), 401);
}
