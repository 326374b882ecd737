//! What several targets share: an app that sends back what it reads.

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_media::{Media, MediaRequest, MediaResponse};
use falcon_testing::{TestClient, TestResult, block_on};
use serde_json::Value;

struct Echo;

impl Resource for Echo {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media().await?;
        resp.set_media_for(req, &value)?;
        Ok(())
    }
}

/// A client of the app, with these formats.
pub fn client(media: Media) -> TestClient {
    let mut app = App::with(media);
    app.add_route("/", Echo);
    TestClient::new(app)
}

/// Sends a body; `None` where it was refused in order.
pub fn send(client: &TestClient, media_type: &str, body: &[u8]) -> Option<TestResult> {
    let request = client.post("/").header("content-type", media_type).header("accept", media_type);
    let result = block_on(request.body(body.to_vec()).send());
    match result.status().as_u16() {
        200 => Some(result),
        400 | 413 | 422 => None,
        status => panic!("{status}: {}", result.text()),
    }
}
