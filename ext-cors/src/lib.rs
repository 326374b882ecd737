//! CORS for Falcon, as the Fetch standard has it.
//!
//! A [`Cors`] is put into an app as its first middleware. It answers preflights with the methods that
//! the route really has, before authentication and without running anything, and sets the headers on
//! every answer, errors too, so that a page can read them.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::{App, Request, Resource, Response, Result};
//! use falcon_cors::Cors;
//!
//! struct Things;
//!
//! impl Resource for Things {
//!     async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
//!         resp.set_text("things");
//!         Ok(())
//!     }
//!
//!     async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
//!         resp.set_text("put");
//!         Ok(())
//!     }
//! }
//!
//! let cors = Cors::builder()
//!     .allow_origin("https://app.example")
//!     .allow_origin_pattern("https://*.app.example")
//!     .allow_headers(["content-type", "x-request-id"])
//!     .allow_credentials()
//!     .build()
//!     .expect("the policy is in order");
//! let mut app = App::with(cors);
//! app.add_route("/things", Things);
//! let client = falcon_testing::TestClient::new(app);
//!
//! falcon_testing::block_on(async {
//!     let request = client.get("/things").header("origin", "https://app.example");
//!     let result = request.send().await;
//!     result.assert_header("access-control-allow-origin", "https://app.example");
//!     result.assert_header("access-control-allow-credentials", "true").assert_header("vary", "origin");
//!
//!     let request = client.options("/things").header("origin", "https://a.app.example");
//!     let request = request.header("access-control-request-method", "PUT");
//!     let result = request.header("access-control-request-headers", "content-type").send().await;
//!     result.assert_status(204).assert_header("access-control-allow-methods", "GET, HEAD, PUT");
//!     result.assert_header("access-control-allow-headers", "content-type, x-request-id");
//!
//!     let request = client.get("/things").header("origin", "https://evil.example");
//!     let result = request.send().await;
//!     result.assert_status(200).assert_no_header("access-control-allow-origin");
//! });
//! ```
//!
//! # What cannot be said
//!
//! [`CorsBuilder::build`] refuses what cannot be safe: credentials for any origin, wildcards with
//! credentials, a pattern over a public suffix, an origin that no browser sends. CORS tells a browser
//! which pages may read an answer; it keeps nobody from asking.

mod answer;
mod asked;
mod builder;
mod middleware;
mod origin;
mod pattern;
mod policy;

pub use self::builder::{CorsBuilder, CorsError};
pub use self::middleware::Cors;
pub use self::origin::Origin;
pub use self::policy::AllowOrigin;
