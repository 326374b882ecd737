#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! The core through HTTP: an app, a simulated request, the status, headers and body.

mod bodies;
mod catalogue;
mod conditional;
mod cycle;
mod errors;
mod extensions;
mod groups;
mod hooks;
mod interop;
mod listing;
mod lookup;
mod media_types;
mod operations;
mod panics;
mod parsers;
mod resources;
mod routing;
mod setup_errors;

use std::sync::{Arc, Mutex};

use falcon_core::{Middleware, Request, Resource, Response, Result};
pub(crate) use falcon_testing::block_on;

/// What happened, in order.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    pub(crate) fn add(&self, what: impl Into<String>) {
        self.0.lock().unwrap().push(what.into());
    }

    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

/// Notes each of its phases.
pub(crate) struct Noting(pub(crate) &'static str, pub(crate) Log);

impl Middleware for Noting {
    async fn process_request(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.1.add(format!("{} request", self.0));
        Ok(())
    }

    async fn process_resource(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.1.add(format!("{} resource", self.0));
        Ok(())
    }

    async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
        self.1
            .add(format!("{} response {}", self.0, resp.succeeded()));
        Ok(())
    }
}

/// Answers GET with a text.
pub(crate) struct Text(pub(crate) &'static str);

impl Resource for Text {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(self.0);
        Ok(())
    }
}
