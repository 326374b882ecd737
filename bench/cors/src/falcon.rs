//! Falcon without CORS, with one for any origin, and with one for an exact list.

use falcon_core::{App, AppService, Body, Middleware, Request, Resource, Response, Result};
use falcon_cors::Cors;
use falcon_testing::block_on;

use crate::{Ask, Run, seconds};

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("Hello, World!");
        Ok(())
    }
}

/// What an app has beside CORS: both of its phases run, and do nothing.
struct Idle;

impl Middleware for Idle {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }

    async fn process_response(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn cors(policy: &str) -> Cors {
    let builder = Cors::builder().allow_headers(["x-token"]);
    let builder = match policy {
        "any" => builder.allow_any_origin(),
        "exact" => builder.allow_origin("https://app.example"),
        _ => panic!("a policy is any or exact, and not {policy}"),
    };
    builder.build().expect("a policy")
}

/// An app with such middleware: `none`, `idle`, `any`, `exact`, or two of them, with `idle` last.
fn service(middleware: &str) -> AppService {
    match middleware {
        "none" => app(()),
        "idle" => app(Idle),
        "idle,idle" => app((Idle, Idle)),
        other => match other.strip_suffix(",idle") {
            Some(policy) => app((cors(policy), Idle)),
            None => app(cors(other)),
        },
    }
}

fn app(middleware: impl Middleware) -> AppService {
    let mut app = App::with(middleware);
    app.add_route("/", Hello);
    app.freeze().expect("the app is in order")
}

pub fn run(middleware: &str) -> Run {
    let service = service(middleware);
    Box::new(move |ask: Ask, times| {
        seconds(times, || {
            let mut request = http::Request::builder().method(ask.method());
            for (name, value) in ask.headers() {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            let response = block_on(service.handle(request));
            assert!(response.status().is_success());
        })
    })
}
