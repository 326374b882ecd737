#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! What CORS allocates for a request without `Origin`: nothing beyond what any middleware in its place
//! does. A binary of its own, since it counts with the global allocator.

use allocation_counter::measure;
use falcon_core::{App, AppService, Body, Method, Middleware, Request, Resource, Response, Result};
use falcon_cors::{Cors, Origin};
use falcon_testing::block_on;

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("Hello, World!");
        Ok(())
    }
}

/// Both phases of CORS, and nothing in them.
struct Idle;

impl Middleware for Idle {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }

    async fn process_response(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

fn app(middleware: impl Middleware) -> AppService {
    let mut app = App::with(middleware);
    app.add_route("/", Hello);
    app.freeze().unwrap()
}

fn allocations(service: &AppService, headers: &[(&str, &str)]) -> u64 {
    let count = || {
        let mut request = http::Request::get("/");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let mut status = 0;
        let counted = measure(|| {
            status = block_on(async { service.handle(request).await.status().as_u16() });
        });
        assert_eq!(status, 200);
        counted.count_total
    };
    // The first request may fill caches that live on.
    count();
    count()
}

const ORDINARY: [(&str, &str); 3] = [
    ("host", "api.example"),
    ("accept", "*/*"),
    ("user-agent", "falcon"),
];

#[test]
fn a_request_without_origin_allocates_nothing() {
    let idle = allocations(&app(Idle), &ORDINARY);
    let beside_another = allocations(&app((Idle, Idle)), &ORDINARY);
    let exact = || Cors::builder().allow_origin("https://app.example");
    for builder in [
        Cors::builder().allow_any_origin(),
        exact(),
        exact().allow_credentials().reject_disallowed(),
        exact().allow_origin_pattern("https://*.app.example"),
        exact().allow_origin_if(|_: &Origin<'_>, _: &Request| true),
        exact()
            .allow_methods([Method::GET])
            .expose_headers(["etag"]),
    ] {
        let cors = builder.build().unwrap();
        assert_eq!(allocations(&app(cors.clone()), &ORDINARY), idle);
        assert_eq!(allocations(&app((cors, Idle)), &ORDINARY), beside_another);
    }
}

#[test]
fn a_request_of_another_origin_allocates_a_note_of_it() {
    let idle = allocations(&app(Idle), &[("origin", "https://app.example")]);
    let cors = Cors::builder().allow_any_origin().build().unwrap();
    let allowed = allocations(&app(cors), &[("origin", "https://app.example")]);
    assert_eq!(allowed, idle + 1);
}
