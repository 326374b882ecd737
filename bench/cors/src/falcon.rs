//! Falcon without CORS, with one for any origin, and with one for an exact list.

use falcon_core::{App, AppService, Body, Request, Resource, Response, Result};
use falcon_cors::{Cors, CorsBuilder};
use falcon_testing::block_on;

use crate::{Ask, Run, seconds};

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("Hello, World!");
        Ok(())
    }
}

fn service(policy: &str) -> AppService {
    let cors = match policy {
        "plain" => None,
        "any" => Some(Cors::builder().allow_any_origin()),
        "exact" => Some(Cors::builder().allow_origin("https://app.example")),
        _ => panic!("there is plain, any and exact"),
    };
    let build = |cors: CorsBuilder| cors.allow_headers(["x-token"]).build().expect("a policy");
    let mut app = cors.map_or_else(App::new, |cors| App::with(build(cors)));
    app.add_route("/", Hello);
    app.freeze().expect("the app is in order")
}

pub fn run(policy: &str) -> Run {
    let service = service(policy);
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
