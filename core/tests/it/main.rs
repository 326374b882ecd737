#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! The core through HTTP: an app, a simulated request, the status, headers and body.

mod resources;

/// Runs an async test.
pub(crate) use falcon_testing::block_on;
