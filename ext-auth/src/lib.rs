//! Who is calling, and may they: authentication and rules for Falcon.
//!
//! An [`Authenticator`] recognises callers, [`Auth`] is the middleware that asks it, [`Require`] is what a
//! route says of whom it lets through, and a [`Principal`] is who it was.
//!
//! # A complete example
//!
#![cfg_attr(
    all(feature = "jwt", any(feature = "aws-lc", feature = "rust-crypto")),
    doc = "```"
)]
#![cfg_attr(
    not(all(feature = "jwt", any(feature = "aws-lc", feature = "rust-crypto"))),
    doc = "```ignore"
)]
//! use falcon_auth::{Algorithm, Auth, AuthRequest, Jwt, Key, Require};
//! use falcon_core::{App, Method, Request, Resource, Response, Result};
//! use serde::Deserialize;
//!
//! /// What a token says, beside what every token does.
//! #[derive(Deserialize)]
//! struct Claims {
//!     tenant: u32,
//! }
//!
//! struct Things;
//!
//! impl Resource for Things {
//!     async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
//!         let claims: &Claims = req.claims()?;
//!         resp.set_text(format!("things of {} for {}", claims.tenant, req.caller()?.subject()));
//!         Ok(())
//!     }
//!
//!     async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
//!         Ok(())
//!     }
//! }
//!
//! # let secret = b"a secret of at least thirty-two bytes";
//! let tokens = Jwt::<Claims>::builder()
//!     .key(Key::secret(Algorithm::HS256, secret)?)
//!     .issuer("https://id.example")
//!     .audience("things")
//!     .build()?;
//! let mut app = App::with(Auth::new(tokens));
//! app.add_route("/things", Things)
//!     .with(Require::scope("things:read"))
//!     .with_for(Method::POST, Require::scope("things:write"));
//! let client = falcon_testing::TestClient::new(app);
//!
//! # let token = "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJodHRwczovL2lkLmV4YW1wbGUiLCJhdWQiOiJ0aGluZ3MiLCJzdWIiOiJhbGljZSIsImV4cCI6NDEwMjQ0NDgwMCwic2NvcGUiOiJ0aGluZ3M6cmVhZCIsInRlbmFudCI6N30.dYpk8lUEixv2x1gwfWAYvPmjg_0yTbTsLvvosA3BaDI";
//! falcon_testing::block_on(async {
//!     let bearer = format!("Bearer {token}");
//!     let result = client.get("/things").header("authorization", &bearer).send().await;
//!     result.assert_text("things of 7 for alice");
//!
//!     let result = client.post("/things").header("authorization", &bearer).send().await;
//!     result.assert_problem(403, "insufficient_scope");
//!
//!     let result = client.get("/things").send().await;
//!     result.assert_problem(401, "unauthorized").assert_header("www-authenticate", "Bearer");
//! });
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Which credentials
//!
//! | feature | type | credentials | default |
//! | --- | --- | --- | --- |
//! | `jwt` | `Jwt` | bearer tokens that an issuer has signed | yes |
//! | `aws-lc` | | signatures are checked by aws-lc, which builds C | yes |
//! | `rust-crypto` | | the same in pure Rust | no |
//! | `jwks` | `Jwks::url`, `Jwks::issuer` | the keys that an issuer publishes, by URL and by discovery | no |
//! | `introspection` | `Introspection` | opaque tokens, by asking who has made them | no |
//! | `api-key` | `ApiKeys` | one word in a header or the query | no |
//! | `client-cert` | `ClientCertificates` | a certificate, as the server that ends TLS reports it | no |
//! | `basic` | `Basic` | a name and a password | no |
//! | `full` | | every kind of credentials | no |
//!
//! [`AnyOf`] takes any of several, and an [`Authenticator`] of your own makes of a request what it likes.
//! Which cryptography checks signatures is settled when `falcon-auth` is compiled, whatever other crates do;
//! with both, it is aws-lc.
//!
//! A group or a route asks for others [`By`] metadata.
//!
//! # Which rule
//!
//! The nearest [`Require`] counts: the method's, the route's, the group's, else what
//! [`Auth::default_rule`] says, which is: a caller who is known. With [`Auth::demand_rules`], a route that has
//! none is a mistake that [`freeze`](falcon_core::App::freeze) tells of. HEAD follows GET; the framework's own
//! answer to OPTIONS, and a preflight that CORS answers, ask nobody.
//!
//! # What the client is told
//!
//! Every cause of a 401 looks the same; error observers see the cause, as the source of the error. A rule
//! that a caller does not meet is 403, with the scope that would do.

#[cfg(feature = "api-key")]
mod api_key;
mod auth;
mod authenticator;
#[cfg(feature = "basic")]
mod basic;
#[cfg(any(feature = "api-key", feature = "basic", feature = "jwt"))]
mod build_error;
mod challenge;
#[cfg(feature = "client-cert")]
mod client_cert;
#[cfg(any(feature = "basic", feature = "jwt"))]
mod credentials;
mod describe;
#[cfg(feature = "introspection")]
mod introspection;
#[cfg(feature = "jwt")]
mod jwt;
#[cfg(any(feature = "basic", feature = "introspection"))]
mod pool;
mod principal;
mod refusal;
#[cfg(feature = "jwks")]
mod remote;
mod rule;

#[cfg(feature = "api-key")]
pub use self::api_key::{ApiKeys, KeyDigest, KeyStore, Keys, KeysBuilder, key_digest};
pub use self::auth::Auth;
pub use self::authenticator::{AnyOf, Authenticator, By};
#[cfg(feature = "basic")]
pub use self::basic::{Basic, HashError, PasswordHash, User, UserStore, Users, UsersBuilder};
#[cfg(any(feature = "api-key", feature = "basic", feature = "jwt"))]
pub use self::build_error::BuildError;
pub use self::challenge::Challenge;
#[cfg(feature = "client-cert")]
pub use self::client_cert::ClientCertificates;
#[cfg(feature = "introspection")]
pub use self::introspection::{Introspect, Introspection, IntrospectionBuilder};
#[cfg(feature = "jwt")]
pub use self::jwt::{Algorithm, FetchedKeys, Jwks, Jwt, JwtBuilder, Key, KeyError, KeyFetch};
pub use self::principal::{AuthRequest, Principal};
pub use self::refusal::Refusal;
pub use self::rule::{Policy, Require};
