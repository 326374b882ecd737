#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Courier through its HTTP interface.

mod access;
mod agents;
mod api;
mod commands;
mod program;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use courier::{Courier, create_app};
use falcon_testing::{TestClient, TestResult};
use serde_json::{Value, json};

/// A folder of its own for each test, which goes with it.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("courier-test-{}-{count}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left over in the temporary folder does no harm.
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A courier with an empty database.
pub(crate) struct Fixture {
    pub(crate) client: TestClient,
    pub(crate) courier: Courier,
    pub(crate) folder: Folder,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        let folder = Folder::new();
        let courier = Courier::open(&folder.0).unwrap();
        Self {
            client: TestClient::new(create_app(&courier, None)),
            courier,
            folder,
        }
    }

    /// Registers an agent and returns its id.
    pub(crate) async fn agent(&self, hostname: &str) -> String {
        let new = json!({"hostname": hostname, "platform": "linux", "version": "1.0"});
        let result = self.client.post("/v1/agents").json(&new).send().await;
        result.assert_status(201);
        text(&result, "id")
    }

    /// Posts a command and returns its id.
    pub(crate) async fn post(&self, agent: &str, command: Value) -> String {
        let url = format!("/v1/agents/{agent}/commands");
        let result = self.client.post(&url).json(&command).send().await;
        result.assert_status(202);
        text(&result, "id")
    }

    pub(crate) async fn next(&self, agent: &str, wait: u32) -> TestResult {
        self.client
            .get(&format!("/v1/agents/{agent}/commands/next?wait={wait}"))
            .send()
            .await
    }

    pub(crate) async fn command(&self, id: &str) -> Value {
        self.client
            .get(&format!("/v1/commands/{id}"))
            .send()
            .await
            .json()
    }
}

/// A member of a JSON object, as text.
pub(crate) fn text(result: &TestResult, member: &str) -> String {
    result.json::<Value>()[member].as_str().unwrap().to_owned()
}
