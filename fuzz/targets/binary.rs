//! MessagePack and CBOR: read as any value or refused, and never deeper than is allowed.
#![no_main]

use std::cell::LazyCell;

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_media::{Media, MediaRequest, MediaResponse};
use falcon_testing::{TestClient, TestResult, block_on};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

struct Echo;

impl Resource for Echo {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media().await?;
        resp.set_media_for(req, &value)?;
        Ok(())
    }
}

fn send(media_type: &str, body: &[u8]) -> TestResult {
    thread_local! {
        static CLIENT: LazyCell<TestClient> = LazyCell::new(|| {
            let mut app = App::with(Media::new().json().msgpack().cbor());
            app.add_route("/", Echo);
            TestClient::new(app)
        });
    }
    let request = CLIENT.with(|client| client.post("/"));
    let request = request.header("content-type", media_type).header("accept", media_type);
    block_on(request.body(body.to_vec()).send())
}

fuzz_target!(|input: (u8, &[u8])| {
    let (format, body) = input;
    let media_type = ["application/msgpack", "application/cbor", "application/json"][usize::from(format % 3)];
    let first = send(media_type, body);
    match first.status().as_u16() {
        200 => {
            let again = send(media_type, first.bytes());
            again.assert_status(200);
            // The last digit of a JSON number is not exact: its library rounds twice.
            if media_type != "application/json" {
                assert_eq!(again.bytes(), first.bytes());
            }
        }
        400 | 413 | 422 => {}
        status => panic!("{status}: {}", first.text()),
    }
});
