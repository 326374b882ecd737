//! Conditional requests and ranges: what the framework decides when a resource tells its state.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use falcon_core::header::{ETag, Validators};
use falcon_core::{
    App, Body, Method, Middleware, PreconditionRequired, Request, Resource, Response, Result,
};
use falcon_testing::{TestClient, TestRequest, TestResult};

use crate::{Text, block_on};

const DATE: &str = "Thu, 04 Mar 2021 05:06:07 GMT";
const BEFORE: &str = "Thu, 04 Mar 2021 05:06:06 GMT";
const AFTER: &str = "Thu, 04 Mar 2021 05:06:08 GMT";

fn date() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_614_834_367)
}

/// A document that counts what is written to it, and tells its state beforehand.
#[derive(Default)]
struct Document {
    writes: AtomicU32,
    reads: AtomicU32,
}

impl Resource for Document {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        self.reads.fetch_add(1, Ordering::Relaxed);
        resp.set_text("text").set_etag(&ETag::strong("v7")?);
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let writes = self.writes.fetch_add(1, Ordering::Relaxed) + 1;
        resp.set_text(writes.to_string());
        Ok(())
    }

    async fn validators(&self, req: &Request) -> Result<Validators> {
        if req.path() == "/absent" {
            return Ok(Validators::absent());
        }
        Ok(Validators::new()
            .etag(ETag::strong("v7")?)
            .last_modified(date()))
    }
}

/// A document that tells its state with its answer alone.
struct Plain;

impl Resource for Plain {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("0123456789")
            .set_etag(&ETag::strong("v7")?)
            .set_last_modified(date())
            .set_cache_control(["max-age=60"])?
            .accept_ranges();
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::new();
    app.add_route("/document", Document::default())
        .before_on(Method::PATCH, PreconditionRequired);
    app.add_route("/absent", Document::default());
    app.add_route("/guarded", Document::default())
        .before(PreconditionRequired);
    app.add_route("/plain", Plain);
    TestClient::new(app)
}

fn send(request: TestRequest, headers: &[(&str, &str)]) -> TestResult {
    let with = |request: TestRequest, (name, value): &(&str, &str)| request.header(name, value);
    block_on(headers.iter().fold(request, with).send())
}

#[test]
fn a_read_is_decided_in_the_order_of_rfc_9110() {
    for (headers, status) in [
        (&[("if-none-match", "\"v7\"")][..], 304),
        (&[("if-none-match", "W/\"v7\"")], 304),
        (&[("if-none-match", "*")], 304),
        (&[("if-none-match", "\"x\"")], 200),
        (
            &[("if-none-match", "\"x\""), ("if-modified-since", AFTER)],
            200,
        ),
        (
            &[("if-none-match", "\"v7\""), ("if-modified-since", BEFORE)],
            304,
        ),
        (&[("if-modified-since", DATE)], 304),
        (&[("if-modified-since", BEFORE)], 200),
        (&[("if-modified-since", "junk")], 200),
        (&[("if-none-match", "junk")], 200),
        (&[("if-match", "\"v7\"")], 200),
        (&[("if-match", "W/\"v7\"")], 412),
        (&[("if-match", "*")], 200),
        (&[("if-match", "\"x\"")], 412),
        (&[("if-unmodified-since", BEFORE)], 412),
        (&[("if-unmodified-since", DATE)], 200),
        (
            &[("if-match", "\"v7\""), ("if-unmodified-since", BEFORE)],
            200,
        ),
        (&[("if-match", "\"x\""), ("if-none-match", "\"v7\"")], 412),
    ] {
        let result = send(client().get("/plain"), headers);
        assert_eq!(result.status(), status, "{headers:?}");
        let head = send(client().head("/plain"), headers);
        assert_eq!(head.status(), status, "HEAD {headers:?}");
        assert_eq!(result.header("content-type").is_some(), status != 304);
        if status == 304 {
            result
                .assert_header("etag", "\"v7\"")
                .assert_header("cache-control", "max-age=60");
            result.assert_text("");
        }
    }
}

#[test]
fn a_write_is_refused_before_the_responder_runs() {
    for (headers, status) in [
        (&[("if-match", "\"v7\"")][..], 200),
        (&[("if-match", "\"v6\", \"v7\"")], 200),
        (&[("if-match", "\"v6\"")], 412),
        (&[("if-match", "W/\"v7\"")], 412),
        (&[("if-match", "*")], 200),
        (&[("if-unmodified-since", BEFORE)], 412),
        (&[("if-unmodified-since", DATE)], 200),
        (&[("if-none-match", "*")], 412),
        (&[("if-none-match", "\"v7\"")], 412),
        (&[("if-none-match", "\"x\"")], 200),
        (&[("if-match", "junk")], 400),
        (&[], 200),
    ] {
        let client = client();
        let result = send(client.put("/document"), headers);
        assert_eq!(result.status(), status, "{headers:?}");
        let writes = if status == 200 { "2" } else { "1" };
        send(client.put("/document"), &[]).assert_text(writes);
    }
}

