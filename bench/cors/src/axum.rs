//! axum without CORS, and with tower-http's.

use axum::Router;
use axum::body::Body;
use axum::routing::{get, options};
use falcon_testing::block_on;
use http::{HeaderName, HeaderValue, Method};
use tower::ServiceExt;
use tower_http::cors::CorsLayer;

use crate::{Ask, Run, seconds};

pub fn run(has_cors: bool) -> Run {
    let hello = get(|| async { "Hello, World!" });
    let mut app = Router::new().route("/", hello.merge(options(|| async { "" })));
    if has_cors {
        let cors = CorsLayer::new()
            .allow_origin([HeaderValue::from_static("https://app.example")])
            .allow_methods([Method::GET, Method::HEAD])
            .allow_headers([HeaderName::from_static("x-token")]);
        app = app.layer(cors);
    }
    Box::new(move |ask: Ask, times| {
        seconds(times, || {
            let mut request = http::Request::builder().method(ask.method()).uri("/");
            for (name, value) in ask.headers() {
                request = request.header(*name, *value);
            }
            let request = request.body(Body::empty()).expect("a request");
            let response = block_on(app.clone().oneshot(request)).expect("a response");
            assert!(response.status().is_success());
        })
    })
}
