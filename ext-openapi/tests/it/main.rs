#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::needless_pass_by_value,
    reason = "documents are written where they are handed over"
)]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Documents of apps, served.

mod components;
mod documents;
mod drift;
mod given;
mod page;
mod serving;

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_openapi::OpenApi;
use falcon_testing::{TestClient, block_on};
use serde_json::Value;

/// Answers everything that a document can tell of.
pub(crate) struct Things;

macro_rules! responders {
    ($($name:ident),*) => {
        impl Resource for Things {
            $(async fn $name(&self, _req: &mut Request, resp: &mut Response) -> Result {
                resp.set_text(stringify!($name));
                Ok(())
            })*
        }
    };
}
responders!(on_get, on_post, on_put, on_patch, on_delete);

pub(crate) fn openapi() -> OpenApi {
    OpenApi::new("Things", "1.0").json_at("/openapi.json")
}

/// The document of an app that `fill` adds routes to.
pub(crate) fn document(fill: impl FnOnce(&mut App)) -> Value {
    let mut app = App::with(openapi());
    fill(&mut app);
    served(&TestClient::new(app), "/openapi.json")
}

pub(crate) fn served(client: &TestClient, path: &str) -> Value {
    let result = block_on(client.get(path).send());
    result.assert_status(200);
    result.json()
}
