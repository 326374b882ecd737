//! Three small extensions, written with the public API alone: whatever changes in the contract is
//! tried against them first.

mod cors;
mod jwt;
mod rate_limit;

use falcon_core::{
    App, BoxMiddleware, Hook, HttpError, Middleware, Request, Resource, Response, Result,
};
use falcon_testing::TestClient;
use http::Method;

use self::cors::{Cors, NoCors};
use self::jwt::{AuthRequest, Bearer, Public, Scopes};
use self::rate_limit::RateLimit;
use crate::{Text, block_on};

struct Notes;

impl Resource for Notes {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("notes");
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let who = req.principal()?;
        resp.set_text(format!("by {}", who.subject));
        Ok(())
    }
}

struct Weekday(bool);

impl Hook for Weekday {
    async fn run(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        if self.0 {
            Ok(())
        } else {
            Err(HttpError::service_unavailable().into())
        }
    }
}

struct Nothing;

impl Middleware for Nothing {}

/// An app is one plain type, whatever is in it.
fn create_app(cors: Option<Cors>, limit: RateLimit, more: Vec<BoxMiddleware>) -> App {
    let mut app = App::with((cors, limit, Bearer::new("sesame"), more));
    app.add_route("/notes", Notes)
        .with(Public)
        .with_for(Method::POST, Scopes(&["write"]))
        .before(Weekday(true));
    app.add_route("/private", Notes).with(Scopes(&["read"]));
    app.add_route("/quiet", Notes).with(Public).with(NoCors);
    let mut admin = app
        .group("/admin", (RateLimit::new(100), Nothing))
        .with(Scopes(&["admin"]));
    admin.add_route("/stats", Text("stats"));
    app.add_sink("/sink", async |_: &mut Request, resp: &mut Response| {
        resp.set_text("sink");
        Ok(())
    })
    .with(Scopes(&["read"]));
    app
}

fn client() -> TestClient {
    let cors = Cors::allow(&["https://app.example"]).unwrap();
    TestClient::new(create_app(
        Some(cors),
        RateLimit::new(1000),
        vec![BoxMiddleware::new(Nothing)],
    ))
}

const ORIGIN: &str = "https://app.example";

#[test]
fn a_preflight_is_answered_before_authentication_with_the_routes_methods() {
    block_on(async {
        let preflight = |path: &'static str| async move {
            let request = client().options(path).header("origin", ORIGIN);
            request
                .header("access-control-request-method", "POST")
                .send()
                .await
        };
        for path in ["/notes", "/private"] {
            let result = preflight(path).await;
            result
                .assert_status(204)
                .assert_header("access-control-allow-methods", "GET, HEAD, POST");
            result
                .assert_header("access-control-allow-origin", ORIGIN)
                .assert_header("vary", "origin");
        }
        preflight("/admin/stats")
            .await
            .assert_header("access-control-allow-methods", "GET, HEAD");
        preflight("/sink/x")
            .await
            .assert_header("access-control-allow-methods", "POST");
        preflight("/quiet")
            .await
            .assert_no_header("access-control-allow-methods");
    });
}

#[test]
fn errors_carry_the_cors_headers_too() {
    block_on(async {
        for (path, status) in [("/nothing", 404), ("/private", 401)] {
            let result = client().get(path).header("origin", ORIGIN).send().await;
            result
                .assert_status(status)
                .assert_header("access-control-allow-origin", ORIGIN);
        }
        let foreign = client()
            .get("/notes")
            .header("origin", "https://evil.example")
            .send()
            .await;
        foreign
            .assert_status(200)
            .assert_no_header("access-control-allow-origin")
            .assert_header("vary", "origin");
    });
}

#[test]
fn scopes_are_demanded_per_method_group_and_sink() {
    block_on(async {
        let client = client();
        client.get("/notes").send().await.assert_status(200);
        client
            .post("/notes")
            .send()
            .await
            .assert_status(401)
            .assert_header("www-authenticate", "Bearer");
        for (scope, method, path, status) in [
            ("read", "POST", "/notes", 403),
            ("write", "POST", "/notes", 200),
            ("read", "GET", "/private", 200),
            ("write", "HEAD", "/private", 403),
            ("admin", "GET", "/admin/stats", 200),
            ("read", "GET", "/admin/stats", 403),
            ("read", "PUT", "/sink/x", 200),
            ("write", "PUT", "/sink/x", 403),
            ("nothing", "OPTIONS", "/private", 204),
        ] {
            let request = client
                .request(method, path)
                .header("authorization", format!("Bearer sesame ada {scope}"));
            let result = request.send().await;
            assert_eq!(result.status(), status, "{method} {path} with {scope}");
            if path == "/notes" && status == 200 {
                result.assert_text("by ada");
            }
        }
        client.delete("/private").send().await.assert_status(401);
    });
}

#[test]
fn a_route_without_a_rule_does_not_freeze() {
    let mut app = App::with(Bearer::new("sesame"));
    app.add_route("/notes", Notes).with_for(Method::GET, Public);
    app.add_sink("/sink", async |_: &mut Request, _: &mut Response| Ok(()));
    let errors = app.freeze().unwrap_err().to_string();
    assert!(
        errors.contains("POST /notes has neither Scopes nor Public"),
        "{errors}"
    );
    assert!(
        errors.contains("every other method of /sink has neither Scopes nor Public"),
        "{errors}"
    );
}

#[test]
fn the_limit_counts_what_is_in_flight_and_what_is_left() {
    block_on(async {
        let limit = RateLimit::new(2);
        let in_flight = limit.in_flight();
        let client = TestClient::new(create_app(None, limit, Vec::new()));
        client
            .get("/notes")
            .send()
            .await
            .assert_status(200)
            .assert_header("ratelimit-remaining", "1");
        let open = client
            .service()
            .handle(http::Request::get("/notes").body(String::new()).unwrap())
            .await;
        assert_eq!(in_flight(), 1);
        drop(open);
        assert_eq!(in_flight(), 0);
        let result = client.get("/notes").send().await;
        result
            .assert_problem(429, "too_many_requests")
            .assert_header("retry-after", "1");
        result.assert_header("ratelimit-remaining", "0");
    });
}
