//! Courier takes commands from a control plane to agents on many servers, fast enough that a
//! person who browses a remote file system through it feels no wait.
//!
//! An agent registers, then asks for its next command with a long poll; whoever controls it posts
//! commands and waits for their results in the same way. Everything is in SQLite, and on disk
//! before a 2xx is sent for it.
//!
//! How it is put together, and where to look:
//!
//! | what | where |
//! | --- | --- |
//! | routes, error handlers | `app` |
//! | what requests and answers are, checked and described | `api` |
//! | who may use it | `access`, `development` |
//! | what each URL does | `resources` |
//! | what is stored, one thread that owns the database | `store` |
//! | who waits for what | `hub` |
//! | JSON in and out | `model` |

mod access;
mod api;
mod app;
mod cli;
mod development;
mod hub;
mod model;
mod resources;
mod store;
mod time;

pub use self::access::{Access, Sources};
pub use self::app::{Courier, create_app};
pub use self::cli::Options;
pub use self::development::Development;
pub use self::store::StoreError;
