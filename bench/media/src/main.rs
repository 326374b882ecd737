//! What a typed JSON body costs beside the library alone: the same app, the same route, the same
//! body, once with `req.media()` and `resp.set_media()`, once with the library by hand.

use std::time::Instant;

use bytes::Bytes;
use falcon_core::{App, AppService, Body, BodyLimit, Request, Resource, Response, Result};
use falcon_media::{Media, MediaRequest, MediaResponse};
use falcon_testing::block_on;
use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};

const ROUNDS: usize = 15;

#[derive(Clone, Deserialize, Serialize)]
struct Item {
    id: u64,
    name: String,
    price: f64,
    in_stock: bool,
    tags: Vec<String>,
    note: Option<String>,
}

fn items(bytes: usize) -> Vec<Item> {
    let item = |id: u64| Item {
        id,
        name: format!("Item number {id}"),
        price: 0.25 * id as f64 + 0.5,
        in_stock: id % 3 == 0,
        tags: vec!["new".to_owned(), format!("tag{}", id % 7)],
        note: (id % 4 == 0).then(|| "a \"quoted\" note".to_owned()),
    };
    let mut items = Vec::new();
    while serde_json::to_vec(&items).map_or(0, |json| json.len()) < bytes {
        let next = items.len() as u64;
        items.extend((next..next + 1 + next / 8).map(item));
    }
    items
}

/// GET writes, POST reads.
struct Ours(Vec<Item>);

impl Resource for Ours {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_media(&self.0)?;
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let items: Vec<Item> = req.media().await?;
        resp.set_text(if items.is_empty() { "none" } else { "some" });
        Ok(())
    }
}

/// The same, negotiated.
struct Negotiated(Vec<Item>);

impl Resource for Negotiated {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_media_for(req, &self.0)?;
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let items: Vec<Item> = req.media().await?;
        resp.set_text(if items.is_empty() { "none" } else { "some" });
        Ok(())
    }
}

/// The same with the library alone.
struct Bare(Vec<Item>);

impl Resource for Bare {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let json = serde_json::to_vec(&self.0)?;
        resp.set_content(HeaderValue::from_static("application/json"), json);
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body = req.read_body().await?;
        let items: Vec<Item> = serde_json::from_slice(&body)?;
        resp.set_text(if items.is_empty() { "none" } else { "some" });
        Ok(())
    }
}

fn service(media: Option<Media>, items: &[Item]) -> AppService {
    let mut app = media.map_or_else(App::new, App::with);
    let limit = BodyLimit::bytes(1 << 30);
    app.add_route("/bare", Bare(items.to_vec())).with(limit);
    app.add_route("/ours", Ours(items.to_vec())).with(limit);
    app.add_route("/negotiated", Negotiated(items.to_vec())).with(limit);
    app.freeze().expect("the app is in order")
}

fn once(service: &AppService, path: &'static str, body: Option<&Bytes>) {
    let request = http::Request::builder().uri(path);
    let request = match body {
        None => request.header(header::ACCEPT, "application/json").body(Body::empty()),
        Some(body) => request
            .method("POST")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.clone())),
    };
    let response = block_on(service.handle(request.expect("a request")));
    assert_eq!(response.status(), 200, "{path}");
}

/// Nanoseconds a request: the median of rounds that take turns.
fn measure(services: &[(&AppService, &'static str)], body: Option<&Bytes>, times: usize) -> Vec<f64> {
    let mut all = vec![Vec::new(); services.len()];
    for _ in 0..ROUNDS {
        for (rounds, (service, path)) in all.iter_mut().zip(services) {
            let since = Instant::now();
            for _ in 0..times {
                once(service, path, body);
            }
            rounds.push(since.elapsed().as_secs_f64() * 1e9 / times as f64);
        }
    }
    let median = |mut rounds: Vec<f64>| {
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    };
    all.into_iter().map(median).collect()
}

fn main() {
    println!("JSON, nanoseconds a request (ratio to the library alone)\n");
    println!("{:<12} {:>12} {:>20} {:>20}", "", "serde_json", "falcon", "falcon, negotiated");
    for (name, bytes) in [("1 KiB", 1 << 10), ("100 KiB", 100 << 10)] {
        let items = items(bytes);
        let json = Bytes::from(serde_json::to_vec(&items).expect("JSON"));
        let plain = service(None, &items);
        let chosen = service(Some(Media::new().json().msgpack().cbor()), &items);
        let services = [(&plain, "/bare"), (&plain, "/ours"), (&chosen, "/negotiated")];
        let times = (200 << 20) / ROUNDS / json.len() / 8;
        for (way, body) in [("in", Some(&json)), ("out", None)] {
            let ns = measure(&services, body, times);
            let shown = |ns_of: f64| format!("{ns_of:.0} ({:.2})", ns_of / ns[0]);
            println!(
                "{:<12} {:>12.0} {:>20} {:>20}",
                format!("{name} {way}"), ns[0], shown(ns[1]), shown(ns[2])
            );
        }
    }
}
