//! Responses, held to what routes declare.

use std::sync::{Arc, Mutex};

use falcon_core::operation::{Answer, Operation};
use falcon_core::{
    App, Body, Error, HttpError, Method, Request, Resource, Response, Result, StatusCode,
};
use falcon_testing::{TestClient, TestResult, block_on};
use falcon_validate::{InvalidResponse, Validation};

/// Answers with what the query says.
struct Says;

impl Resource for Says {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        let status: u16 = query.parse_as("status")?.unwrap_or(200);
        let body = query.get("body").unwrap_or_default().into_owned();
        let kind = query
            .get("type")
            .unwrap_or_else(|| "application/json".into())
            .into_owned();
        if status == 404 {
            Err(HttpError::not_found().code(body.clone()))?;
        }
        resp.set_status(StatusCode::from_u16(status).unwrap());
        resp.set_header("content-type", kind)?;
        resp.set_header("x-own", "kept")?;
        if let Some(count) = query.get("count") {
            resp.set_header("x-count", &*count)?;
        }
        if query.has("stream") {
            let chunks = vec![Ok::<_, std::io::Error>(body)];
            resp.set_body(Body::stream(Chunks(chunks)));
        } else {
            resp.set_body(body);
        }
        Ok(())
    }
}

/// A stream of what there is.
struct Chunks(Vec<Result<String, std::io::Error>>);

impl futures_core::Stream for Chunks {
    type Item = Result<String, std::io::Error>;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.0.pop())
    }
}

const THING: &str = r#"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#;

fn operation() -> Operation {
    Operation::new()
        .answer(Answer::new(StatusCode::OK).schema(THING).header(
            "X-Count",
            r#"{"type":"integer"}"#,
            "How many.",
        ))
        .answer(Answer::new(StatusCode::NO_CONTENT))
        .answer(Answer::new(StatusCode::ACCEPTED))
        .answer(Answer::others().of_type(
            "application/problem+json",
            Some(r#"{"properties":{"code":{"maxLength":5}}}"#.into()),
        ))
}

fn app(validation: Validation) -> TestClient {
    let mut app = App::with(validation);
    app.add_route("/say/{what}", Says)
        .with_for(Method::GET, operation());
    TestClient::new(app)
}

fn get(client: &TestClient, query: &str) -> TestResult {
    block_on(client.get(&format!("/say/x?{query}")).send())
}

#[test]
fn responses_are_let_be_unless_it_is_switched_on() {
    get(&app(Validation::new()), "body=[]").assert_text("[]");
}

#[test]
fn a_response_that_is_not_as_declared_is_500_where_that_is_enforced() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let mut app = App::with(Validation::new().enforce_responses());
    app.add_error_observer(move |error: &Error, _: &Request| {
        log.lock().unwrap().push(error.source_text());
    });
    app.add_route("/say/{what}", Says)
        .with_for(Method::GET, operation());
    let client = TestClient::new(app);

    get(&client, "body={\"id\":1}")
        .assert_text("{\"id\":1}")
        .assert_header("x-own", "kept");
    assert!(seen.lock().unwrap().is_empty());
    let result = get(&client, "body={\"id\":\"secret\"}");
    result.assert_status(500);
    assert!(result.text().contains("Response data failed validation"));
    assert!(!result.text().contains("secret") && !result.text().contains("integer"));
    let told = seen.lock().unwrap().concat();
    assert!(told.contains("GET /say/{what} answered 200"), "{told}");
    assert!(told.contains("at /id: It must be an integer."), "{told}");
    assert!(!told.contains("secret"), "{told}");

    get(&client, "body={").assert_status(500);
    get(&client, "status=404&body=short").assert_status(404);
    get(&client, "status=404&body=too_long").assert_status(500);
}

/// What the error was caused by.
trait SourceText {
    fn source_text(&self) -> String;
}

impl SourceText for Error {
    fn source_text(&self) -> String {
        let mut text = String::new();
        let mut source = self.as_std().and_then(std::error::Error::source);
        while let Some(error) = source {
            text = format!("{text}{error}\n");
            source = error.source();
        }
        text
    }
}

#[test]
fn what_nothing_is_said_of_is_passed_over() {
    let client = app(Validation::new().enforce_responses());
    get(&client, "status=204").assert_status(204);
    get(&client, "status=202&body=x&type=text/plain").assert_text("x");
    get(&client, "stream&body=[]").assert_text("[]");
}

#[test]
fn what_is_not_declared_at_all_is_not_as_declared() {
    let client = app(Validation::new().enforce_responses());
    for query in [
        "type=text/plain&body=x",
        "body=",
        "body={\"id\":1}&type=",
        "body={\"id\":1}&count=many",
    ] {
        get(&client, query).assert_status(500);
    }
    get(&client, "body={\"id\":1}&count=7").assert_status(200);
    block_on(client.head("/say/x?body=").send()).assert_status(200);

    let mut app = App::with(Validation::new().enforce_responses());
    let operation = Operation::new().answer(Answer::new(StatusCode::OK).schema(THING));
    app.add_route("/say/{what}", Says)
        .with_for(Method::GET, operation);
    let client = TestClient::new(app);
    get(&client, "status=201&body={\"id\":1}").assert_status(500);
    get(&client, "status=301&body=x").assert_status(301);
}

#[test]
fn what_is_observed_is_sent_all_the_same() {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&seen);
    let client = app(
        Validation::new().observe_responses(move |invalid: &InvalidResponse| {
            let errors: Vec<String> = invalid
                .errors()
                .map(|(at, why)| format!("{at} {why}"))
                .collect();
            let text = format!(
                "{} {} {} {errors:?}",
                invalid.method(),
                invalid.template(),
                invalid.status().as_u16()
            );
            log.lock().unwrap().push(text);
        }),
    );
    get(&client, "body={}").assert_text("{}");
    get(&client, "body={\"id\":1}").assert_status(200);
    assert_eq!(
        *seen.lock().unwrap(),
        ["GET /say/{what} 200 [\" `id` is missing.\"]"]
    );
}

#[test]
fn one_response_in_so_many_is_looked_at() {
    let seen: Arc<Mutex<u32>> = Arc::default();
    let count = Arc::clone(&seen);
    let observe = move |_: &InvalidResponse| *count.lock().unwrap() += 1;
    let client = app(Validation::new()
        .observe_responses(observe)
        .sample_responses(4));
    for _ in 0..20 {
        get(&client, "body={}");
    }
    assert_eq!(*seen.lock().unwrap(), 5);
}
