//! Falcon in the harness: through `AppService::handle`, and as a tower service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use falcon::http::{HeaderName, HeaderValue};
use falcon::prelude::*;
use falcon::{AppService, BoxMiddleware};

use crate::harness::*;

struct Hello;

impl Resource for Hello {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(HELLO);
        Ok(())
    }
}

struct Orders;

impl Resource for Orders {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let order: Order = req.media().await?;
        resp.set_media(&order)?;
        Ok(())
    }
}

/// The workload of Python Falcon's own benchmark.
struct FalconBench;

impl Resource for FalconBench {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        std::hint::black_box((req.param("account_id"), req.header(header::USER_AGENT)));
        std::hint::black_box(req.query()?.get("limit").as_deref().unwrap_or("10"));
        resp.set_text(FALCON_BODY.clone());
        let (name, value) = FALCON_HEADER;
        resp.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        Ok(())
    }
}

async fn hello(_state: &(), _req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text(HELLO);
    Ok(())
}

async fn issue(_state: &(), req: &mut Request, resp: &mut Response) -> Result {
    let [owner, repo] = ["owner", "repo"].map(|name| req.param(name).unwrap_or_default());
    let number: u64 = req.param_as("number")?;
    resp.set_text(format!("{owner}/{repo}#{number}"));
    Ok(())
}

/// The GitHub table, one resource a path.
fn github() -> AppService {
    let mut app = App::new();
    for (path, methods) in by_path() {
        let mut responders = Responders::of(());
        for method in methods {
            let is_hot = (method, path) == HOT_ROUTE;
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            responders = if is_hot {
                responders.on(method, issue)
            } else {
                responders.on(method, hello)
            };
        }
        app.add_route(path, responders);
    }
    app.freeze().unwrap()
}

fn small() -> AppService {
    let mut app = App::new();
    app.add_route("/", Hello);
    app.add_route("/orders", Orders);
    app.freeze().unwrap()
}

struct Count(Arc<AtomicU64>);

impl Middleware for Count {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

struct Frame;

impl Middleware for Frame {
    async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.headers_mut().insert(
            HeaderName::from_static("x-frame"),
            HeaderValue::from_static("1"),
        );
        Ok(())
    }
}

struct RequestId;

impl Middleware for RequestId {
    async fn process_response(&self, req: &mut Request, resp: &mut Response) -> Result {
        if let Some(id) = req.headers().get("x-request-id") {
            resp.headers_mut()
                .insert(HeaderName::from_static("x-request-id"), id.clone());
        }
        Ok(())
    }
}

fn with<M: Middleware>(middleware: M) -> AppService {
    let mut app = App::with(middleware);
    app.add_route("/", Hello);
    app.freeze().unwrap()
}

pub fn register(r: &mut Registry) {
    let count = || Count(Arc::default());
    let mut bench = App::new();
    bench.add_route(FALCON_ROUTE, FalconBench);
    let boxed = vec![
        BoxMiddleware::new(count()),
        BoxMiddleware::new(Frame),
        BoxMiddleware::new(RequestId),
    ];
    both(r, "", Work::FalconHello, bench.freeze().unwrap());
    both(r, "", Work::Hello, small());
    both(r, "", Work::Params, github());
    both(r, "", Work::Miss, github());
    both(r, "", Work::Json, small());
    both(r, "", Work::Mw3, with((count(), Frame, RequestId)));
    both(r, "-boxed", Work::Mw3, with(boxed));
}

fn both(r: &mut Registry, variant: &str, work: Work, service: AppService) {
    r.tower(&format!("{variant}-tower"), work, service.clone());
    let maker = RequestMaker::new(work, &r.token);
    let exec = r.exec();
    r.add(
        variant,
        work,
        exec,
        move || maker.make(),
        async move |req| drain(service.handle(req).await).await,
    );
}
