#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! CORS through HTTP: an app, a simulated request, the headers of the answer.

use falcon_core::{App, HttpError, Request, Resource, Response, Result};
use falcon_cors::{Cors, CorsBuilder};
use falcon_testing::{TestClient, TestResult, block_on};

mod building;
mod bypasses;
mod catalogue;
mod crossings;
mod policies;

pub(crate) const APP: &str = "https://app.example";

/// GET is served, POST fails, PUT says something of CORS by itself.
pub(crate) struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("things").set_header("vary", "Accept")?;
        Ok(())
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::unprocessable_content())?
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("put");
        resp.append_header("access-control-allow-origin", "https://own.example")?;
        resp.append_header("access-control-allow-origin", "*")?;
        Ok(())
    }

    async fn on_delete(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(std::io::Error::other("broken"))?
    }
}

/// A policy for one origin, with credentials.
pub(crate) fn policy() -> CorsBuilder {
    Cors::builder().allow_origin(APP).allow_credentials()
}

/// A policy for one origin, without more.
pub(crate) fn only(origin: &str) -> Cors {
    Cors::builder().allow_origin(origin).build().unwrap()
}

pub(crate) fn client(policy: CorsBuilder) -> TestClient {
    let mut app = App::with(policy.build().unwrap());
    app.add_route("/things", Things);
    TestClient::new(app)
}

pub(crate) fn get(client: &TestClient, origin: &str) -> TestResult {
    send(client, "GET", "/things", &[("origin", origin)])
}

pub(crate) fn send(
    client: &TestClient,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> TestResult {
    let request = client.request(method, path);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    block_on(request.send())
}

/// What a browser asks before it sends something that a form could not.
pub(crate) fn preflight(
    client: &TestClient,
    origin: &str,
    method: &str,
    names: &str,
) -> TestResult {
    let mut headers = vec![
        ("origin", origin),
        ("access-control-request-method", method),
    ];
    if !names.is_empty() {
        headers.push(("access-control-request-headers", names));
    }
    send(client, "OPTIONS", "/things", &headers)
}

/// That a page may not read the answer, and is told nothing.
pub(crate) fn assert_not_allowed(result: &TestResult) {
    let told = result
        .headers()
        .keys()
        .find(|name| name.as_str().starts_with("access-control-"));
    assert!(told.is_none(), "{told:?}");
}

/// The names in `Vary`, in lower case, each of which has to be there once.
pub(crate) fn vary(result: &TestResult) -> Vec<String> {
    let lines = result.headers().get_all("vary").iter();
    let names = lines.flat_map(|line| line.to_str().unwrap().split(','));
    let mut names: Vec<String> = names.map(|name| name.trim().to_ascii_lowercase()).collect();
    names.sort();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count, "{names:?}");
    names
}
