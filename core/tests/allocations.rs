#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! The allocation budget of a request: `GET /` with a text, through [`AppService::handle`].
//!
//! The floor is what any service needs that makes the same response by hand; a binary of its own,
//! since it counts with the global allocator.

use std::hint::black_box;

use allocation_counter::measure;
use falcon_core::{
    App, AppService, Body, Middleware, Request, Resource, Responders, Response, Result,
};
use falcon_testing::block_on;
use http::{HeaderValue, header};

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("Hello, World!");
        Ok(())
    }
}

/// All three phases.
struct Full;

impl Middleware for Full {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        black_box(req.path());
        Ok(())
    }

    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        black_box(req.path());
        Ok(())
    }

    async fn process_response(&self, req: &mut Request, _resp: &mut Response) -> Result {
        black_box(req.path());
        Ok(())
    }
}

struct NoPhase;

impl Middleware for NoPhase {}

fn app<M: Middleware>(middleware: M) -> AppService {
    let mut app = App::with(middleware);
    app.add_route("/", Hello);
    app.freeze().unwrap()
}

fn request() -> http::Request<Body> {
    http::Request::get("/").body(Body::empty()).unwrap()
}

fn allocations(service: &AppService) -> u64 {
    allocations_of(service, 200)
}

fn allocations_of(service: &AppService, expected: u16) -> u64 {
    let count = || {
        let request = request();
        let mut status = 0;
        let counted = measure(|| {
            status = block_on(async { service.handle(request).await.status().as_u16() });
        });
        assert_eq!(status, expected);
        counted.count_total
    };
    // The first request may fill caches that live on.
    count();
    count() - executor()
}

/// What the executor allocates for itself.
fn executor() -> u64 {
    measure(|| block_on(async {})).count_total
}

fn floor() -> u64 {
    let request = request();
    measure(|| {
        let mut response = http::Response::new(Body::full("Hello, World!"));
        response.headers_mut().insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        );
        drop(black_box((request, response)));
    })
    .count_total
}

#[test]
fn a_request_allocates_one_more_than_a_hand_written_service_and_two_with_middleware() {
    let floor = floor();
    assert_eq!(allocations(&app(())), floor + 1);
    assert_eq!(allocations(&app(NoPhase)), floor + 1);
    assert_eq!(allocations(&app(Full)), floor + 2);
}

#[test]
fn each_further_middleware_allocates_nothing() {
    let one = allocations(&app(Full));
    assert_eq!(allocations(&app((Full, Full, Full))), one);
    assert_eq!(
        allocations(&app((
            Full, Full, Full, Full, Full, Full, Full, Full, Full, Full
        ))),
        one
    );
    assert_eq!(
        allocations(&app((
            (Full, Full, Full, Full, Full),
            (Full, Some(Full), NoPhase)
        ))),
        one
    );
}

async fn hook(_req: &mut Request, _resp: &mut Response) -> Result {
    Ok(())
}

async fn hello(_state: &(), _req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text("Hello, World!");
    Ok(())
}

#[test]
fn hooks_groups_and_responders_cost_no_further_box() {
    let plain = allocations(&app(()));
    let mut with_hooks = App::new();
    with_hooks.add_route("/", Hello).before(hook).after(hook);
    assert_eq!(allocations(&with_hooks.freeze().unwrap()), plain);
    let mut grouped = App::new();
    grouped.group("", (Full, Full)).add_route("/", Hello);
    assert_eq!(allocations(&grouped.freeze().unwrap()), plain);
    let mut responders = App::new();
    responders.add_route("/", Responders::of(()).on_get(hello));
    assert_eq!(allocations(&responders.freeze().unwrap()), plain);
}

#[test]
fn a_404_allocates_the_headers_of_its_document_and_no_more() {
    let nothing = App::new().freeze().unwrap();
    assert_eq!(allocations_of(&nothing, 404), floor());
}

#[test]
fn lookup_allocates_nothing() {
    let mut app = App::new();
    for template in [
        "/a/{b}/{c:int}/d",
        "/a/{b}/{c:uuid}",
        "/x/{y}...{z}",
        "/files/{rest:path}",
        "/{a}/{b}/{c}/e",
    ] {
        app.add_route(template, Hello);
    }
    let service = app.freeze().unwrap();
    for path in [
        "/a/1/2/d",
        "/x/1...2",
        "/files/a/b/c",
        "/p/q/r/e",
        "/nothing/at/all",
        "/a/1/2/3",
    ] {
        let counted = measure(|| {
            black_box(service.route_for(path));
        });
        assert_eq!(counted.count_total, 0, "{path}");
    }
}
