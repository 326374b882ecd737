//! OpenAPI for Falcon: a document of what routes declare, and a page to read and try it.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::operation::{Answer, Operation, Schema};
//! use falcon_core::{App, Method, Request, Resource, Response, Result, StatusCode};
//! use falcon_openapi::OpenApi;
//! use falcon_testing::{TestClient, block_on};
//!
//! struct Pets;
//!
//! impl Resource for Pets {
//!     async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
//!         resp.set_text("Rex");
//!         Ok(())
//!     }
//! }
//!
//! let pet = Schema::new(r#"{"type": "object", "properties": {"name": {"type": "string"}}}"#).named("Pet");
//! let read = Operation::doc("Reads a pet.").answer(Answer::new(StatusCode::OK).schema(pet));
//!
//! let openapi = OpenApi::new("Pets", "1.0").json_at("/openapi.json").yaml_at("/openapi.yaml");
//! let mut app = App::with(openapi);
//! app.add_route("/pets/{id:int}", Pets).with_for(Method::GET, read);
//! let client = TestClient::new(app);
//!
//! block_on(async {
//!     let result = client.get("/openapi.json").send().await;
//!     let document: serde_json::Value = result.json();
//!     let read = &document["paths"]["/pets/{id}"]["get"];
//!     assert_eq!(read["summary"], "Reads a pet.");
//!     assert_eq!(read["parameters"][0]["schema"]["type"], "integer");
//!     let schema = &read["responses"]["200"]["content"]["application/json"]["schema"];
//!     assert_eq!(schema["$ref"], "#/components/schemas/Pet");
//! });
//! ```
//!
//! # Features
//!
//! | feature | what it gives | cost |
//! | --- | --- | --- |
//! | `page` | a page to read the API and to try it, which loads nothing from elsewhere | flate2, and half a megabyte |
//! | `yaml` | documents that are written in YAML, to begin with | yaml-rust2 |
//! | `full` | both | |

mod document;
mod drift;
mod given;
mod openapi;
#[cfg(feature = "page")]
mod page;
mod resolve;
mod serve;
mod write;

pub use self::document::{Document, DocumentError};
pub use self::drift::{Change, Changes, Drift, Impact, Snapshot};
pub use self::openapi::OpenApi;
