//! Group G of the catalogue of attacks: what tokens claim.

use falcon_auth::{AuthRequest, Jwt};
use falcon_core::{App, Request, Responders, Response, Result};
use falcon_testing::TestClient;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::tokens::refused;
use crate::{NOW, RS256, bearer, claims, guarded, jwt, policy, raw, rsa_key, token, with};

#[test]
fn g17_to_g21_dates_are_numbers_and_hold() {
    let wrong = |name: &str, values: &[Value]| -> Vec<String> {
        values
            .iter()
            .map(|value| token(json!({name: value})))
            .collect()
    };
    let no_dates = [
        json!("4102444800"),
        json!(-1),
        json!([]),
        json!(true),
        json!({}),
        json!(1e19),
        json!(253_402_300_800_u64),
        json!(1e300),
    ];
    let mut tokens: Vec<String> = ["exp", "nbf", "iat"]
        .iter()
        .flat_map(|name| wrong(name, &no_dates))
        .collect();
    tokens.push(token(json!({"exp": null})));
    tokens.extend(wrong("nbf", &[json!(NOW + 86_400), json!(NOW + 31)]));
    tokens.extend(wrong("iat", &[json!(NOW + 31)]));
    tokens.extend(wrong("exp", &[json!(NOW - 30), json!(NOW - 31), json!(0)]));
    tokens.push(raw(
        RS256,
        with(json!({}))
            .to_string()
            .replace(&format!("{}", NOW + 60), "null"),
    ));
    tokens.push(raw(
        RS256,
        with(json!({}))
            .to_string()
            .replace(&format!("{}", NOW + 60), "1e999"),
    ));
    refused(tokens);
    let (client, _) = guarded(jwt());
    for good in [
        json!({"exp": NOW - 29}),
        json!({"exp": 4_102_444_800.5_f64}),
        json!({"exp": 253_402_300_799_u64}),
        json!({"nbf": NOW + 30}),
        json!({"nbf": 0}),
        json!({"iat": NOW + 30}),
        json!({"iat": 1_699_999_999.5_f64}),
    ] {
        bearer(&client, &token(good.clone())).assert_status(200);
    }
}

#[test]
fn g22_to_g27_audience_and_issuer_are_the_very_ones() {
    let audiences = [
        json!(null),
        json!(123),
        json!({}),
        json!([]),
        json!(""),
        json!(["me", 1]),
        json!(["api", 1]),
        json!("API"),
        json!("api "),
        json!("apis"),
        json!([["api"]]),
        json!({"api": true}),
        json!([null]),
    ];
    let issuers = [
        json!(null),
        json!(123),
        json!({}),
        json!(["https://id.example"]),
        json!(["evil", "https://id.example"]),
        json!("https://id.example/"),
        json!("https://id.example.evil"),
        json!("https://ID.example"),
        json!(""),
    ];
    let tokens = audiences.iter().map(|aud| token(json!({"aud": aud})));
    refused(tokens.chain(issuers.iter().map(|iss| token(json!({"iss": iss})))));
    let (client, _) = guarded(jwt());
    bearer(&client, &token(json!({"aud": ["me", "api"]}))).assert_status(200);
    let waived = Jwt::<Value>::builder()
        .key(rsa_key())
        .any_issuer()
        .any_audience()
        .any_subject();
    let (client, _) = guarded(waived.build().unwrap());
    let exp = json!({"exp": 4_102_444_800_u64}).to_string();
    bearer(&client, &raw(RS256, exp))
        .assert_status(200)
        .assert_text("");
}

#[test]
fn g42_and_g45_claims_say_each_thing_once() {
    let inner = claims().to_string();
    let inner = &inner[1..inner.len() - 1];
    refused(
        [
            format!("{{{inner},\"admin\":false,\"admin\":true}}"),
            format!("{{{inner},\"sub\":\"bob\"}}"),
            format!("{{{inner},\"x\":{{\"y\":1,\"y\":1}}}}"),
            format!("{{{inner},\"x\":[{{\"y\":1,\"y\":1}}]}}"),
            format!("{{{inner},\"\\u0073ub\":\"bob\"}}"),
            format!("{{{inner}}} x"),
            format!("{{{inner}}}{{}}"),
            format!("[{{{inner}}}]"),
            "[]".into(),
            "5".into(),
            "null".into(),
            String::new(),
            format!("{{{inner},\"x\":1e999}}"),
            format!("{{{inner},\"x\":NaN}}"),
            format!("\u{feff}{{{inner}}}"),
        ]
        .map(|claims| raw(RS256, claims)),
    );
    let many: String = (0..100).map(|i| format!(",\"x{i}\":{i}")).collect();
    refused([
        raw(RS256, format!("{{{inner}{many},\"x99\":0}}")),
        raw(RS256, format!("{{{inner}{many},\"x3\":0}}")),
    ]);
    let (client, _) = guarded(jwt());
    bearer(&client, &raw(RS256, format!("{{{inner}{many}}}"))).assert_status(200);
}

#[test]
fn a_token_is_about_somebody_and_its_name_is_a_text() {
    let about = [
        json!({"sub": null}),
        json!({"sub": 5}),
        json!({"jti": 5}),
        json!({"jti": ["x"]}),
    ];
    refused(about.map(token));
    let (client, _) = guarded(jwt());
    bearer(&client, &token(json!({"jti": "x"}))).assert_status(200);
}

#[derive(Deserialize)]
struct Claims {
    tenant: u32,
}

async fn tenant(_state: &(), req: &mut Request, resp: &mut Response) -> Result {
    let claims: &Claims = req.claims()?;
    resp.set_text(format!("{} {}", req.caller()?.subject(), claims.tenant));
    Ok(())
}

#[test]
fn claims_are_of_the_users_type_or_refused() {
    let mut app = App::with(falcon_auth::Auth::new(
        policy::<Claims>(rsa_key()).build().unwrap(),
    ));
    app.add_route("/door", Responders::of(()).on_get(tenant));
    let client = TestClient::new(app);
    bearer(&client, &token(json!({"tenant": 7}))).assert_text("alice 7");
    for wrong in [json!({}), json!({"tenant": "7"}), json!({"tenant": -1})] {
        bearer(&client, &token(wrong)).assert_status(401);
    }
}

#[test]
fn a_token_that_is_remembered_is_good_no_longer_than_it_would_be() {
    let now = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(NOW));
    let revoked = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let (time, taken_back) = (std::sync::Arc::clone(&now), std::sync::Arc::clone(&revoked));
    let relaxed = std::sync::atomic::Ordering::Relaxed;
    let jwt = policy::<Value>(rsa_key())
        .cache(10)
        .revoked_if(move |caller| caller.subject() == "bob" && taken_back.load(relaxed))
        .clock(move || std::time::UNIX_EPOCH + std::time::Duration::from_secs(time.load(relaxed)));
    let (client, door) = guarded(jwt.build().unwrap());
    let (alice, bob) = (token(json!({})), token(json!({"sub": "bob"})));
    for _ in 0..3 {
        bearer(&client, &alice).assert_text("alice");
        bearer(&client, &bob).assert_text("bob");
    }
    let (signed, signature) = alice.rsplit_once('.').unwrap();
    let spoilt = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    bearer(&client, &spoilt).assert_status(401);
    revoked.store(true, relaxed);
    bearer(&client, &bob).assert_status(401);
    bearer(&client, &alice).assert_status(200);
    now.store(NOW + 89, relaxed);
    bearer(&client, &alice).assert_status(200);
    now.store(NOW + 90, relaxed);
    bearer(&client, &alice).assert_status(401);
    assert_eq!(door.opened(), 8);
}
