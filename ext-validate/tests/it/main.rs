#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Requests and responses held to schemas, through HTTP.

mod bodies;
mod bypasses;
mod catalogue;
mod drafts;
mod explanations;
mod parameters;
mod responses;
mod rules;
mod setup;
mod types;

use falcon_core::operation::{Operation, Schema};
use falcon_core::{App, Method, Request, Resource, Response, Result};
use falcon_testing::{TestClient, TestResult, block_on};
use falcon_validate::{ValidRequest, Validation};
use serde_json::Value;

/// Answers with the value that was validated.
pub(crate) struct Echo;

impl Resource for Echo {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("reached");
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Option<Value> = req.optional_valid_media()?;
        let text = value.map(|value| value.to_string());
        resp.set_text(text.unwrap_or_else(|| "nothing".to_owned()));
        Ok(())
    }
}

/// An app with one route, `POST /`, that takes a body of a schema.
pub(crate) fn taking(schema: &Value) -> TestClient {
    with(
        Validation::new(),
        Operation::new().body(Schema::new(schema)),
    )
}

pub(crate) fn with(validation: Validation, operation: Operation) -> TestClient {
    let mut app = App::with(validation);
    app.add_route("/", Echo).with_for(Method::POST, operation);
    TestClient::new(app)
}

pub(crate) fn post(client: &TestClient, body: impl Into<String>) -> TestResult {
    let request = client.post("/").header("content-type", "application/json");
    block_on(request.body(body.into()).send())
}

/// The pointer, the keyword and the sentence of each error.
pub(crate) fn errors(result: &TestResult) -> Vec<(String, String, String)> {
    let problem: Value = result.json();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|error| {
            (
                text(error, "pointer"),
                text(error, "keyword"),
                text(error, "detail"),
            )
        })
        .collect()
}

/// Why an app is refused.
pub(crate) fn refusal(validation: Validation, operation: Operation) -> String {
    let mut app = App::with(validation);
    app.add_route("/things/{id}", Echo)
        .with_for(Method::POST, operation);
    app.freeze().unwrap_err().to_string()
}
