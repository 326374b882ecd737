//! A panic anywhere in user code becomes a 500, and what must run still runs.

use falcon_core::routing::converter::Converter;
use falcon_core::{App, Body, HttpError, Middleware, Panic, Request, Resource, Response, Result};
use falcon_testing::TestClient;
use futures_util::stream;

use crate::{Log, Noting, Text, block_on};

struct Panics;

impl Resource for Panics {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        panic!("a secret")
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        std::panic::panic_any(7)
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let chunks = (0..3).map(|i| {
            if i == 2 {
                panic!("in the body")
            } else {
                Ok::<_, std::io::Error>("x")
            }
        });
        resp.set_body(Body::stream(stream::iter(chunks)));
        Ok(())
    }
}

async fn panicking_hook(_req: &mut Request, _resp: &mut Response) -> Result {
    panic!("in a hook")
}

struct PanickingConverter;

impl Converter for PanickingConverter {
    type Value = ();

    fn convert(&self, _text: &str) -> Option<()> {
        panic!("in a converter")
    }
}

fn quiet() {
    std::panic::set_hook(Box::new(|_| {}));
}

#[test]
fn a_panic_in_what_makes_a_part_becomes_a_500() {
    struct Parts;
    impl Resource for Parts {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            let body = Body::seekable(100, |_part| panic!("in a part"));
            resp.accept_ranges().set_body(body);
            Ok(())
        }
    }
    quiet();
    let log = Log::default();
    let mut app = App::with(Noting("m", log.clone()));
    app.add_route("/", Parts);
    let request = TestClient::new(app).get("/").header("range", "bytes=0-1");
    block_on(request.send()).assert_problem(500, "internal_server_error");
    assert_eq!(
        log.take().last().map(String::as_str),
        Some("m response false")
    );
}

#[test]
fn a_body_that_panics_when_it_is_asked_for_its_length_is_one_of_no_known_length() {
    struct Panicking;
    impl http_body::Body for Panicking {
        type Data = bytes::Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _cx: &mut std::task::Context<'_>,
        ) -> std::task::Poll<
            Option<core::result::Result<http_body::Frame<bytes::Bytes>, Self::Error>>,
        > {
            std::task::Poll::Ready(None)
        }

        fn size_hint(&self) -> http_body::SizeHint {
            panic!("in a length")
        }
    }
    struct Sends;
    impl Resource for Sends {
        async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.accept_ranges().set_body(Body::new(Panicking));
            Ok(())
        }
    }
    quiet();
    let mut app = App::new();
    app.add_route("/", Sends);
    let request = TestClient::new(app).get("/").header("range", "bytes=0-1");
    block_on(request.send()).assert_status(200).assert_text("");
}

#[test]
fn a_panicking_converter_leads_a_server_that_asks_to_no_route() {
    quiet();
    let mut app = App::new();
    app.add_converter("bad", PanickingConverter);
    app.add_route("/{x:bad}", Text(""));
    assert!(app.freeze().unwrap().route_for("/x").is_none());
}

#[test]
fn a_panic_becomes_a_500_wherever_it_is() {
    quiet();
    block_on(async {
        let log = Log::default();
        let mut app = App::with(Noting("m", log.clone()));
        app.add_converter("bad", PanickingConverter);
        app.add_route("/", Panics);
        app.add_route("/before", Text("")).before(panicking_hook);
        app.add_route("/after", Text("")).after(panicking_hook);
        app.add_route("/converter/{x:bad}", Text(""));
        app.add_sink("/sink", panicking_hook);
        let seen = log.clone();
        app.add_error_observer(move |error, _| {
            seen.add(
                error
                    .downcast_ref::<Panic>()
                    .map_or("no panic", Panic::message),
            );
        });
        let client = TestClient::new(app);
        for (method, path, message) in [
            ("GET", "/", "a secret"),
            ("POST", "/", "a payload that is no text"),
            ("GET", "/before", "in a hook"),
            ("GET", "/after", "in a hook"),
            ("GET", "/converter/1", "in a converter"),
            ("GET", "/sink/x", "in a hook"),
        ] {
            let result = client.request(method, path).send().await;
            result.assert_problem(500, "internal_server_error");
            assert!(!result.text().contains("secret"));
            let log = log.take();
            assert!(log.iter().any(|line| line == message), "{path}: {log:?}");
            assert_eq!(log.last().unwrap(), "m response false", "{path}");
        }
    });
}

#[test]
fn a_panic_in_a_streamed_body_breaks_it_off() {
    quiet();
    block_on(async {
        let mut app = App::new();
        app.add_route("/", Panics);
        let result = TestClient::new(app).put("/").send().await;
        assert_eq!(result.bytes(), b"xx");
        assert!(result.body_error().is_some());
    });
}

/// Which phase is to panic.
struct PanicsIn(&'static str);

impl Middleware for PanicsIn {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        assert!(self.0 != "request");
        Ok(())
    }

    async fn process_resource(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        assert!(self.0 != "resource");
        Ok(())
    }

    async fn process_response(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        assert!(self.0 != "response");
        Ok(())
    }
}

#[test]
fn after_a_panic_in_middleware_every_response_phase_runs_once() {
    quiet();
    block_on(async {
        for phase in ["request", "resource", "response"] {
            for grouped in [false, true] {
                let log = Log::default();
                let stack = (
                    Noting("a", log.clone()),
                    PanicsIn(phase),
                    Noting("b", log.clone()),
                );
                let mut app = App::new();
                if grouped {
                    app.group("", stack).add_route("/", Text(""));
                } else {
                    app = App::with(stack);
                    app.add_route("/", Text(""));
                }
                TestClient::new(app)
                    .get("/")
                    .send()
                    .await
                    .assert_problem(500, "internal_server_error");
                let responses: Vec<_> = log
                    .take()
                    .into_iter()
                    .filter(|line| line.contains("response"))
                    .collect();
                let b = format!("b response {}", phase == "response");
                assert_eq!(
                    responses,
                    [b.as_str(), "a response false"],
                    "{phase} {grouped}"
                );
            }
        }
    });
}

async fn panicking_handler(
    _error: &std::fmt::Error,
    _req: &mut Request,
    _resp: &mut Response,
) -> Result {
    panic!("in a handler")
}

struct Fails;

impl Resource for Fails {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(std::fmt::Error.into())
    }
}

#[test]
fn a_panic_in_error_handling_is_a_plain_500() {
    quiet();
    block_on(async {
        let mut app = App::new();
        app.add_error_handler(panicking_handler);
        app.add_route("/", Fails);
        TestClient::new(app)
            .get("/")
            .send()
            .await
            .assert_problem(500, "internal_server_error");

        let mut app = App::new();
        app.set_error_serializer(|_: &Request, _: &mut Response, _: &HttpError| {
            panic!("in a serializer")
        });
        TestClient::new(app)
            .get("/")
            .send()
            .await
            .assert_status(500)
            .assert_text("");
    });
}
