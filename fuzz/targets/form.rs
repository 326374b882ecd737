//! URL-encoded forms: read as any value or refused, and what was read is written and read again as
//! the same.
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

fn send(body: &[u8]) -> TestResult {
    thread_local! {
        static CLIENT: LazyCell<TestClient> = LazyCell::new(|| {
            let mut app = App::with(Media::new().form());
            app.add_route("/", Echo);
            TestClient::new(app)
        });
    }
    let request = CLIENT.with(|client| client.post("/"));
    let request = request.header("content-type", "application/x-www-form-urlencoded");
    block_on(request.body(body.to_vec()).send())
}

fuzz_target!(|body: &[u8]| {
    let first = send(body);
    match first.status().as_u16() {
        200 => {
            let again = send(first.bytes());
            again.assert_status(200).assert_text(first.text());
        }
        400 | 413 | 422 => {}
        status => panic!("{status}: {}", first.text()),
    }
});