#[test]
fn what_is_not_there_can_be_made_and_not_changed() {
    for (headers, status) in [
        (("if-none-match", "*"), 200),
        (("if-match", "*"), 412),
        (("if-match", "\"v7\""), 412),
    ] {
        assert_eq!(
            send(client().put("/absent"), &[headers]).status(),
            status,
            "{headers:?}"
        );
    }
}

#[test]
fn a_read_that_the_client_has_already_is_answered_without_its_responder() {
    let document = std::sync::Arc::new(Document::default());
    let mut app = App::new();
    app.add_route("/", std::sync::Arc::clone(&document));
    let client = TestClient::new(app);
    let result = send(client.get("/"), &[("if-none-match", "\"v7\"")]);
    result
        .assert_status(304)
        .assert_header("etag", "\"v7\"")
        .assert_header("last-modified", DATE);
    assert_eq!(document.reads.load(Ordering::Relaxed), 0);
}

#[test]
fn a_precondition_can_be_demanded() {
    let put = |headers: &[(&str, &str)]| send(client().put("/guarded"), headers);
    put(&[]).assert_problem(428, "precondition_required");
    put(&[("if-match", "\"v7\"")]).assert_status(200);
    put(&[("if-match", "\"x\"")]).assert_problem(412, "precondition_failed");
    send(client().get("/guarded"), &[]).assert_status(200);
}

#[test]
fn a_responder_may_decide_for_itself() {
    struct Own;
    impl Resource for Own {
        async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
            let now = Validators::new().etag(ETag::strong("v7")?);
            req.check_preconditions(&now)?;
            resp.set_text("written");
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Own);
    let client = TestClient::new(app);
    send(client.put("/"), &[("if-match", "\"x\"")]).assert_problem(412, "precondition_failed");
    send(client.put("/"), &[("if-match", "\"v7\"")]).assert_text("written");
}

#[test]
fn a_tag_that_middleware_sets_counts_too() {
    struct Tagging;
    impl Middleware for Tagging {
        async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_etag(&ETag::strong("late")?);
            Ok(())
        }
    }
    let mut app = App::with(Tagging);
    app.add_route("/", Text("text"));
    let client = TestClient::new(app);
    send(client.get("/"), &[("if-none-match", "\"late\"")])
        .assert_status(304)
        .assert_text("");
    send(client.get("/"), &[("if-match", "\"x\"")]).assert_problem(412, "precondition_failed");
}

#[test]
fn a_part_is_sent_only_of_the_version_that_the_client_has() {
    for (if_range, status) in [
        ("\"v7\"", 206),
        ("W/\"v7\"", 200),
        ("\"x\"", 200),
        (DATE, 206),
        (AFTER, 200),
        ("x", 200),
    ] {
        let headers = [("range", "bytes=2-3"), ("if-range", if_range)];
        let result = send(client().get("/plain"), &headers);
        assert_eq!(result.status(), status, "{if_range}");
        assert_eq!(
            result.text(),
            if status == 206 { "23" } else { "0123456789" }
        );
    }
    let known = [("range", "bytes=2-3"), ("if-none-match", "\"v7\"")];
    send(client().get("/plain"), &known).assert_status(304);
}

#[test]
fn a_range_that_cannot_be_had_is_a_problem_with_the_length() {
    let result = send(client().get("/plain"), &[("range", "bytes=10-")]);
    result
        .assert_problem(416, "range_not_satisfiable")
        .assert_header("content-range", "bytes */10")
        .assert_no_header("etag");
}

#[test]
fn only_the_parts_that_are_asked_for_are_read() {
    struct Parts;
    impl Resource for Parts {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            let body = Body::seekable(1 << 40, |part| {
                assert!(
                    part.end - part.start < 100,
                    "{part:?} is more than was asked for"
                );
                Body::from(format!("[{}..{}]", part.start, part.end))
            });
            resp.accept_ranges().set_body(body);
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Parts);
    let client = TestClient::new(app);
    let result = send(client.get("/"), &[("range", "bytes=1000-1009")]);
    result.assert_status(206).assert_text("[1000..1010]");
    let result = send(client.get("/"), &[("range", "bytes=0-1,-2")]);
    result.assert_status(206);
    assert!(
        result.text().contains("[0..2]")
            && result.text().contains("[1099511627774..1099511627776]")
    );
}

#[test]
fn ranges_are_passed_over_where_the_response_does_not_offer_them() {
    let mut app = App::new();
    app.add_route("/", Text("0123456789"));
    let result = send(TestClient::new(app).get("/"), &[("range", "bytes=0-1")]);
    result.assert_status(200).assert_text("0123456789");
}
