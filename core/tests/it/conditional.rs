//! Conditional requests and ranges: what the framework decides when a resource tells its state.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use falcon_core::header::{self, ETag, HeaderValue, Validators};
use falcon_core::{
    App, Body, Hook, Method, Middleware, PreconditionRequired, Request, Resource, Responders,
    Response, Result,
};
use falcon_testing::{TestClient, TestRequest, TestResult};

use crate::{Log, Text, block_on};

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
        (
            &[("if-none-match", "*, \"x\""), ("if-modified-since", AFTER)],
            200,
        ),
        (
            &[("if-match", "junk"), ("if-unmodified-since", BEFORE)],
            200,
        ),
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
fn a_read_of_what_is_not_there_is_for_the_responder_to_answer() {
    let read = send(client().get("/absent"), &[("if-match", "*")]);
    read.assert_status(200);
}

#[test]
fn what_a_304_repeats_adds_up_as_in_a_200() {
    struct Varies;
    impl Resource for Varies {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.add_vary(&header::ORIGIN).set_text("text");
            Ok(())
        }

        async fn validators(&self, _req: &Request) -> Result<Validators> {
            let vary = HeaderValue::from_static;
            Ok(Validators::new()
                .etag(ETag::strong("v7")?)
                .header(header::VARY, vary("Accept"))
                .header(header::VARY, vary("Accept-Language")))
        }
    }
    let mut app = App::new();
    app.add_route("/", Varies);
    let client = TestClient::new(app);
    let vary = |headers: &[(&str, &str)]| {
        let result = send(client.get("/"), headers);
        let lines = result.headers().get_all("vary").iter();
        let mut names: Vec<_> = lines.map(|v| v.to_str().unwrap().to_lowercase()).collect();
        names.sort();
        names
    };
    assert_eq!(
        vary(&[("if-none-match", "\"v7\"")]),
        ["accept", "accept-language"]
    );
    assert_eq!(vary(&[]), ["accept", "accept-language", "origin"]);
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
fn what_a_resource_tells_stands_in_its_answers() {
    struct Told;
    impl Resource for Told {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("0123456789").accept_ranges();
            Ok(())
        }

        async fn on_post(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("made");
            Ok(())
        }

        async fn on_query(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("found").set_etag(&ETag::strong("own")?);
            Ok(())
        }

        async fn on_options(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("options");
            Ok(())
        }

        async fn validators(&self, _req: &Request) -> Result<Validators> {
            let kept = HeaderValue::from_static("max-age=60");
            Ok(Validators::new()
                .etag(ETag::strong("v7")?)
                .header(header::CACHE_CONTROL, kept))
        }
    }
    let mut app = App::new();
    app.add_route("/", Told);
    let client = TestClient::new(app);
    let known = [("if-none-match", "\"v7\"")];
    for headers in [&[][..], &known] {
        let result = send(client.get("/"), headers);
        result
            .assert_status(if headers.is_empty() { 200 } else { 304 })
            .assert_header("etag", "\"v7\"")
            .assert_header("cache-control", "max-age=60");
    }
    let part = [("range", "bytes=0-1"), ("if-range", "\"v7\"")];
    send(client.get("/"), &part).assert_status(206);
    send(client.post("/"), &[]).assert_no_header("etag");
    // QUERY reads, too; OPTIONS knows no conditions.
    let query = |headers| send(client.request(Method::QUERY, "/"), headers);
    query(&[]).assert_header("etag", "\"own\"");
    query(&known).assert_status(304);
    let options = client.request(Method::OPTIONS, "/");
    send(options, &[("if-none-match", "*")]).assert_text("options");
}

#[test]
fn responders_can_tell_their_state_too() {
    struct Thing;
    impl Thing {
        async fn get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("text");
            Ok(())
        }

        async fn state(&self, _req: &Request) -> Result<Validators> {
            Ok(Validators::new().etag(ETag::strong("v7")?))
        }
    }
    let mut app = App::new();
    let thing = Responders::of(Thing).on_get(Thing::get);
    let thing = thing.on_request(Thing::get).validators(Thing::state);
    app.add_route("/", thing)
        .before_on(Method::PATCH, PreconditionRequired);
    let client = TestClient::new(app);
    send(client.get("/"), &[]).assert_header("etag", "\"v7\"");
    send(client.get("/"), &[("if-none-match", "\"v7\"")]).assert_status(304);
    send(client.put("/"), &[("if-match", "\"x\"")]).assert_status(412);
    send(client.put("/"), &[("if-match", "\"v7\"")]).assert_text("text");
    send(client.patch("/"), &[]).assert_status(428);
}

