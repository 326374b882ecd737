//! What cannot be said is refused, in a sentence, when it is built.

use falcon_auth::{Algorithm, Jwt, Key, Keys, PasswordHash, Principal, Users};
use serde_json::Value;

use crate::{SECRET, pem, policy, rsa_key};

fn refused_key(key: Result<Key, falcon_auth::KeyError>, why: &str) {
    let told = key.unwrap_err().to_string();
    assert!(told.contains(why), "{told}");
}

#[test]
fn g06_secrets_and_public_keys_are_not_for_one_authenticator() {
    let secret = Key::secret(Algorithm::HS256, SECRET).unwrap();
    let told = policy::<Value>(rsa_key())
        .key(secret)
        .build()
        .unwrap_err()
        .to_string();
    assert!(told.contains("two authenticators"), "{told}");
    let none = Jwt::<Value>::builder()
        .issuer("a")
        .audience("b")
        .build()
        .unwrap_err();
    assert!(none.to_string().contains("there is no key"));
}

#[test]
fn g31_a_weak_key_is_none() {
    for (algorithm, least) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        for length in [0, 1, least - 1] {
            refused_key(
                Key::secret(algorithm, vec![1; length]),
                &format!("{least} bytes at least"),
            );
        }
        assert!(Key::secret(algorithm, vec![1; least]).is_ok());
    }
    refused_key(
        Key::pem(Algorithm::RS256, &pem("weak.pub")),
        "this one has 1024",
    );
    let modulus = crate::base64url([vec![0xff; 256]].concat());
    let jwk = |n: &str, e: &str| format!(r#"{{"kty":"RSA","n":"{n}","e":"{e}"}}"#);
    assert!(Key::jwk(Algorithm::RS256, &jwk(&modulus, "AQAB")).is_ok());
    let zeros = crate::base64url([vec![0, 0], vec![0xff; 256]].concat());
    assert!(Key::jwk(Algorithm::RS256, &jwk(&zeros, "AAEAAQ")).is_ok());
    let even = crate::base64url([vec![0xff; 255], vec![0xfe]].concat());
    refused_key(Key::jwk(Algorithm::RS256, &jwk(&even, "AQAB")), "is odd");
    refused_key(Key::secret(Algorithm::HS256, pem("rsa.pub")), "no PEM");
    for exponent in ["AQ", "AA", "Ag", "", "AQAAAAAAAAAB"] {
        refused_key(
            Key::jwk(Algorithm::RS256, &jwk(&modulus, exponent)),
            "exponent",
        );
    }
    for bytes in [0, 255, 1_025] {
        let modulus = crate::base64url(vec![0xff; bytes]);
        refused_key(
            Key::jwk(Algorithm::RS256, &jwk(&modulus, "AQAB")),
            "2,048 to 8,192 bits",
        );
    }
}

#[test]
fn a_point_for_which_anybody_can_sign_is_no_key() {
    let jwk = |point: &[u8]| {
        let x = crate::base64url(point);
        Key::jwk(
            Algorithm::EdDSA,
            &format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{x}"}}"#),
        )
    };
    let of = |first: u8, between: u8, last: u8| {
        let mut point = [between; 32];
        (point[0], point[31]) = (first, last);
        point
    };
    for point in [
        of(0, 0, 0),
        of(0, 0, 0x80),
        of(1, 0, 0),
        of(1, 0, 0x80),
        of(0xec, 0xff, 0x7f),
        of(0xee, 0xff, 0xff),
    ] {
        refused_key(jwk(&point), "anybody can make signatures");
    }
    assert!(jwk(&of(2, 0, 0)).is_ok());
    refused_key(jwk(&[1; 31]), "32 bytes");
    assert!(Key::pem(Algorithm::EdDSA, &pem("ed25519.pub")).is_ok());
}

#[test]
fn a_key_of_another_kind_is_none() {
    refused_key(
        Key::pem(Algorithm::ES256, &pem("p384.pub")),
        "none for ES256",
    );
    refused_key(
        Key::pem(Algorithm::ES384, &pem("p256.pub")),
        "none for ES384",
    );
    refused_key(
        Key::pem(Algorithm::RS256, &pem("p256.pub")),
        "none for RS256",
    );
    refused_key(
        Key::pem(Algorithm::EdDSA, &pem("rsa.pub")),
        "none for EdDSA",
    );
    refused_key(
        Key::pem(Algorithm::ES256, &pem("rsa.pkcs1.pub")),
        "public key",
    );
    refused_key(Key::pem(Algorithm::HS256, &pem("rsa.pub")), "`Key::secret`");
    refused_key(Key::secret(Algorithm::RS256, SECRET), "`Key::pem`");
    refused_key(Key::pem(Algorithm::RS256, &pem("rsa")), "is no public key");
    refused_key(Key::pem(Algorithm::RS256, "nothing"), "cannot be read");
    refused_key(Key::der(Algorithm::RS256, b"nothing"), "cannot be read");
}

