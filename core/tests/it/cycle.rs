//! The order of the phases, and every way to leave it early.

use falcon_core::{
    App, Body, BoxMiddleware, HttpError, Middleware, Request, Resource, Response, Result,
};
use falcon_testing::TestClient;
use http_body_util::BodyExt;

use crate::{Log, Noting, Text, block_on};

fn two(log: &Log) -> (Noting, Noting) {
    (Noting("a", log.clone()), Noting("b", log.clone()))
}

fn client<M: Middleware>(middleware: M) -> TestClient {
    let mut app = App::with(middleware);
    app.add_route("/", Text("hello"));
    TestClient::new(app)
}

const WHOLE: [&str; 6] = [
    "a request",
    "b request",
    "a resource",
    "b resource",
    "b response true",
    "a response true",
];

#[test]
fn phases_run_in_order_and_responses_in_reverse() {
    block_on(async {
        let log = Log::default();
        client(two(&log)).get("/").send().await.assert_text("hello");
        assert_eq!(log.take(), WHOLE);

        let (a, b) = two(&log);
        let boxed = vec![BoxMiddleware::new(a), BoxMiddleware::new(Some(b))];
        client((boxed, None::<Noting>))
            .get("/")
            .send()
            .await
            .assert_text("hello");
        assert_eq!(log.take(), WHOLE);
    });
}

#[test]
fn without_a_route_there_is_no_resource_phase() {
    block_on(async {
        let log = Log::default();
        let client = client(two(&log));
        client.get("/nothing").send().await.assert_status(404);
        assert_eq!(
            log.take(),
            [
                "a request",
                "b request",
                "b response false",
                "a response false"
            ]
        );
        client.delete("/").send().await.assert_status(405);
        assert_eq!(log.take().len(), 6);
    });
}

#[test]
fn the_automatic_options_reaches_no_resource() {
    block_on(async {
        let log = Log::default();
        client(two(&log))
            .options("/")
            .send()
            .await
            .assert_status(204);
        assert_eq!(
            log.take(),
            [
                "a request",
                "b request",
                "b response true",
                "a response true"
            ]
        );
    });
}

struct Ends;

impl Middleware for Ends {
    async fn process_request(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("early").complete();
        Ok(())
    }
}

struct Refuses;

impl Middleware for Refuses {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::forbidden().into())
    }
}

#[test]
fn a_completed_response_skips_all_but_the_response_phase() {
    block_on(async {
        let log = Log::default();
        let (a, b) = two(&log);
        client((a, Ends, b))
            .get("/nothing")
            .send()
            .await
            .assert_status(200)
            .assert_text("early");
        assert_eq!(
            log.take(),
            ["a request", "b response true", "a response true"]
        );
    });
}

#[test]
fn an_error_skips_all_but_the_response_phase() {
    block_on(async {
        let log = Log::default();
        let (a, b) = two(&log);
        client((a, Refuses, b))
            .get("/")
            .send()
            .await
            .assert_problem(403, "forbidden");
        assert_eq!(
            log.take(),
            ["a request", "b response false", "a response false"]
        );
    });
}

struct FailsLate;

impl Middleware for FailsLate {
    async fn process_response(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err("no".parse::<u8>().unwrap_err().into())
    }
}

#[test]
fn a_failing_response_phase_does_not_stop_the_others() {
    block_on(async {
        let log = Log::default();
        let (a, b) = two(&log);
        let result = client((a, FailsLate, b)).get("/").send().await;
        result.assert_problem(500, "internal_server_error");
        assert_eq!(
            log.take().split_off(4),
            ["b response true", "a response false"]
        );
    });
}

struct Rewrites;

impl Middleware for Rewrites {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if req.path() == "/old" {
            req.set_uri("/".parse()?);
        }
        if let Some(method) = req.header("x-http-method-override") {
            req.set_method(method.parse()?);
        }
        Ok(())
    }
}

#[test]
fn the_request_phase_may_change_target_and_method() {
    block_on(async {
        let client = client(Rewrites);
        client.get("/old").send().await.assert_text("hello");
        let overridden = client
            .head("/")
            .header("x-http-method-override", "GET")
            .send()
            .await;
        overridden
            .assert_text("")
            .assert_header("content-length", "5");
    });
}

struct Peeks(Log);

impl Middleware for Peeks {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        assert!(req.route().is_none());
        self.0
            .add(req.peek_route().map_or("none", |route| route.template()));
        Ok(())
    }
}

#[test]
fn a_route_can_be_seen_before_it_is_taken() {
    block_on(async {
        let log = Log::default();
        let client = client(Peeks(log.clone()));
        client.get("/").send().await.assert_status(200);
        client
            .get("/%zz")
            .send()
            .await
            .assert_problem(400, "invalid_path");
        client.get("/x").send().await.assert_status(404);
        assert_eq!(log.take(), ["/", "none", "none"]);
    });
}

struct Lives(&'static str, Log);

impl Middleware for Lives {
    async fn startup(&self, app: &falcon_core::AppInfo<'_>) -> Result {
        self.1
            .add(format!("{} up, {} routes", self.0, app.routes().count()));
        Ok(())
    }

    async fn shutdown(&self, _app: &falcon_core::AppInfo<'_>) -> Result {
        self.1.add(format!("{} down", self.0));
        Ok(())
    }
}

#[test]
fn start_up_runs_in_order_and_shut_down_in_reverse() {
    block_on(async {
        let log = Log::default();
        let mut app = App::with((Lives("a", log.clone()), Lives("b", log.clone())));
        app.add_route("/", Text(""));
        let mut group = app.group("/g", Lives("g", log.clone()));
        group.add_route("/1", Text(""));
        let service = app.freeze().unwrap();
        service.startup().await.unwrap();
        service.shutdown().await.unwrap();
        let expected = [
            "a up, 2 routes",
            "b up, 2 routes",
            "g up, 1 routes",
            "g down",
            "b down",
            "a down",
        ];
        assert_eq!(log.take(), expected);
    });
}

/// Never answers, and tells when it is dropped.
struct Stuck(Log);

struct Dropped(Log);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add("dropped");
    }
}

impl Resource for Stuck {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let _dropped = Dropped(self.0.clone());
        resp.set_text("half");
        std::future::pending::<()>().await;
        Ok(())
    }
}

#[test]
fn a_request_that_is_given_up_is_answered_as_one_that_failed() {
    block_on(async {
        let log = Log::default();
        let mut app = App::with(two(&log));
        app.add_route("/stuck", Stuck(log.clone()));
        app.add_route("/", Text("hello"));
        let service = app.freeze().unwrap();
        let too_late = || async { HttpError::service_unavailable().detail("Too late.") };
        let get = |path| http::Request::get(path).body(Body::empty()).unwrap();

        let answer = service.handle_unless(get("/stuck"), too_late()).await;
        assert_eq!(answer.status(), 503);
        let expected = ["dropped", "b response false", "a response false"];
        assert_eq!(log.take()[4..], expected);
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert!(String::from_utf8_lossy(&body).contains("Too late."));

        // What is there at once is not given up.
        let answer = service.handle_unless(get("/"), too_late()).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(log.take(), WHOLE);

        let mut bare = App::new();
        bare.add_route("/stuck", Stuck(log.clone()));
        let bare = bare.freeze().unwrap();
        let answer = bare.handle_unless(get("/stuck"), too_late()).await;
        assert_eq!(answer.status(), 503);
    });
}
