//! The core of Falcon, a bare-metal framework for HTTP APIs: resources, routing, the request
//! cycle, errors, and the contract that extensions are written against.
//!
//! It is a thin layer over the server, and brings none: an app becomes an [`AppService`], which is
//! a tower service and runs under `falcon-server`, hyper, axum, or nothing at all in a test. It has
//! no runtime, no serde, no macro that a user needs.
//!
//! Applications depend on the facade, `falcon-web`; extensions depend on this crate alone.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::{App, HttpError, Request, Resource, Response, Result};
//!
//! struct Quotes {
//!     all: Vec<&'static str>,
//! }
//!
//! impl Resource for Quotes {
//!     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let number: usize = req.param_as("number")?;
//!         let quote = self.all.get(number).ok_or_else(HttpError::not_found)?;
//!         resp.set_text(*quote);
//!         Ok(())
//!     }
//! }
//!
//! let mut app = App::new();
//! app.add_route("/quotes/{number:int}", Quotes { all: vec!["I've always been more interested in the future."] });
//! let service = app.freeze()?;
//!
//! # falcon_testing::block_on(async {
//! let request = http::Request::get("/quotes/0").body(String::new()).unwrap();
//! let response = service.handle(request).await;
//! assert_eq!(response.status(), 200);
//! # });
//! # Ok::<(), falcon_core::SetupErrors>(())
//! ```
//!
//! # Where to look
//!
//! | what | where |
//! | --- | --- |
//! | something a URL leads to | [`Resource`], [`Responders`] |
//! | templates, fields, converters, precedence | [`routing`] |
//! | something around every request; extensions | [`Middleware`] |
//! | something around one route | [`Hook`] |
//! | what the client is told when something goes wrong | [`Error`], [`HttpError`], [`serializers`] |
//! | what a route says about itself | [`Metadata`] |
//! | what a route takes and gives, for checks and descriptions | [`operation`] |
//! | the media types that a route takes and gives | [`Consumes`], [`Produces`], [`header::MediaType`], [`header::Accept`] |
//! | conditional requests | [`Resource::validators`], [`Response::set_etag`], [`PreconditionRequired`] |
//! | cookies, dates, ranges, links, who is calling | [`header`], [`TrustedProxies`] |
//! | percent-encoding and hosts; names of files from a client | [`uri`], [`filename`] |
//! | a tower service inside an app, an app inside a tower stack | [`App::mount`], [`AppService`] |
//!
//! # What the framework does by itself
//!
//! 304, 412 and 206 where a response tells its validators or offers its parts; 404; 405 with the
//! exact `Allow`; 501 for a method that nobody knows; OPTIONS with 204 and `Allow`; HEAD by GET; 413 for a body over the limit; 400 for a path that is none; no body where
//! HTTP allows none; 500 for a panic, with the process alive.
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `regex` | regular expressions in templates and sinks | `regex-lite` |
//!
//! # Stability
//!
//! Semantic versioning covers every public item. It does not cover the wording of messages, what
//! `Debug` prints, and defaults that protect. Dependencies in signatures: `http`, `http-body`,
//! `bytes`, `tower-service`, `futures-core`.

mod app;
mod body;
mod error;
pub mod filename;
pub mod header;
mod hook;
mod middleware;
pub mod operation;
mod request;
mod resource;
mod response;
pub mod routing;
pub mod uri;

pub use bytes;
pub use http;
#[doc(no_inline)]
pub use http::{Method, StatusCode};

pub use self::app::{
    App, AppInfo, AppService, Group, ResponseFuture, Setup, SetupError, SetupErrors,
};
pub use self::body::Body;
pub use self::error::{
    BoxError, Error, ErrorHandler, ErrorSerializer, HttpError, HttpStatus, Member, MemberView,
    Panic, Result, serializers,
};
pub use self::hook::{Hook, HookFn, PreconditionRequired};
pub use self::middleware::{BoxMiddleware, Middleware, Phases};
pub use self::request::{
    BodyLimit, ClientCertificate, Context, PeerAddr, Query, Request, RootPath, TrustedProxies,
};
pub use self::resource::{Endpoint, Resource, Responder, Responders, Sink, ValidatorsFn};
pub use self::response::{End, Response, ResponseBody};
pub use self::routing::builder::RouteBuilder;
pub use self::routing::deprecated::Deprecated;
pub use self::routing::media_types::{Consumes, Produces};
pub use self::routing::metadata::Metadata;
pub use self::routing::mount::Mount;
pub use self::routing::route::Route;
