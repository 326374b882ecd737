//! Media types for Falcon: typed request and response bodies.
//!
//! [`MediaRequest::media`] reads the body as a value, [`MediaResponse::set_media`] writes one.
//!
//! # A complete example
//!
#![cfg_attr(feature = "json", doc = "```")]
#![cfg_attr(not(feature = "json"), doc = "```ignore")]
//! use falcon_core::{App, Request, Resource, Response, Result, StatusCode};
//! use falcon_media::{MediaRequest, MediaResponse};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Deserialize)]
//! struct NewThing {
//!     name: String,
//! }
//!
//! #[derive(Serialize)]
//! struct Thing {
//!     id: u64,
//!     name: String,
//! }
//!
//! struct Things;
//!
//! impl Resource for Things {
//!     async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let new: NewThing = req.media().await?;
//!         resp.set_status(StatusCode::CREATED).set_media(&Thing { id: 1, name: new.name })?;
//!         Ok(())
//!     }
//! }
//!
//! let mut app = App::new();
//! app.add_route("/things", Things);
//! let client = falcon_testing::TestClient::new(app);
//!
//! falcon_testing::block_on(async {
//!     let result = client.post("/things").json(&serde_json::json!({"name": "a"})).send().await;
//!     result.assert_status(201).assert_text(r#"{"id":1,"name":"a"}"#);
//!
//!     let result = client.post("/things").json(&serde_json::json!({"name": 7})).send().await;
//!     result.assert_problem(422, "json_shape");
//! });
//! ```
//!
//! # What can be wrong with a body
//!
//! | what | status | `code` |
//! | --- | --- | --- |
//! | nothing there | 400 | `body_empty` |
//! | another media type, a charset that is not UTF-8, none at all | 415 | `media_type_unsupported` |
//! | a `Content-Encoding` | 415 | `content_encoding_unsupported` |
//! | no JSON: with `line`, `column` and reason | 400 | `json_malformed` |
//! | nested more than 128 deep | 400 | `json_too_deep` |
//! | a member twice, where it is a field of a struct | 400 | `json_duplicate_member` |
//! | JSON of another shape: with `pointer`, `line`, `column` and reason | 422 | `json_shape` |
//! | too large | 413 | `content_too_large` |
//! | cut off | 400 | `body_incomplete` |
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `json` | JSON in and out | `serde_json`, `serde_path_to_error` |

#[cfg(any(feature = "br", feature = "gzip", feature = "zstd"))]
mod compression;
#[cfg(any(feature = "cbor", feature = "json", feature = "msgpack"))]
mod fault;
mod formats;
mod handler;
mod media;
#[cfg(feature = "multipart")]
mod multipart;
mod negotiate;
#[cfg(feature = "patch")]
mod patch;
mod problem;
mod request;
mod response;
mod sealed;
#[cfg(feature = "streams")]
mod streams;
mod strict;

#[cfg(any(feature = "br", feature = "gzip", feature = "zstd"))]
pub use self::compression::{Compression, Decompression};
pub use self::handler::{MediaHandler, Target, Writable};
pub use self::media::Media;
#[cfg(feature = "spool")]
pub use self::multipart::Spooled;
#[cfg(feature = "multipart")]
pub use self::multipart::{Multipart, MultipartLimits, Part};
pub use self::negotiate::{Negotiate, Representation};
pub use self::request::MediaRequest;
pub use self::response::MediaResponse;
#[cfg(feature = "streams")]
pub use self::streams::{MediaStream, StreamFormat};
