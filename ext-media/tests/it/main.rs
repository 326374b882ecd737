#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Bodies in and out, through HTTP: an app, a simulated request, the status, headers and body.

use falcon_core::Body;
use futures_util::stream;

mod compression;
mod formats;
mod json;
mod multipart;
mod negotiation;
mod patch;
mod spool;
mod streams;

/// In pieces of so many bytes.
fn pieces(body: &[u8], size: usize) -> Body {
    let body = body.to_vec();
    let pieces = (0..body.len().div_ceil(size)).map(move |i| {
        let end = body.len().min((i + 1) * size);
        Ok::<_, std::io::Error>(body[i * size..end].to_vec())
    });
    Body::stream(stream::iter(pieces))
}
