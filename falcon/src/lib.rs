//! Falcon, a bare-metal framework for HTTP APIs: light, fast, explicit, stable.
//!
//! Resources are plain structs whose `on_get`, `on_post`, … responders are handed a request and a
//! response to fill in; routes stand in one place; everything beyond the core is opt-in.
//!
//! # A complete example
//!
#![cfg_attr(all(feature = "json", feature = "server"), doc = "```no_run")]
#![cfg_attr(not(all(feature = "json", feature = "server")), doc = "```ignore")]
//! use falcon::prelude::*;
//!
//! struct Hello;
//!
//! impl Resource for Hello {
//!     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let name = req.param("name").unwrap_or("world");
//!         resp.set_text(format!("Hello, {name}!"));
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> Result<(), falcon::server::Error> {
//!     let mut app = App::new();
//!     app.add_route("/", Hello);
//!     app.add_route("/{name}", Hello);
//!     falcon::serve(app, "127.0.0.1:8000")
//! }
//! ```
//!
//! This crate adds nothing of its own: it is one dependency in place of several, and its features
//! pick the parts.
//!
//! # Features
//!
//! | feature | what it gives | default |
//! | --- | --- | --- |
//! | `json` | typed JSON bodies: `falcon::media` | yes |
//! | `server` | `falcon::serve`, `falcon::server` | yes |
//! | `http2` | HTTP/2 by prior knowledge in the server | no |
//! | `auth` | bearer tokens, and rules on routes: `falcon::auth` | no |
//! | `jwks` | the keys that an issuer publishes, by URL | no |
//! | `introspection` | opaque tokens, by asking the authorization server | no |
//! | `api-key` | API keys | no |
//! | `basic` | names and passwords | no |
//! | `client-cert` | certificates of clients | no |
//! | `cors` | CORS: `falcon::cors` | no |
//! | `media` | formats of your own, and negotiation: `falcon::media` | by `json` |
//! | `json-simd` | another engine for JSON of 16 KiB and more | no |
//! | `msgpack` | MessagePack | no |
//! | `cbor` | CBOR | no |
//! | `form` | URL-encoded forms | no |
//! | `text` | plain text | no |
//! | `multipart` | forms with files, part by part | no |
//! | `spool` | their parts into temporary files | no |
//! | `streams` | NDJSON and JSON text sequences, value by value | no |
//! | `patch` | JSON Merge Patch and JSON Patch | no |
//! | `gzip` | compressed responses and requests | no |
//! | `br` | the same with Brotli | no |
//! | `zstd` | the same with Zstandard | no |
//! | `params` | typed query parameters, path fields and headers: `falcon::params` | no |
//! | `regex` | regular expressions in templates and sinks | no |
//! | `static` | static files: `falcon::files` | no |
//! | `openapi` | an OpenAPI document of what routes declare: `falcon::openapi` | no |
//! | `docs-page` | a page to read the API and to try it | no |
//! | `openapi-yaml` | documents that are written in YAML, to begin with | no |
//! | `validate` | requests and responses held to JSON Schemas: `falcon::validate` | no |
//! | `types` | schemas from Rust types | no |
//! | `rules` | rules that are derived on types | no |
//! | `full` | all of them but `json-simd` | no |

#[cfg(any(feature = "auth", feature = "api-key", feature = "basic"))]
#[doc(no_inline)]
pub use falcon_auth as auth;
#[doc(no_inline)]
pub use falcon_core::*;
#[cfg(feature = "cors")]
#[doc(no_inline)]
pub use falcon_cors as cors;
#[cfg(feature = "media")]
#[doc(no_inline)]
pub use falcon_media as media;
#[cfg(feature = "openapi")]
#[doc(no_inline)]
pub use falcon_openapi as openapi;
#[cfg(feature = "params")]
#[doc(no_inline)]
pub use falcon_params as params;
#[cfg(feature = "server")]
#[doc(no_inline)]
pub use falcon_server as server;
#[cfg(feature = "server")]
#[doc(no_inline)]
pub use falcon_server::serve;
#[cfg(feature = "static")]
#[doc(no_inline)]
pub use falcon_static as files;
#[cfg(feature = "validate")]
#[doc(no_inline)]
pub use falcon_validate as validate;

/// What nearly every module of an application names.
///
/// Semantic versioning covers this list too: it only grows in a minor release.
pub mod prelude {
    #[cfg(any(feature = "auth", feature = "api-key", feature = "basic"))]
    #[doc(no_inline)]
    pub use falcon_auth::AuthRequest as _;
    #[doc(no_inline)]
    pub use falcon_core::{
        App, Error, Hook, HttpError, HttpStatus, Method, Middleware, Request, Resource, Responders,
        Response, Result, StatusCode, header,
    };
    #[cfg(feature = "media")]
    #[doc(no_inline)]
    pub use falcon_media::{MediaRequest as _, MediaResponse as _};
    #[cfg(feature = "params")]
    #[doc(no_inline)]
    pub use falcon_params::ParamsRequest as _;
    #[cfg(feature = "validate")]
    #[doc(no_inline)]
    pub use falcon_validate::ValidRequest as _;
}

/// The example in the README at the root compiles.
#[cfg(all(doctest, feature = "json", feature = "server"))]
#[doc = include_str!("../../README.md")]
struct Readme;