#[test]
fn middleware_of_a_group_sees_the_304() {
    let log = Log::default();
    let mut app = App::new();
    app.group("/g", Status(log.clone()))
        .add_route("/plain", Plain);
    let client = TestClient::new(app);
    send(client.get("/g/plain"), &[("if-none-match", "\"v7\"")]).assert_status(304);
    assert_eq!(log.take(), ["304"]);
}

/// Notes the status that it sees in the end.
struct Status(Log);

impl Middleware for Status {
    async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
        self.0.add(resp.status().as_u16().to_string());
        Ok(())
    }
}

#[test]
fn a_demanded_condition_must_be_one_that_can_be_decided() {
    struct Tagged;
    impl Resource for Tagged {
        async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("written");
            Ok(())
        }

        async fn validators(&self, _req: &Request) -> Result<Validators> {
            Ok(Validators::new().etag(ETag::strong("v7")?))
        }
    }
    let mut app = App::new();
    app.add_route("/", Tagged).before(PreconditionRequired);
    let client = TestClient::new(app);
    for (name, value) in [
        ("if-unmodified-since", "junk"),
        ("if-unmodified-since", AFTER),
        ("if-modified-since", AFTER),
        ("if-match", "*"),
        ("if-none-match", "\"made-up\""),
    ] {
        let result = send(client.put("/"), &[(name, value)]);
        result.assert_problem(428, "precondition_required");
    }
    send(client.put("/"), &[("if-match", "\"v7\"")]).assert_text("written");

    let mut app = App::new();
    app.add_route("/", Text("")).before(PreconditionRequired);
    let errors = app.freeze().unwrap_err().to_string();
    assert!(
        errors.contains("Text tells no state to decide them by"),
        "{errors}"
    );
}

#[test]
fn a_hook_that_hands_on_a_demand_finds_it_refused_where_nothing_decides_it() {
    async fn hands_on(req: &mut Request, resp: &mut Response) -> Result {
        PreconditionRequired.run(req, resp).await
    }
    struct Silent;
    impl Resource for Silent {
        async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("written");
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Silent).before(hands_on);
    let client = TestClient::new(app);
    send(client.put("/"), &[("if-match", "\"v7\"")]).assert_status(428);
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
        // The response has a tag, which a client has to send.
        (DATE, 200),
        (AFTER, 200),
        ("x", 200),
        ("\"caf\u{e9}\"", 200),
        ("", 200),
    ] {
        let headers = [("range", "bytes=2-3"), ("if-range", if_range)];
        let result = send(client().get("/plain"), &headers);
        assert_eq!(result.status(), status, "{if_range}");
        assert_eq!(
            result.text(),
            if status == 206 { "23" } else { "0123456789" }
        );
    }
    let twice = [
        ("range", "bytes=2-3"),
        ("if-range", "\"v7\""),
        ("if-range", "\"x\""),
    ];
    send(client().get("/plain"), &twice).assert_status(200);
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
                // So that each part is as long as it says.
                let length = usize::try_from(part.end - part.start).unwrap();
                Body::from(format!("{:.<length$}", part.start % 100))
            });
            resp.accept_ranges().set_body(body);
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Parts);
    let client = TestClient::new(app);
    let result = send(client.get("/"), &[("range", "bytes=1000-1009")]);
    result.assert_status(206).assert_text("0.........");
    let result = send(client.get("/"), &[("range", "bytes=0-1,-2")]);
    result.assert_status(206);
    let text = result.text();
    assert!(text.contains("bytes 0-1/1099511627776\r\n\r\n0.\r\n"));
    assert!(text.contains("bytes 1099511627774-1099511627775/1099511627776\r\n\r\n74\r\n"));
}

#[test]
fn a_part_of_the_wrong_length_is_not_sent_as_if_it_were_right() {
    struct Wrong(usize);
    impl Resource for Wrong {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            let length = self.0;
            let body = Body::seekable(100, move |_part| Body::from("x".repeat(length)));
            resp.accept_ranges().set_body(body);
            Ok(())
        }
    }
    for length in [0, 5, 12, 100] {
        let mut app = App::new();
        app.add_route("/", Wrong(length));
        let service = app.freeze().unwrap();
        for (range, want) in [("bytes=0-9", 10), ("bytes=90-", 10), ("items=0-9", 100)] {
            let request = http::Request::get("/").header("range", range);
            let response = block_on(service.handle(request.body(String::new()).unwrap()));
            let read = block_on(Body::new(response.into_body()).read(1000));
            assert_eq!(read.is_ok(), length == want, "{length} {range}");
        }
    }
}

#[test]
fn ranges_are_passed_over_where_the_response_does_not_offer_them() {
    let mut app = App::new();
    app.add_route("/", Text("0123456789"));
    let result = send(TestClient::new(app).get("/"), &[("range", "bytes=0-1")]);
    result.assert_status(200).assert_text("0123456789");
}
