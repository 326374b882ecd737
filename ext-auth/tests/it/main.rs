#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Authentication through HTTP: an app, a simulated request, the status and the challenge.

mod basic;
mod building;
mod claims;
mod introspection;
mod keys;
mod rotation;
mod rules;
mod tokens;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use falcon_auth::{Algorithm, Auth, AuthRequest, Authenticator, Jwt, JwtBuilder, Key};
use falcon_core::{App, Request, Resource, Response, Result};
use falcon_testing::{TestClient, TestResult, block_on};
use jsonwebtoken::EncodingKey;
use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use serde_json::{Value, json};

/// What the clock says in tests of tokens, in seconds since 1970.
pub(crate) const NOW: u64 = 1_700_000_000;
pub(crate) const SECRET: &[u8] = b"thirty-two bytes of a test secret";

/// Says who was let through, and how often somebody was.
#[derive(Clone, Default)]
pub(crate) struct Door(pub(crate) Arc<AtomicU32>);

impl Door {
    pub(crate) fn opened(&self) -> u32 {
        self.0.swap(0, Ordering::Relaxed)
    }

    fn open(&self, req: &Request, resp: &mut Response) {
        self.0.fetch_add(1, Ordering::Relaxed);
        let subject = req.principal().map_or("nobody", |caller| caller.subject());
        resp.set_text(subject.to_owned());
    }
}

impl Resource for Door {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.open(req, resp);
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.open(req, resp);
        Ok(())
    }
}

/// An app whose one door is guarded.
pub(crate) fn guarded(authenticator: impl Authenticator) -> (TestClient, Door) {
    let door = Door::default();
    let mut app = App::with(Auth::new(authenticator));
    app.add_route("/door", door.clone());
    (TestClient::new(app), door)
}

pub(crate) fn send(client: &TestClient, path: &str, headers: &[(&str, &str)]) -> TestResult {
    let request = headers
        .iter()
        .fold(client.get(path), |request, (name, value)| {
            request.header(name, value)
        });
    block_on(request.send())
}

pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn pem(name: &str) -> String {
    let path = format!("{}/tests/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap()
}

/// The key that signs, of each algorithm.
pub(crate) fn signing(algorithm: jsonwebtoken::Algorithm) -> EncodingKey {
    use jsonwebtoken::Algorithm as A;
    match algorithm {
        A::HS256 | A::HS384 | A::HS512 => EncodingKey::from_secret(&[SECRET, SECRET].concat()),
        A::ES256 => EncodingKey::from_ec_pem(pem("p256").as_bytes()).unwrap(),
        A::ES384 => EncodingKey::from_ec_pem(pem("p384").as_bytes()).unwrap(),
        A::EdDSA => EncodingKey::from_ed_pem(pem("ed25519").as_bytes()).unwrap(),
        _ => EncodingKey::from_rsa_pem(pem("rsa").as_bytes()).unwrap(),
    }
}

/// Any text, signed.
pub(crate) fn sign(algorithm: jsonwebtoken::Algorithm, key: &EncodingKey, signed: &str) -> String {
    let engine = (DEFAULT_PROVIDER.signer_factory)(&algorithm, key).unwrap();
    let signature = engine.try_sign(signed.as_bytes()).unwrap();
    format!("{signed}.{}", base64url(signature))
}

/// A token of any header and claims, signed with RS256 by the key that is expected.
pub(crate) fn raw(header: impl AsRef<[u8]>, claims: impl AsRef<[u8]>) -> String {
    let signed = format!("{}.{}", base64url(header), base64url(claims));
    sign(
        jsonwebtoken::Algorithm::RS256,
        &signing(jsonwebtoken::Algorithm::RS256),
        &signed,
    )
}

pub(crate) fn claims() -> Value {
    json!({"iss": "https://id.example", "aud": "api", "sub": "alice", "exp": NOW + 60})
}

/// Claims with some of them changed, or, by `null`, left out.
#[expect(
    clippy::needless_pass_by_value,
    reason = "what is changed is made where it is passed"
)]
pub(crate) fn with(changes: Value) -> Value {
    let mut claims = claims();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

pub(crate) const RS256: &str = r#"{"alg":"RS256"}"#;

/// A good token, but for these claims.
pub(crate) fn token(changes: Value) -> String {
    raw(RS256, with(changes).to_string())
}

pub(crate) fn rsa_key() -> Key {
    Key::pem(Algorithm::RS256, &pem("rsa.pub")).unwrap()
}

/// All that has to be said, with a clock that stands still.
pub(crate) fn policy<C>(key: Key) -> JwtBuilder<C> {
    let builder = Jwt::builder().key(key).issuer("https://id.example");
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    builder.audience("api").clock(move || -> SystemTime { now })
}

pub(crate) fn jwt() -> Jwt<Value> {
    policy(rsa_key()).build().unwrap()
}

pub(crate) fn bearer(client: &TestClient, token: &str) -> TestResult {
    send(
        client,
        "/door",
        &[("authorization", &format!("Bearer {token}"))],
    )
}
