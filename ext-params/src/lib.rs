//! Typed query parameters, path fields and headers for Falcon.
//!
//! A struct that serde can deserialize says what a request may hold; [`ParamsRequest`] fills it in.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::{App, Request, Resource, Response, Result};
//! use falcon_params::ParamsRequest;
//! use falcon_testing::{TestClient, block_on};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Filter {
//!     limit: u8,
//!     #[serde(default)]
//!     tag: Vec<String>,
//!     archived: Option<bool>,
//! }
//!
//! struct Things;
//!
//! impl Resource for Things {
//!     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let filter: Filter = req.query_params()?;
//!         resp.set_text(format!("{} {:?} {:?}", filter.limit, filter.tag, filter.archived));
//!         Ok(())
//!     }
//! }
//!
//! let mut app = App::new();
//! app.add_route("/things", Things);
//! let client = TestClient::new(app);
//!
//! block_on(async {
//!     let result = client.get("/things?limit=5&tag=a&tag=b&archived").send().await;
//!     result.assert_text(r#"5 ["a", "b"] Some(true)"#);
//!
//!     let result = client.get("/things?archived=maybe").send().await;
//!     result.assert_problem(400, "invalid_parameters");
//!     let problem: serde_json::Value = result.json();
//!     assert_eq!(problem["errors"][0]["name"], "archived");
//!     assert_eq!(problem["errors"][0]["expected"], "true or false");
//!     assert_eq!(problem["errors"][1]["name"], "limit");
//!     assert_eq!(problem["errors"][1]["expected"], "an integer from 0 to 255");
//! });
//! ```
//!
//! # How texts become values
//!
//! | field of the struct | what the text is |
//! | --- | --- |
//! | an integer, a float | that, and nothing around it |
//! | `bool` | `true`, `t`, `yes`, `y`, `1`, `on`, or nothing; `false`, `f`, `no`, `n`, `0`, `off` |
//! | `String`, `char` | itself |
//! | an enum of plain variants | the name of one |
//! | `Option<T>` | `None` where the parameter is not there |
//! | `Vec<T>`, a set | every value of a parameter that is there several times; in a header, its list |
//! | any other type | what the type reads from a text: a UUID, a date |
//!
//! Of several values for a single field the last one counts. A name that the struct does not have is
//! passed over, unless it says `#[serde(deny_unknown_fields)]`. `#[serde(flatten)]` reads texts
//! alone, for serde does not tell what a flattened field wants.

mod error;
mod report;
mod request;
mod sealed;
mod source;
mod value;

pub use self::request::ParamsRequest;
