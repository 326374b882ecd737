//! actix-web without CORS, and with actix-cors.

use actix_cors::Cors;
use actix_web::dev::Service;
use actix_web::middleware::Condition;
use actix_web::{App, HttpResponse, test, web};
use falcon_testing::block_on;

use crate::{Ask, Run, seconds};

pub fn run(has_cors: bool) -> Run {
    let system = actix_rt::System::new();
    let cors = Cors::default()
        .allowed_origin("https://app.example")
        .allowed_methods(["GET", "HEAD"])
        .allowed_header("x-token");
    let app = App::new()
        .wrap(Condition::new(has_cors, cors))
        .route("/", web::get().to(|| async { "Hello, World!" }))
        .route("/", web::method(http_options()).to(HttpResponse::Ok));
    let app = system.block_on(test::init_service(app));
    Box::new(move |ask: Ask, times| {
        let _keep = &system;
        seconds(times, || {
            let mut request =
                test::TestRequest::with_uri("/").method(ask.method().parse().expect("a method"));
            for header in ask.headers() {
                request = request.insert_header(*header);
            }
            let response = block_on(app.call(request.to_request())).expect("a response");
            assert!(response.status().is_success());
        })
    })
}

fn http_options() -> actix_web::http::Method {
    actix_web::http::Method::OPTIONS
}
