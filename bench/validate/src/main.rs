//! What a valid body costs beside the libraries alone: the same app, the same body, the same schema,
//! once with `req.valid_media()`, once with serde_json and jsonschema by hand.

use std::time::Instant;

use bytes::Bytes;
use falcon_core::operation::{Operation, Schema};
use falcon_core::{App, AppService, Body, BodyLimit, HttpError, Method, Request, Resource, Response, Result};
use falcon_testing::block_on;
use falcon_validate::{ValidRequest, Validation};
use http::header;
use serde::{Deserialize, Serialize};
use serde_json::Value;

const ROUNDS: usize = 21;

#[derive(Clone, Deserialize, Serialize)]
struct Item {
    id: u64,
    name: String,
    price: f64,
    in_stock: bool,
    tags: Vec<String>,
    note: Option<String>,
}

const SCHEMA: &str = r##"{
  "type": "array",
  "items": {"$ref": "#/$defs/item"},
  "$defs": {
    "item": {
      "type": "object",
      "required": ["id", "name", "price", "in_stock", "tags"],
      "additionalProperties": false,
      "properties": {
        "id": {"type": "integer", "minimum": 0},
        "name": {"type": "string", "minLength": 1, "maxLength": 100},
        "price": {"type": "number", "exclusiveMinimum": 0},
        "in_stock": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string", "pattern": "^[a-z0-9]+$"}, "maxItems": 10},
        "note": {"type": ["string", "null"]}
      }
    }
  }
}"##;

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

struct Ours;

impl Resource for Ours {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let items: Vec<Item> = req.valid_media()?;
        resp.set_text(if items.is_empty() { "none" } else { "some" });
        Ok(())
    }
}

/// The libraries by hand: one parse, one look, one type.
struct Bare(jsonschema::Validator);

impl Resource for Bare {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body = req.read_body().await?;
        let value: Value = serde_json::from_slice(&body)?;
        if !self.0.is_valid(&value) {
            Err(HttpError::unprocessable_content())?;
        }
        let items: Vec<Item> = serde_json::from_value(value)?;
        resp.set_text(if items.is_empty() { "none" } else { "some" });
        Ok(())
    }
}

fn once(service: &AppService, path: &'static str, body: &Bytes) {
    let request = http::Request::post(path).header(header::CONTENT_TYPE, "application/json");
    let request = request.body(Body::from(body.clone())).expect("a request");
    let response = block_on(service.handle(request));
    assert_eq!(response.status(), 200, "{path}");
}

/// Nanoseconds a request: the median of rounds that take turns.
fn measure(services: &[(&AppService, &'static str)], body: &Bytes, times: usize) -> Vec<f64> {
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

/// The app with the libraries by hand, and ours.
fn apps() -> (AppService, AppService) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("JSON");
    let options = jsonschema::options().offline().should_validate_formats(true);
    let options = options.with_pattern_options(jsonschema::PatternOptions::regex());
    let bare = Bare(options.build(&schema).expect("a schema"));
    let limit = BodyLimit::bytes(1 << 30);
    let mut app = App::new();
    app.add_route("/bare", bare).with(limit);
    let bare = app.freeze().expect("the app is in order");
    let mut app = App::with(Validation::new());
    app.add_route("/ours", Ours)
        .with(limit)
        .with_for(Method::POST, Operation::new().body(Schema::new(SCHEMA)));
    (bare, app.freeze().expect("the app is in order"))
}

fn json(bytes: usize) -> Bytes {
    Bytes::from(serde_json::to_vec(&items(bytes)).expect("JSON"))
}

fn main() {
    let (bare, ours) = apps();
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [which, bytes, times] = &args[..] {
        let json = json(bytes.parse().expect("how many bytes"));
        for _ in 0..times.parse().expect("how many times") {
            match which.as_str() {
                "bare" => once(&bare, "/bare", &json),
                _ => once(&ours, "/ours", &json),
            }
        }
        return;
    }
    println!("A valid body, nanoseconds a request (ratio to the libraries by hand)\n");
    println!("{:<10} {:>24} {:>18}", "", "serde_json, jsonschema", "falcon-validate");
    for (name, bytes) in [("128 B", 128), ("1 KiB", 1 << 10), ("10 KiB", 10 << 10), ("100 KiB", 100 << 10)] {
        let json = json(bytes);
        let times = (80 << 20) / ROUNDS / json.len() / 8;
        let ns = measure(&[(&bare, "/bare"), (&ours, "/ours")], &json, times);
        println!("{name:<10} {:>24.0} {:>18}", ns[0], format!("{:.0} ({:.2})", ns[1], ns[1] / ns[0]));
    }
}
