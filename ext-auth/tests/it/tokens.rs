//! Group G of the catalogue of attacks: tokens. What is not let through is 401, with one answer for every cause.

use falcon_auth::{Algorithm, Key};
use falcon_core::App;
use falcon_testing::{TestClient, block_on};
use serde_json::{Value, json};

use crate::{
    Door, NOW, RS256, SECRET, base64url, bearer, claims, guarded, jwt, pem, policy, raw, rsa_key,
    send, sign, signing, token, with,
};

/// Sends tokens of which none may open the door, and compares the answers.
fn assert_refused(client: &TestClient, door: &Door, tokens: impl IntoIterator<Item = String>) {
    let known = bearer(client, "a.b.c").text().to_owned();
    for token in tokens {
        let result = bearer(client, &token);
        let shown = token.chars().take(200).collect::<String>();
        assert_eq!(result.status(), 401, "{shown}");
        assert_eq!(
            result.header("www-authenticate"),
            Some("Bearer error=\"invalid_token\""),
            "{shown}"
        );
        assert_eq!(result.text(), known, "{shown}");
        assert_eq!(door.opened(), 0, "{shown}");
    }
}

pub(crate) fn refused(tokens: impl IntoIterator<Item = String>) {
    let (client, door) = guarded(jwt());
    assert_refused(&client, &door, tokens);
    bearer(&client, &token(json!({})))
        .assert_status(200)
        .assert_text("alice");
}

#[test]
fn a_good_token_opens_the_door_with_each_algorithm() {
    use jsonwebtoken::Algorithm as Engine;
    for (algorithm, engine, key) in [
        (Algorithm::HS256, Engine::HS256, None),
        (Algorithm::HS384, Engine::HS384, None),
        (Algorithm::HS512, Engine::HS512, None),
        (Algorithm::RS256, Engine::RS256, Some("rsa.pub")),
        (Algorithm::RS384, Engine::RS384, Some("rsa.pkcs1.pub")),
        (Algorithm::RS512, Engine::RS512, Some("rsa.pub")),
        (Algorithm::PS256, Engine::PS256, Some("rsa.pub")),
        (Algorithm::PS384, Engine::PS384, Some("rsa.pub")),
        (Algorithm::PS512, Engine::PS512, Some("rsa.pub")),
        (Algorithm::ES256, Engine::ES256, Some("p256.pub")),
        (Algorithm::ES384, Engine::ES384, Some("p384.pub")),
        (Algorithm::EdDSA, Engine::EdDSA, Some("ed25519.pub")),
    ] {
        let key = match key {
            Some(name) => Key::pem(algorithm, &pem(name)),
            None => Key::secret(algorithm, [SECRET, SECRET].concat()),
        };
        let (client, door) = guarded(policy::<Value>(key.unwrap()).build().unwrap());
        let header = json!({"alg": algorithm.name(), "typ": "JWT"}).to_string();
        let signed = format!("{}.{}", base64url(header), base64url(claims().to_string()));
        let token = sign(engine, &signing(engine), &signed);
        bearer(&client, &token)
            .assert_status(200)
            .assert_text("alice");
        assert_eq!(door.opened(), 1);
        let (signed, _) = token.rsplit_once('.').unwrap();
        assert_refused(
            &client,
            &door,
            [format!("{signed}."), format!("{signed}.AAAA")],
        );
    }
}

#[test]
fn g01_no_algorithm_is_none() {
    let payload = base64url(claims().to_string());
    let algorithms = [
        "\"none\"",
        "\"None\"",
        "\"nOnE\"",
        "\"\"",
        "5",
        "[\"RS256\"]",
        "null",
        "\"NONE\"",
    ];
    let mut headers: Vec<String> = algorithms.map(|alg| format!("{{\"alg\":{alg}}}")).into();
    headers.push("{}".into());
    refused(headers.iter().flat_map(|header| {
        let signed = format!("{}.{payload}", base64url(header));
        [
            format!("{signed}."),
            format!("{signed}.AAAA"),
            raw(header, claims().to_string()),
        ]
    }));
}

