//! Credentials that are wrong in one place or another, to count what it takes to refuse them.

use falcon_auth::{Algorithm, ApiKeys, Authenticator, Basic, Jwt, Key, Keys, Principal, Users};
use falcon_core::header::HeaderName;
use falcon_core::{App, Body};
use falcon_testing::block_on;
use jsonwebtoken as plain;

use crate::{Claims, SECRET, claims};

const KEY: &str = "0123456789abcdef0123456789abcdef";
/// Of `secret`.
const HASH: &str = "$2b$04$11wkHjTyjscCn6ypcl7NU.6H.kE4PjKGr2beEvHNKbyTLo95N8dYq";

/// Sends the same credentials so many times; each is refused.
pub fn run(kind: &str, times: usize) {
    let (what, place) = kind.split_once('-').expect("a kind and a place");
    match what {
        "key" => {
            let keys = Keys::builder().key(KEY, Principal::new("ci"));
            let name = HeaderName::from_static("x-api-key");
            let keys = ApiKeys::in_header(name, keys.build().expect("keys"));
            refuse(keys, "x-api-key", &spoilt(KEY, place), times);
        }
        "hmac" => {
            let header = plain::Header::new(plain::Algorithm::HS256);
            let key = plain::EncodingKey::from_secret(SECRET);
            let token = plain::encode(&header, &claims(), &key).expect("a token");
            let (signed, signature) = token.rsplit_once('.').expect("three parts");
            let token = format!("{signed}.{}", spoilt(signature, place));
            let key = Key::secret(Algorithm::HS256, SECRET).expect("a key");
            let jwt = Jwt::<Claims>::builder()
                .key(key)
                .any_issuer()
                .any_audience();
            let jwt = jwt.build().expect("an authenticator");
            refuse(jwt, "authorization", &format!("Bearer {token}"), times);
        }
        "basic" => {
            let users = Users::builder().user("alice", HASH, Principal::new("alice"));
            let basic = Basic::new("bench", users.build().expect("users"));
            // `alice:wrong!` and `nobody:wrong`.
            let sent = if place == "known" {
                "YWxpY2U6d3Jvbmch"
            } else {
                "bm9ib2R5Ondyb25n"
            };
            refuse(basic, "authorization", &format!("Basic {sent}"), times);
        }
        _ => panic!("there is key, hmac and basic"),
    }
}

/// With another letter in the first place, or in the last but one, whose bits all count.
fn spoilt(text: &str, place: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let at = if place == "first" { 0 } else { bytes.len() - 2 };
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).expect("ASCII")
}

fn refuse(authenticator: impl Authenticator, name: &str, value: &str, times: usize) {
    let mut app = App::with(falcon_auth::Auth::new(authenticator));
    app.add_sink(
        "/",
        |_: &mut falcon_core::Request, _: &mut falcon_core::Response| std::future::ready(Ok(())),
    );
    let service = app.freeze().expect("the app is in order");
    for _ in 0..times {
        let request = http::Request::get("/").header(name, value);
        let request = request.body(Body::empty()).expect("a request");
        assert_eq!(block_on(service.handle(request)).status(), 401);
    }
}
