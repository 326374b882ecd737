//! The server of Falcon: HTTP/1.1, and HTTP/2 where it is asked for, over hyper.
//!
//! # A complete example
//!
//! ```no_run
//! use falcon_core::{App, Request, Resource, Response, Result};
//!
//! struct Hello;
//!
//! impl Resource for Hello {
//!     async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
//!         resp.set_text("Hello, world!");
//!         Ok(())
//!     }
//! }
//!
//! fn main() -> Result<(), falcon_server::Error> {
//!     let mut app = App::new();
//!     app.add_route("/", Hello);
//!     falcon_server::serve(app, "127.0.0.1:8000")
//! }
//! ```
//!
//! [`serve`] needs no runtime around it: it starts one worker thread for each core, each with a
//! runtime and, on Linux, a listening socket of its own (`SO_REUSEPORT`), and returns when the
//! process is told to stop. [`Server`] is the same with options.
//!
//! # Limits
//!
//! All are on without configuration; each has a method of [`Server`].
//!
//! | limit | default | what happens |
//! | --- | --- | --- |
//! | first byte of a connection | 10 s | closed |
//! | request head, from its first byte | 10 s | 408, closed |
//! | idle between requests | 60 s | closed |
//! | pause inside a request body | 15 s | 408 |
//! | pause of a client that should read | 30 s | closed |
//! | handler | 30 s; for a route, [`HandlerTimeout`] | 503 |
//! | request target | 8,192 bytes | 414 |
//! | header section | 32,768 bytes, 100 lines | 431 |
//! | one header | 256 bytes of name, 16,384 of value | 431 |
//! | connections | 10,000 | wait to be accepted |
//! | drain at a stop | 30 s | what is left is cut off |
//!
//! # Stopping
//!
//! On SIGTERM and SIGINT no further connection is accepted, idle ones are closed, and requests in
//! flight are finished. A second signal stops at once.
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `http2` | HTTP/2 by prior knowledge: `Server::http2_prior_knowledge` | `h2` |

mod banner;
mod body;
mod builder;
mod config;
mod conn;
mod control;
mod error;
mod gate;
mod handler;
mod io;
mod listener;
mod outgoing;
mod patience;
mod phase;
mod signal;
mod woken;
mod worker;

pub use self::builder::{Bound, Server, serve};
pub use self::control::Running;
pub use self::error::Error;
pub use self::handler::HandlerTimeout;
