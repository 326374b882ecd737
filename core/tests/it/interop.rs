//! Under axum, inside axum, under tower-http layers, and with tower services inside.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body as AxumBody;
use axum::routing::get;
use falcon_core::{App, AppService, Body, Request, Resource, Response, Result};
use falcon_testing::TestClient;
use http::{HeaderValue, header};
use http_body_util::BodyExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tower::{ServiceBuilder, ServiceExt, service_fn};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::Text;

struct Upper;

impl Resource for Upper {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body = req.read_body().await?;
        resp.set_text(body.to_ascii_uppercase());
        Ok(())
    }
}

fn service() -> AppService {
    let mut app = App::new();
    app.add_route("/hello", Text("hello"));
    app.add_route("/upper", Upper);
    app.freeze().unwrap()
}

fn axum_request(method: &str, path: &str, body: &'static str) -> http::Request<AxumBody> {
    http::Request::builder()
        .method(method)
        .uri(path)
        .body(AxumBody::from(body))
        .unwrap()
}

async fn text<B>(response: http::Response<B>) -> (u16, String)
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn an_app_serves_under_axum_serve() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    // The one line that axum's server needs, since it wants a body of its own type.
    let router = Router::new().fallback_service(service());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut socket = tokio::net::TcpStream::connect(addr).await.unwrap();
    let request =
        "POST /upper HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc";
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("\r\n\r\nABC"),
        "{answer}"
    );
    server.abort();
}

#[tokio::test]
async fn an_app_nests_in_an_axum_router() {
    let router: Router = Router::new()
        .route("/", get(|| async { "axum" }))
        .nest_service("/api", service())
        .fallback_service(service());
    let ask = |method, path, body| text_of(router.clone(), axum_request(method, path, body));
    assert_eq!(ask("GET", "/", "").await, (200, "axum".into()));
    assert_eq!(ask("GET", "/api/hello", "").await, (200, "hello".into()));
    assert_eq!(ask("POST", "/api/upper", "abc").await, (200, "ABC".into()));
    assert_eq!(ask("GET", "/hello", "").await, (200, "hello".into()));
    assert_eq!(ask("GET", "/api/nothing", "").await.0, 404);
}

async fn text_of(router: Router, request: http::Request<AxumBody>) -> (u16, String) {
    text(router.oneshot(request).await.unwrap()).await
}

#[tokio::test]
async fn an_app_runs_under_a_stack_of_tower_layers() {
    let stack = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .layer(TimeoutLayer::with_status_code(
            http::StatusCode::REQUEST_TIMEOUT,
            std::time::Duration::from_secs(5),
        ))
        .layer(SetResponseHeaderLayer::overriding(
            header::SERVER,
            HeaderValue::from_static("tower"),
        ))
        .service(service());
    let response = stack
        .oneshot(http::Request::get("/hello").body(String::new()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.headers()["server"], "tower");
    assert_eq!(text(response).await, (200, "hello".into()));
}

async fn echo(request: http::Request<Body>) -> Result<http::Response<String>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.read(1000).await.unwrap();
    let text = format!(
        "{} {} {}",
        parts.method,
        parts.uri,
        String::from_utf8_lossy(&body)
    );
    Ok(http::Response::builder()
        .header("x-inner", "yes")
        .body(text)
        .unwrap())
}

async fn fails(_request: http::Request<Body>) -> Result<http::Response<String>, std::io::Error> {
    Err(std::io::Error::other("a secret"))
}

#[tokio::test]
async fn tower_services_mount_inside_with_the_prefix_cut_off() {
    let mut app = App::new();
    app.add_route("/tenants/{id}/own", Text("own"));
    app.mount("/tenants/{id}", service_fn(echo));
    app.mount("/fails", service_fn(fails));
    app.mount("/axum", Router::new().route("/x", get(|| async { "axum" })));
    app.mount("/app", service());
    let client = TestClient::new(app);
    client.get("/tenants/7/own").send().await.assert_text("own");
    let result = client
        .post("/tenants/7/a%2Fb/c?d=e")
        .body("body")
        .send()
        .await;
    result
        .assert_text("POST /a%2Fb/c?d=e body")
        .assert_header("x-inner", "yes");
    client.get("/tenants/7").send().await.assert_text("GET / ");
    client
        .get("/fails/x")
        .send()
        .await
        .assert_problem(500, "internal_server_error");
    client.get("/axum/x").send().await.assert_text("axum");
    client.get("/app/hello").send().await.assert_text("hello");
    client
        .options("/app/hello")
        .send()
        .await
        .assert_status(204)
        .assert_header("allow", "GET, HEAD, OPTIONS");
    client
        .get("/app/nothing")
        .send()
        .await
        .assert_problem(404, "not_found");
}

struct Marks;

impl falcon_core::Middleware for Marks {
    async fn process_request(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.add_vary(&header::ORIGIN)
            .append_header("set-cookie", "outer=1")?
            .set_header("x-inner", "no")?;
        Ok(())
    }
}

async fn marks(request: http::Request<Body>) -> Result<http::Response<String>, Infallible> {
    let peer = request
        .extensions()
        .get::<falcon_core::PeerAddr>()
        .map(|peer| peer.get().to_string());
    let response = http::Response::builder()
        .header("vary", "accept")
        .header("set-cookie", "inner=1");
    Ok(response
        .header("x-inner", "yes")
        .body(peer.unwrap_or_default())
        .unwrap())
}

#[tokio::test]
async fn what_the_app_and_a_mounted_service_say_in_lists_is_both_true() {
    let mut app = App::with(Marks);
    app.mount("/m", service_fn(marks));
    let service = app
        .freeze()
        .unwrap()
        .with_peer("192.0.2.1:7".parse().unwrap());
    let result = TestClient::new(service).get("/m").send().await;
    let all = |name: &str| {
        result
            .headers()
            .get_all(name)
            .iter()
            .map(|v| v.to_str().unwrap())
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert_eq!(
        (all("vary"), all("set-cookie"), all("x-inner")),
        (
            "origin; accept".into(),
            "outer=1; inner=1".into(),
            "yes".into()
        )
    );
    result.assert_text("192.0.2.1:7");
}
