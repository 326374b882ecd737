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
//! # What is answered
//!
//! | request | answer |
//! | --- | --- |
//! | no `Origin` | as without CORS, with `Vary: Origin`; or, where any origin may read it, with that said, for caches |
//! | an origin that is allowed | the same, and the headers with which the page may read it, whatever the status |
//! | an origin that is not | the same, and no such header, not even a responder's own; 403 by [`CorsBuilder::reject_disallowed`] |
//! | a preflight (`OPTIONS` with `Access-Control-Request-Method`) for a route | 204 at once, with what may be done if what was asked for is among it |
//! | a preflight for what is nowhere | the 404 |
//! | any other `OPTIONS` | the resource's, or the automatic one |
//!
//! Sinks and mounted services answer every method, so a preflight for them is told the one that it asks
//! for. What a mounted service says of CORS by itself gives way to the policy; with
//! `.with(Cors::off())`, a mounted app that has its own answers its preflights too.
//!
//! Middleware that changes paths or methods goes before [`Cors`], or preflights are answered for what they
//! were. Behind it, no policy of a route is passed by all the same.
//!
//! # Policies of groups, routes and methods
//!
//! The app's policy counts unless something nearer has one, or [`Cors::off`]; a preflight tells the methods
//! for which the same policy counts. Without a [`Cors`] as middleware, all of it does nothing: an app whose
//! routes alone have policies has `App::with(Cors::off())`.
//!
//! ```
//! # use falcon_core::{App, Method, Request, Resource, Response, Result};
//! # use falcon_cors::{Cors, CorsError};
//! # struct Things;
//! # impl Resource for Things {
//! #     async fn on_get(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
//! #     async fn on_put(&self, _: &mut Request, _: &mut Response) -> Result { Ok(()) }
//! # }
//! let of_the_app = Cors::builder().allow_origin("https://app.example").build()?;
//! let for_everybody = Cors::builder().allow_any_origin().build()?;
//!
//! let mut app = App::with(of_the_app);
//! app.add_route("/things", Things).with_for(Method::GET, for_everybody);
//! app.add_route("/internal", Things).with(Cors::off());
//! # Ok::<(), CorsError>(())
//! ```
//!
//! # When the browser's console says no
//!
//! | it says | so |
//! | --- | --- |
//! | No 'Access-Control-Allow-Origin' header is present | the origin is not allowed: compare it, scheme and port too |
//! | It does not have HTTP ok status | there is no such route, or a middleware before [`Cors`] refuses preflights |
//! | Method … is not allowed | the route has no responder for it, or [`CorsBuilder::allow_methods`] leaves it out; or the preflight asked for a header that is not allowed |
//! | Request header field … is not allowed | name it with [`CorsBuilder::allow_headers`] |
//! | … must not be the wildcard '*' when the request's credentials mode is 'include' | name the origins, with [`CorsBuilder::allow_credentials`] |
//!
//! # What cannot be said
//!
//! [`CorsBuilder::build`] refuses what cannot be safe: credentials for any origin, wildcards with
//! credentials, a pattern over a public suffix, an origin that no browser sends. CORS tells a browser
//! which pages may read an answer; it keeps nobody from asking.

mod answer;
mod asked;
mod builder;
mod cors;
mod faults;
mod middleware;
mod origin;
mod pattern;
mod policy;

pub use self::builder::{CorsBuilder, CorsError};
pub use self::cors::Cors;
pub use self::origin::Origin;
pub use self::policy::AllowOrigin;