#[test]
fn a_json_web_key_is_for_one_purpose() {
    let secret = crate::base64url(SECRET);
    let jwk = |more: &str| format!(r#"{{"kty":"oct","k":"{secret}"{more}}}"#);
    assert!(
        Key::jwk(
            Algorithm::HS256,
            &jwk(r#","alg":"HS256","use":"sig","key_ops":["verify"]"#)
        )
        .is_ok()
    );
    refused_key(
        Key::jwk(Algorithm::HS256, &jwk(r#","alg":"HS512""#)),
        "is for `HS512`",
    );
    refused_key(
        Key::jwk(Algorithm::HS256, &jwk(r#","use":"enc""#)),
        "not for signatures",
    );
    refused_key(
        Key::jwk(Algorithm::HS256, &jwk(r#","key_ops":["encrypt"]"#)),
        "not for verifying",
    );
    refused_key(
        Key::jwk(Algorithm::HS256, &jwk(r#","d":"AAAA""#)),
        "private",
    );
    refused_key(Key::jwk(Algorithm::RS256, &jwk("")), "none for RS256");
    refused_key(Key::jwk(Algorithm::HS256, "{}"), "cannot be read");
    refused_key(Key::jwk(Algorithm::HS256, r#"{"kty":"oct"}"#), "has no `k`");
    refused_key(
        Key::jwk(Algorithm::HS256, r#"{"kty":"oct","k":"+/=="}"#),
        "no base64url",
    );
    let point = |x: usize| {
        format!(
            r#"{{"kty":"EC","crv":"P-256","x":"{}","y":"AAAA"}}"#,
            crate::base64url(vec![1; x])
        )
    };
    refused_key(Key::jwk(Algorithm::ES256, &point(31)), "wrong length");
    refused_key(Key::jwk(Algorithm::ES384, &point(32)), "none for ES384");
}

#[test]
fn issuer_and_audience_are_named_or_waived_by_name() {
    let told = Jwt::<Value>::builder()
        .key(rsa_key())
        .build()
        .unwrap_err()
        .to_string();
    assert!(
        told.contains("`any_issuer`") && told.contains("`any_audience`"),
        "{told}"
    );
    let told = policy::<Value>(rsa_key())
        .any_issuer()
        .any_audience()
        .build()
        .unwrap_err()
        .to_string();
    assert!(told.matches("leave one of them out").count() == 2, "{told}");
    let leeway = std::time::Duration::from_secs(301);
    assert!(
        policy::<Value>(rsa_key())
            .leeway(leeway)
            .build()
            .unwrap_err()
            .to_string()
            .contains("300 seconds")
    );
    let twice = policy::<Value>(rsa_key().with_id("a")).key(rsa_key().with_id("a"));
    assert!(
        twice
            .build()
            .unwrap_err()
            .to_string()
            .contains("the same name")
    );
}

#[test]
fn h15_a_key_is_a_word_and_of_one_principal() {
    let told = |key: &str| {
        let keys = Keys::builder().key(key, Principal::new("ci"));
        keys.build().unwrap_err().to_string()
    };
    for key in ["", " ", "a b", "a\r\nb", "a\0", "schlüssel"] {
        assert!(told(key).contains("the key of `ci`"), "{key:?}");
    }
    let two = Keys::builder()
        .key("abc", Principal::new("a"))
        .key("abc", Principal::new("b"));
    assert!(
        two.build()
            .unwrap_err()
            .to_string()
            .contains("`a` and `b` have the same key")
    );
    assert!(
        Keys::builder()
            .build()
            .unwrap_err()
            .to_string()
            .contains("there are none")
    );
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    for hex in ["", "ab", nothing, &"g".repeat(64), &"0".repeat(63)] {
        let keys = Keys::builder().sha256(hex, Principal::new("ci"));
        assert!(
            keys.build()
                .unwrap_err()
                .to_string()
                .contains("64 hexadecimal digits")
        );
    }
}

#[test]
fn h12_a_hash_is_of_argon2_or_bcrypt() {
    let argon2 = "$argon2id$v=19$m=16,t=2,p=1$c29tZXNhbHQ$";
    for bad in [
        "",
        "password",
        "$1$abc",
        "$argon2id$",
        argon2,
        "$argon2id$v=19$m=16,t=2,p=1$c29tZXNhbHQ",
        "$2b$",
        "$2b$12$short",
        "$2c$12$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "$2b$99$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "$2b$12$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\u{e4}",
    ] {
        let told = PasswordHash::parse(bad).unwrap_err().to_string();
        assert!(told.contains("cannot be read"), "{bad}");
        let users = Users::builder().user("alice", bad, Principal::new("alice"));
        assert!(
            users
                .build()
                .unwrap_err()
                .to_string()
                .contains("of `alice`")
        );
    }
    assert!(
        Users::builder()
            .build()
            .unwrap_err()
            .to_string()
            .contains("there are none")
    );
    let good = "$2b$04$Wx5.zaxBu5jKmGAlbgRYFuIuW8p6VJWb4xmhcY9RPCfhcgRfjd4yW";
    for name in ["", "a:b", "a\nb"] {
        let users = Users::builder().user(name, good, Principal::new("a"));
        assert!(
            users
                .build()
                .unwrap_err()
                .to_string()
                .contains("no name of a user")
        );
    }
    let twice =
        Users::builder()
            .user("a", good, Principal::new("a"))
            .user("a", good, Principal::new("a"));
    assert!(twice.build().unwrap_err().to_string().contains("twice"));
}

#[test]
fn what_is_told_of_a_key_holds_no_part_of_it() {
    let secret = "my-very-secret-value-0123456789abcdef";
    for jwk in [
        format!("\"{secret}\""),
        format!("{{\"kty\":\"oct\",\"k\":[\"{secret}\"]}}"),
        format!("{{\"kty\":\"oct\",\"k\":\"+{secret}\"}}"),
        "{\"kty\":\"oct\",\"k\":987654321987}".to_owned(),
    ] {
        let told = Key::jwk(Algorithm::HS256, &jwk).unwrap_err().to_string();
        assert!(
            !told.contains("secret") && !told.contains("98765"),
            "{told}"
        );
    }
}
