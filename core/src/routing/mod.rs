//! Routing: templates, converters, lookup, and what is known of each route.
//!
//! # Templates
//!
//! A template is a path whose segments are literals, fields, or both:
//!
//! | template | matches | does not match |
//! | --- | --- | --- |
//! | `/users` | `/users` | `/users/`, `/Users` |
//! | `/users/{id}` | `/users/7`, `/users/caf%C3%A9` | `/users/`, `/users/7/x` |
//! | `/users/{id:int}` | `/users/7` | `/users/seven` |
//! | `/compare/{base}...{head}` | `/compare/v1...v2` | `/compare/v1` |
//! | `/files/{rest:path}` | `/files/`, `/files/a/b.txt` | `/files` |
//!
//! - The path is split at `/` as it came. Each field is percent-decoded once and by itself, so
//!   `%2F` never makes a segment. Literals compare decoded, with case.
//! - A field matches at least one character; only a `path` field may be empty.
//! - In a segment with several fields, each takes as much as it can, from left to right.
//! - A trailing slash counts: `/a` and `/a/` are two paths.
//!
//! # Which route is taken
//!
//! At each segment: the literal, then segments of literals and fields, then fields with a
//! converter, then plain fields, then a `path` field; where what follows does not match, the next
//! candidate is tried. The order in which routes are added never matters:
//!
//! - among segments of literals and fields, the one with more literal text goes first, then the
//!   one with more converters;
//! - among converters: `uuid`, `datetime`, `int`, `float`, then your own by their names; one with
//!   arguments goes before the same without.
//! - A mount or a sink is taken where no route matches; among those, the one with the longest
//!   prefix. A sink with a regular expression goes before them, of several the one added last.
//!
//! Two templates that would always match the same paths are a registration error.

pub(crate) mod builder;
mod captures;
pub mod converter;
pub(crate) mod deprecated;
mod error;
mod listing;
mod literals;
mod lookup;
pub(crate) mod media_types;
pub(crate) mod metadata;
pub(crate) mod mount;
mod path;
#[cfg(feature = "regex")]
mod pattern;
pub(crate) mod route;
mod table;
mod template;
mod tree;
mod url;
mod words;

pub(crate) use self::builder::{Kind, PendingRoute};
pub(crate) use self::captures::Captures;
pub(crate) use self::error::Fault;
pub use self::error::RouteError;
pub use self::listing::Listing;
pub(crate) use self::path::CheckedPath;
#[cfg(feature = "regex")]
pub(crate) use self::pattern::Patterns;
pub(crate) use self::route::Answer;
pub use self::route::{Field, HookInfo};
pub(crate) use self::table::Table;
pub(crate) use self::template::Template;
pub(crate) use self::tree::{Inserted, converters_of};
