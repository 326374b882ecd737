//! Simulates requests to a Falcon application in process, without a socket.
//!
//! A request goes through everything that a server would give it to: middleware, routing, hooks,
//! the responder, error handling, and what HTTP demands of the finished response. Only the bytes
//! on the wire are missing.
//!
//! # A complete example
//!
//! ```
//! use falcon_core::{App, Request, Resource, Response, Result};
//! use falcon_testing::{TestClient, block_on};
//!
//! struct Hello;
//!
//! impl Resource for Hello {
//!     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let name = req.query()?.get("name").unwrap_or("world".into());
//!         resp.set_text(format!("Hello, {name}!"));
//!         Ok(())
//!     }
//! }
//!
//! let mut app = App::new();
//! app.add_route("/", Hello);
//! let client = TestClient::new(app);
//!
//! block_on(async {
//!     let result = client.get("/").query("name", "Ada").send().await;
//!     result.assert_status(200).assert_text("Hello, Ada!");
//!
//!     let result = client.post("/").send().await;
//!     result.assert_status(405).assert_header("allow", "GET, HEAD, OPTIONS");
//! });
//! ```
//!
//! # Cookies
//!
//! A test has no jar: what a browser would keep and send again, a test sends where it says so.
//!
//! ```
//! # use falcon_core::header::SetCookie;
//! # use falcon_core::{App, Request, Resource, Response, Result};
//! # use falcon_testing::{TestClient, block_on};
//! # struct Login;
//! # impl Resource for Login {
//! #     async fn on_post(&self, _req: &mut Request, resp: &mut Response) -> Result {
//! #         resp.set_cookie(&SetCookie::new("session", "s1").path("/"))?;
//! #         Ok(())
//! #     }
//! #     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//! #         resp.set_text(req.cookies()?.get("session").unwrap_or("nobody").to_owned());
//! #         Ok(())
//! #     }
//! # }
//! # let mut app = App::new();
//! # app.add_route("/login", Login);
//! # let client = TestClient::new(app);
//! block_on(async {
//!     let login = client.post("/login").send().await;
//!     let session = login.cookie("session").expect("a cookie is set");
//!     assert_eq!(session.attribute("Path"), Some("/"));
//!     assert!(session.attribute("HttpOnly").is_some());
//!
//!     let request = client.get("/login").cookie("session", session.value());
//!     request.send().await.assert_text("s1");
//! });
//! ```
//!
//! [`block_on`] is there for tests that need no runtime; with one, write `#[tokio::test]`.

mod block_on;
mod client;
mod cookie;
mod request;
mod result;

pub use self::block_on::block_on;
pub use self::client::TestClient;
pub use self::cookie::TestCookie;
pub use self::request::TestRequest;
pub use self::result::TestResult;
