#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Bodies in and out, through HTTP: an app, a simulated request, the status, headers and body.

mod compression;
mod formats;
mod json;
mod multipart;
mod negotiation;
mod patch;
mod streams;