#[test]
fn g03_a_public_key_is_no_secret() {
    let public = pem("rsa.pub");
    let bare = public
        .lines()
        .filter(|line| !line.starts_with("---"))
        .collect::<String>();
    let der = {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD
            .decode(bare)
            .unwrap()
    };
    let forms: [Vec<u8>; 5] = [
        public.clone().into(),
        public.trim_end().into(),
        format!(" {public}").into(),
        der,
        pem("rsa.pkcs1.pub").into(),
    ];
    let engine = jsonwebtoken::Algorithm::HS256;
    refused(forms.iter().map(|form| {
        let header = r#"{"alg":"HS256"}"#;
        let signed = format!("{}.{}", base64url(header), base64url(claims().to_string()));
        sign(
            engine,
            &jsonwebtoken::EncodingKey::from_secret(form),
            &signed,
        )
    }));
}

#[test]
fn g04_and_g05_the_algorithm_is_the_keys() {
    use jsonwebtoken::Algorithm as Engine;
    let all = [
        Engine::HS256,
        Engine::PS256,
        Engine::RS512,
        Engine::ES256,
        Engine::EdDSA,
    ];
    refused(all.into_iter().flat_map(|engine| {
        let name = format!("{engine:?}");
        [name.as_str(), "RS256"].map(|told| {
            let header = json!({"alg": told}).to_string();
            let signed = format!("{}.{}", base64url(header), base64url(claims().to_string()));
            sign(engine, &signing(engine), &signed)
        })
    }));
}

