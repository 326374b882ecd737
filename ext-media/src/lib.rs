//! Media types for Falcon: bodies in every representation, in and out, negotiated as RFC 9110 says.
//!
//! [`MediaRequest::media`] reads the body as a value, [`MediaResponse::set_media`] writes one;
//! [`Media`] says which formats an app has, and [`MediaResponse::set_media_for`] writes the one that
//! the client likes best.
//!
//! # A complete example
//!
#![cfg_attr(all(feature = "json", feature = "msgpack"), doc = "```")]
#![cfg_attr(not(all(feature = "json", feature = "msgpack")), doc = "```ignore")]
//! use falcon_core::{App, Request, Resource, Response, Result, StatusCode};
//! use falcon_media::{Media, MediaRequest, MediaResponse};
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
//!         resp.set_status(StatusCode::CREATED).set_media_for(req, &Thing { id: 1, name: new.name })?;
//!         Ok(())
//!     }
//! }
//!
//! let mut app = App::with(Media::new().json().msgpack());
//! app.add_route("/things", Things);
//! let client = falcon_testing::TestClient::new(app);
//!
//! falcon_testing::block_on(async {
//!     let result = client.post("/things").json(&serde_json::json!({"name": "a"})).send().await;
//!     result.assert_status(201).assert_text(r#"{"id":1,"name":"a"}"#);
//!
//!     let request = client.post("/things").json(&serde_json::json!({"name": "a"}));
//!     let result = request.header("accept", "application/msgpack").send().await;
//!     result.assert_header("content-type", "application/msgpack").assert_header("vary", "accept");
//!     assert_eq!(result.bytes(), b"\x82\xa2id\x01\xa4name\xa1a");
//!
//!     let result = client.post("/things").json(&serde_json::json!({"name": 7})).send().await;
//!     result.assert_problem(422, "json_shape");
//!
//!     let result = client.post("/things").header("accept", "text/html").body("").send().await;
//!     result.assert_problem(400, "body_empty");
//! });
//! ```
//!
//! # Where to look
//!
//! | what | where |
//! | --- | --- |
//! | which formats an app, a group or a route reads and writes | [`Media`] |
//! | a format of your own | [`MediaHandler`] |
//! | which media types a route takes and gives; vendor types and versions | [`Consumes`], [`Produces`], [`MediaRequest::negotiate`] |
//! | refusing what nobody would take, before anything is done | [`Negotiate`] |
//! | forms with files | `MediaRequest::multipart`, `Multipart`, `Part` |
//! | many values, one after another | `MediaRequest::media_stream`, `MediaResponse::set_media_stream` |
//! | changes to a value: JSON Merge Patch, JSON Patch | `MediaRequest::patch_media` |
//! | compressed responses and requests | `Compression`, `Decompression` |
//!
//! [`Consumes`]: falcon_core::Consumes
//! [`Produces`]: falcon_core::Produces
//!
//! # What can be wrong with a body
//!
//! `*` is the format: `json`, `msgpack`, `cbor`, `form`, `text`, or `media` for one of your own.
//!
//! | what | status | `code` |
//! | --- | --- | --- |
//! | nothing there | 400 | `body_empty` |
//! | another media type, a charset that is not UTF-8, none at all; with the list of what would do in `supported` and in `Accept-Post`, `Accept-Patch` or `Accept` | 415 | `media_type_unsupported` |
//! | a `Content-Encoding` that nothing undoes | 415 | `content_encoding_unsupported` |
//! | no value of the format: with `line` and `column`, or `offset`, and reason; also NaN, and what follows the value | 400 | `*_malformed` |
//! | nested too deep: more than 128 in JSON and your own, 64 in MessagePack and CBOR | 400 | `*_too_deep` |
//! | a member twice | 400 | `*_duplicate_member` |
//! | a value of another shape: with `pointer`, place and reason | 422 | `*_shape` |
//! | too large | 413 | `content_too_large` |
//! | cut off | 400 | `body_incomplete` |
//! | no multipart body, or one over the limits | 400 | `multipart_malformed` |
//! | a text in a form that is not in its charset | 400 | `multipart_text_malformed` |
//! | not what its `Content-Encoding` says | 400 | `content_encoding_malformed` |
//! | a patch that does not fit the value | 409 | `json_patch_test_failed`, `json_patch_conflict` |
//!
//! What a client cannot have is 406: `not_acceptable` with `available`, the list of what it can have,
//! or `coding_not_acceptable`.
//!
//! A member of a map that comes twice is refused wherever it is read; in what a type does not read,
//! as in an unknown field of a struct, nobody looks. Lists in the place of structs are refused, though
//! serde takes them. [`Media::lenient`] takes all of that.
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `json` | JSON in and out | `serde_json` |
//! | `json-simd` | another engine for JSON of 16 KiB and more: sooner where texts have many escapes | `simd-json`, which is unsafe code |
//! | `msgpack` | MessagePack in and out | `rmp-serde` |
//! | `cbor` | CBOR in and out | `serde_cbor_2` |
//! | `form` | URL-encoded forms in and out | `typeid` |
//! | `text` | plain text in and out, for values that are one text | `typeid` |
//! | `multipart` | forms with files, part by part | `memchr` |
//! | `spool` | their parts into temporary files | `tempfile`, `tokio` |
//! | `streams` | NDJSON and JSON text sequences, value by value, in and out | `memchr` |
//! | `patch` | JSON Merge Patch and JSON Patch | `json-patch` |
//! | `gzip` | compressed responses and requests | `flate2`, in Rust alone |
//! | `br` | the same with Brotli | `brotli` |
//! | `zstd` | the same with Zstandard | `zstd`, which builds C |
//! | `full` | all of them but `json-simd` | |
//!
//! Without features there is [`MediaHandler`], and negotiation. What is switched on does not change
//! what an app reads or writes: [`Media`] does.

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
