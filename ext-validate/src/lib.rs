//! JSON Schema for Falcon: requests and responses held to what routes declare.
//!
//! Routes say what they take and give, as an [`Operation`]; [`Validation`] holds them to it. The same
//! words describe the API, so that no description can say something else than what is checked.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::operation::{Operation, Parameter, Schema};
//! use falcon_core::{App, Method, Request, Resource, Response, Result};
//! use falcon_testing::{TestClient, block_on};
//! use falcon_validate::{ValidRequest, Validation};
//! use serde::Deserialize;
//!
//! #[derive(Deserialize)]
//! struct Pet {
//!     name: String,
//! }
//!
//! struct Pets;
//!
//! impl Resource for Pets {
//!     async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let pet: Pet = req.valid_media()?;
//!         resp.set_text(format!("Hello, {}!", pet.name));
//!         Ok(())
//!     }
//! }
//!
//! let pet = Schema::new(
//!     r#"{
//!         "type": "object",
//!         "properties": {"name": {"type": "string", "minLength": 1}, "age": {"type": "integer", "minimum": 0}},
//!         "required": ["name"],
//!         "additionalProperties": false
//!     }"#,
//! );
//! let dry = Parameter::query("dry", r#"{"type": "boolean"}"#);
//!
//! let mut app = App::with(Validation::new());
//! app.add_route("/pets", Pets)
//!     .with_for(Method::POST, Operation::new().body(pet.named("Pet")).parameter(dry));
//! let client = TestClient::new(app);
//!
//! block_on(async {
//!     let result = client.post("/pets").json(&serde_json::json!({"name": "Rex"})).send().await;
//!     result.assert_text("Hello, Rex!");
//!
//!     let wrong = serde_json::json!({"name": "", "age": "three"});
//!     let result = client.post("/pets").json(&wrong).send().await;
//!     result.assert_problem(422, "validation_failed");
//!     let problem: serde_json::Value = result.json();
//!     assert_eq!(problem["errors"][0]["pointer"], "/age");
//!     assert_eq!(problem["errors"][0]["detail"], "It must be an integer.");
//!     assert_eq!(problem["errors"][0]["schema"], "/properties/age/type");
//!     assert_eq!(problem["errors"][1]["pointer"], "/name");
//!
//!     let result = client.post("/pets?dry=maybe").send().await;
//!     result.assert_problem(400, "invalid_parameters");
//! });
//! ```
//!
//! # What an error says
//!
//! | member of `errors` | what it is |
//! | --- | --- |
//! | `in` | `body`, `query`, `path`, `header`, `cookie` |
//! | `name` | the parameter's; bodies have none |
//! | `pointer` | a JSON Pointer to what is wrong, cut at 256 bytes |
//! | `schema` | a JSON Pointer to the keyword, in the schema |
//! | `keyword` | the keyword that does not hold |
//! | `detail` | a sentence that says what would be right; nothing that the client has sent is in it |
//!
//! There are 50 at most, and `truncated` tells whether there may be more. Finding them takes 10 ms at
//! most, whatever the body: a schema of alternatives that refer to one another may be told of as a whole.
//!
//! # Values and texts
//!
//! - A number without a fraction is an integer, however it is written: `1.0`, `1e2`; a responder's type
//!   gets it as one. An object that has a name twice is refused.
//! - Parameters and the fields of forms are texts, and become what their schema speaks of: integers, numbers
//!   as JSON writes them, `true` and `false`, null where nothing is written and a text cannot be,
//!   lists and objects as their [`Style`] has it. Where one value can be, a second is refused.
//! - `multipleOf` compares in decimal, lengths count characters (code points), formats are always checked.
//! - Patterns are matched in linear time; [`Validation::backtracking`] takes others too.
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `types` | schemas from Rust types: `schema_of` | schemars |
//! | `rules` | rules that are derived on types: `Rules`, `garde!` | nothing |
//! | `full` | both | |
//!
//! [`Operation`]: falcon_core::operation::Operation
//! [`Style`]: falcon_core::operation::Style

mod body;
mod coerce;
mod compiled;
mod content;
mod dialect;
mod explain;
mod json;
mod middleware;
mod parameters;
mod plan;
mod problem;
mod request;
mod response;
#[cfg(feature = "rules")]
mod rules;
mod sealed;
#[cfg(feature = "types")]
mod types;

pub use self::middleware::Validation;
pub use self::request::ValidRequest;
pub use self::response::InvalidResponse;
#[cfg(feature = "rules")]
pub use self::rules::{Broken, Rules};
#[cfg(feature = "types")]
pub use self::types::{answer_schema_of, schema_of};