#[test]
fn g07_and_g08_a_key_of_the_token_itself_is_never_used() {
    let other = jsonwebtoken::EncodingKey::from_rsa_pem(pem("other").as_bytes()).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let headers = [
        json!({"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}),
        json!({"alg": "RS256", "x5c": ["AAAA"]}),
        json!({"alg": "RS256", "jku": url}),
        json!({"alg": "RS256", "x5u": url}),
    ];
    refused(headers.iter().map(|header| {
        let signed = format!(
            "{}.{}",
            base64url(header.to_string()),
            base64url(claims().to_string())
        );
        sign(jsonwebtoken::Algorithm::RS256, &other, &signed)
    }));
    assert!(listener.accept().is_err());
    let (client, _) = guarded(jwt());
    for header in headers {
        bearer(&client, &raw(header.to_string(), claims().to_string())).assert_status(200);
    }
}

#[test]
fn g09_the_name_of_a_key_names_a_key() {
    let (client, door) = guarded(policy::<Value>(rsa_key().with_id("one")).build().unwrap());
    let header = |kid: Value| json!({"alg": "RS256", "kid": kid}).to_string();
    bearer(&client, &raw(header("one".into()), claims().to_string())).assert_status(200);
    bearer(&client, &raw(RS256, claims().to_string())).assert_status(200);
    door.opened();
    let long = "x".repeat(5_000);
    let names = [
        json!("two"),
        json!("ONE"),
        json!(""),
        json!("../../dev/null"),
        json!("' OR 1=1--"),
        json!("|id"),
        json!("https://evil.example/key"),
        json!(long),
        json!(5),
        json!([]),
        json!(null),
        json!("one\0"),
    ];
    let tokens = names.map(|kid| raw(header(kid), claims().to_string()));
    assert_refused(&client, &door, tokens);
}

#[test]
fn g10_a_signature_has_one_form() {
    let (client, door) = guarded({
        let key = Key::pem(Algorithm::ES256, &pem("p256.pub")).unwrap();
        policy::<Value>(key).build().unwrap()
    });
    let signed = format!(
        "{}.{}",
        base64url(r#"{"alg":"ES256"}"#),
        base64url(claims().to_string())
    );
    let engine = jsonwebtoken::Algorithm::ES256;
    bearer(&client, &sign(engine, &signing(engine), &signed)).assert_status(200);
    door.opened();
    let order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    let order: Vec<u8> = (0..32)
        .map(|i| u8::from_str_radix(&order[2 * i..2 * i + 2], 16).unwrap())
        .collect();
    let one = [vec![0; 31], vec![1]].concat();
    let zero = vec![0; 32];
    let der = [vec![0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]].concat();
    let signatures = [
        [zero.clone(), zero.clone()].concat(),
        [zero, one.clone()].concat(),
        [one, order].concat(),
        der,
        vec![1; 63],
        vec![1; 65],
        vec![],
    ];
    assert_refused(
        &client,
        &door,
        signatures.map(|s| format!("{signed}.{}", base64url(s))),
    );
}

#[test]
fn g11_a_token_that_differs_in_one_letter_is_another() {
    use jsonwebtoken::Algorithm as Engine;
    for (algorithm, engine, file) in [
        (Algorithm::HS256, Engine::HS256, None),
        (Algorithm::RS256, Engine::RS256, Some("rsa.pub")),
        (Algorithm::PS256, Engine::PS256, Some("rsa.pub")),
        (Algorithm::ES256, Engine::ES256, Some("p256.pub")),
        (Algorithm::ES384, Engine::ES384, Some("p384.pub")),
        (Algorithm::EdDSA, Engine::EdDSA, Some("ed25519.pub")),
    ] {
        let key = match file {
            Some(name) => Key::pem(algorithm, &pem(name)),
            None => Key::secret(algorithm, [SECRET, SECRET].concat()),
        };
        let jwt = policy::<Value>(key.unwrap()).build().unwrap();
        let header = json!({"alg": algorithm.name()}).to_string();
        let signed = format!("{}.{}", base64url(header), base64url(claims().to_string()));
        let token = sign(engine, &signing(engine), &signed);
        assert!(block_on(jwt.verify(&token)).is_ok(), "{algorithm}");
        for at in 0..token.len() {
            for other in [b'A', b'b', b'0', b'_', b'.', b'='] {
                let mut bytes = token.clone().into_bytes();
                if std::mem::replace(&mut bytes[at], other) == other {
                    continue;
                }
                let spoilt = String::from_utf8(bytes).unwrap();
                assert!(
                    block_on(jwt.verify(&spoilt)).is_err(),
                    "{algorithm} {at} {spoilt}"
                );
            }
            let mut shorter = token.clone();
            shorter.remove(at);
            assert!(block_on(jwt.verify(&shorter)).is_err(), "{algorithm} {at}");
            let mut longer = token.clone();
            longer.insert(at, 'A');
            assert!(block_on(jwt.verify(&longer)).is_err(), "{algorithm} {at}");
        }
    }
}

#[test]
fn g12_and_g13_what_changes_the_reading_is_refused() {
    let extras = [
        json!({"crit": ["bork"]}),
        json!({"crit": []}),
        json!({"crit": "x"}),
        json!({"crit": ["exp"]}),
        json!({"crit": null}),
        json!({"b64": false, "crit": ["b64"]}),
        json!({"b64": true}),
        json!({"b64": false}),
        json!({"zip": "DEF"}),
        json!({"enc": "A128GCM"}),
    ];
    refused(extras.map(|mut header| {
        header["alg"] = "RS256".into();
        raw(header.to_string(), claims().to_string())
    }));
}

#[test]
fn g15_a_token_for_another_purpose_is_none() {
    let build = || {
        policy::<Value>(rsa_key())
            .token_type("at+jwt")
            .build()
            .unwrap()
    };
    let (client, door) = guarded(build());
    let of = |typ: Value| {
        raw(
            json!({"alg": "RS256", "typ": typ}).to_string(),
            claims().to_string(),
        )
    };
    for good in ["at+jwt", "AT+JWT", "application/at+jwt"] {
        bearer(&client, &of(good.into())).assert_status(200);
    }
    door.opened();
    let bad = [
        "JWT",
        "dpop+jwt",
        "id_token",
        "",
        "at+jwt ",
        "application/application/at+jwt",
    ];
    let bad = bad
        .map(|typ| of(typ.into()))
        .into_iter()
        .chain([of(5.into()), token(json!({}))]);
    assert_refused(&client, &door, bad);
}

#[test]
fn g16_a_header_is_one_object_and_says_each_thing_once() {
    let deep = format!(
        "{{\"alg\":\"RS256\",\"x\":{}{}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    let headers = [
        r#"{"alg":"RS256","alg":"RS256"}"#,
        r#"{"alg":"none","alg":"RS256"}"#,
        r#"{"alg":"RS256","x":1,"x":2}"#,
        r#"{"alg":"RS256","x":{"y":1,"y":2}}"#,
        r#"{"alg":"RS256"} "x""#,
        r#"{"alg":"RS256"}}"#,
        &deep,
        "[]",
        "5",
        "\"RS256\"",
        "null",
        "",
        "\u{feff}{\"alg\":\"RS256\"}",
        r#"{"alg":"RS256""#,
        r#"{"alg":"RS\u0032\u00356"}x"#,
    ];
    refused(headers.map(|header| raw(header, claims().to_string())));
    let (client, _) = guarded(jwt());
    bearer(
        &client,
        &raw(r#"{"alg":"RS\u003256"}"#, claims().to_string()),
    )
    .assert_status(200);
}

#[test]
fn g28_to_g30_a_token_has_three_parts_of_base64url() {
    let good = token(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts.as_slice() else {
        unreachable!("three parts")
    };
    let last = signature.chars().last().unwrap();
    let sibling = if last == 'A' {
        'B'
    } else {
        char::from(last as u8 ^ 1)
    };
    let odd = format!("{}{sibling}", &signature[..signature.len() - 1]);
    let tokens = vec![
        format!("{good}.a.b"),
        format!("{good}."),
        format!(".{good}"),
        format!("{header}.{payload}"),
        header.to_string(),
        format!("{header}..{signature}"),
        format!("..{signature}"),
        format!("{header}.{payload}="),
        ".".into(),
        "..".into(),
        "...".into(),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!("{header}.{payload}.{signature}=="),
        format!("{header}.{payload}.+{}", &signature[1..]),
        format!("{header}.{payload}./{}", &signature[1..]),
        format!("{header}.{payload}.{odd}"),
        ".".repeat(8_000),
        "a".repeat(8_193),
        format!("{}.{payload}.{signature}", "a".repeat(8_000)),
    ];
    refused(tokens);
    let (client, _) = guarded(jwt());
    for blank in [" ", "\t", ","] {
        let spoilt = format!("{header}.{blank}{payload}.{signature}");
        bearer(&client, &spoilt).assert_status(401);
    }
    let since = std::time::Instant::now();
    let authenticator = jwt();
    for _ in 0..100 {
        assert!(block_on(authenticator.verify(&".".repeat(1 << 20))).is_err());
    }
    assert!(since.elapsed() < std::time::Duration::from_millis(100));
}

#[test]
fn g38_a_token_elsewhere_is_none() {
    let (client, door) = guarded(jwt());
    let token = token(json!({}));
    send(&client, &format!("/door?access_token={token}"), &[]).assert_status(401);
    send(
        &client,
        "/door",
        &[("cookie", &format!("access_token={token}"))],
    )
    .assert_status(401);
    let result = send(&client, "/door", &[]);
    result
        .assert_status(401)
        .assert_header("www-authenticate", "Bearer");
    assert_eq!(door.opened(), 0);
}

#[test]
fn g39_the_scheme_has_any_case_and_one_blank() {
    let (client, door) = guarded(jwt());
    let token = token(json!({}));
    for scheme in ["Bearer", "bearer", "BEARER", "bEaReR"] {
        let value = format!("{scheme} {token}");
        send(&client, "/door", &[("authorization", &value)]).assert_status(200);
    }
    door.opened();
    for value in [
        format!("Bearer  {token}"),
        format!("Bearer\t{token}"),
        "Bearer".into(),
        format!("Bearer {token} b"),
        format!("Bearer,{token}"),
        format!("Bearer{token}"),
        format!("Bearer {token},{token}"),
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer={token}"),
        format!("\"Bearer\" {token}"),
        String::new(),
    ] {
        send(&client, "/door", &[("authorization", &value)]).assert_status(401);
        assert_eq!(door.opened(), 0, "{value}");
    }
    let good = format!("Bearer {token}");
    let twice = [
        ("authorization", good.as_str()),
        ("authorization", good.as_str()),
    ];
    send(&client, "/door", &twice).assert_status(401);
}

#[test]
fn g43_nothing_of_a_token_is_told_or_noted() {
    let noted = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let log = std::sync::Arc::clone(&noted);
    let mut app = App::with(falcon_auth::Auth::new(jwt()));
    app.add_error_observer(move |error, _req| {
        log.lock().unwrap().push(format!("{error} {error:?}"));
    });
    app.add_route("/door", Door::default());
    let client = TestClient::new(app);
    let secret = "s3cr3t-of-the-user";
    let tokens = [
        token(json!({"sub": secret, "exp": NOW - 100})),
        token(json!({"sub": secret, "aud": secret})),
        raw(
            json!({"alg": "RS256", "kid": secret}).to_string(),
            with(json!({"iss": secret})).to_string(),
        ),
        format!("{secret}.{secret}.{secret}"),
        format!("{}x", token(json!({"sub": secret}))),
    ];
    for token in tokens {
        let result = bearer(&client, &token);
        let told = format!("{:?} {}", result.headers(), result.text());
        let noted = std::mem::take(&mut *noted.lock().unwrap()).join("\n");
        assert!(noted.contains("token"), "{noted}");
        for part in token.split('.').chain([secret]) {
            assert!(!told.contains(part) && !noted.contains(part), "{noted}");
        }
    }
    let debug = format!("{:?} {:?}", jwt(), rsa_key());
    assert!(
        !debug.contains("redacted") && debug.contains("RS256"),
        "{debug}"
    );
}
