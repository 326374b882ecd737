//! Checking a token by falcon-auth, beside jsonwebtoken alone with the same demands, in one run; and, to
//! count instructions, one kind of credentials many times (`auth key 100`).

mod count;

use std::hint::black_box;
use std::time::Instant;

use falcon_auth::{Algorithm, Jwt, Key};
use falcon_testing::block_on;
use jsonwebtoken as plain;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: u64,
    iat: u64,
    scope: String,
    tenant: u32,
}

fn claims() -> Claims {
    Claims {
        iss: "https://id.example".into(),
        aud: "things".into(),
        sub: "0b6d2a54-1c6f-4e4e-8f2e-6c1c0a1b2c3d".into(),
        exp: 4_102_444_800,
        iat: 1_700_000_000,
        scope: "things:read things:write".into(),
        tenant: 7,
    }
}

const SECRET: &[u8] = b"a secret of at least thirty-two bytes";

/// A token, and the two that check it.
struct Case {
    name: &'static str,
    token: String,
    ours: Jwt<Claims>,
    remembering: Jwt<Claims>,
    key: plain::DecodingKey,
    validation: plain::Validation,
}

fn pem(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../ext-auth/tests/keys");
    std::fs::read_to_string(format!("{folder}/{name}.pem")).expect("a key")
}

fn case(algorithm: Algorithm, engine: plain::Algorithm, file: &str) -> Case {
    let public = || pem(&format!("{file}.pub"));
    let (signing, key, own) = match engine {
        plain::Algorithm::HS256 => (
            plain::EncodingKey::from_secret(SECRET),
            plain::DecodingKey::from_secret(SECRET),
            Key::secret(algorithm, SECRET),
        ),
        plain::Algorithm::RS256 => (
            plain::EncodingKey::from_rsa_pem(pem(file).as_bytes()).expect("a key"),
            plain::DecodingKey::from_rsa_pem(public().as_bytes()).expect("a key"),
            Key::pem(algorithm, &public()),
        ),
        plain::Algorithm::ES256 => (
            plain::EncodingKey::from_ec_pem(pem(file).as_bytes()).expect("a key"),
            plain::DecodingKey::from_ec_pem(public().as_bytes()).expect("a key"),
            Key::pem(algorithm, &public()),
        ),
        _ => (
            plain::EncodingKey::from_ed_pem(pem(file).as_bytes()).expect("a key"),
            plain::DecodingKey::from_ed_pem(public().as_bytes()).expect("a key"),
            Key::pem(algorithm, &public()),
        ),
    };
    let mut validation = plain::Validation::new(engine);
    validation.set_issuer(&["https://id.example"]);
    validation.set_audience(&["things"]);
    validation.validate_nbf = true;
    let own = own.expect("a key");
    let ours = || {
        let builder = Jwt::builder().key(own.clone());
        builder.issuer("https://id.example").audience("things")
    };
    Case {
        name: algorithm.name(),
        token: plain::encode(&plain::Header::new(engine), &claims(), &signing).expect("a token"),
        ours: ours().build().expect("an authenticator"),
        remembering: ours().cache(1_000).build().expect("an authenticator"),
        key,
        validation,
    }
}

/// Microseconds for each, as the median of rounds that take turns.
fn measure(runs: &[&dyn Fn()]) -> Vec<f64> {
    const ROUNDS: usize = 41;
    const TIMES: usize = 200;
    let mut all = vec![Vec::new(); runs.len()];
    for _ in 0..ROUNDS {
        for (rounds, run) in all.iter_mut().zip(runs) {
            let since = Instant::now();
            (0..TIMES).for_each(|_| run());
            rounds.push(since.elapsed().as_secs_f64() * 1e6 / TIMES as f64);
        }
    }
    let median = |mut rounds: Vec<f64>| {
        rounds.sort_by(f64::total_cmp);
        rounds[rounds.len() / 2]
    };
    all.into_iter().map(median).collect()
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.as_slice() {
        [] => compare(),
        [kind, times] => count::run(kind, times.parse().expect("how many times")),
        _ => panic!("auth [KIND TIMES]"),
    }
}

fn compare() {
    println!("microseconds a token\n");
    println!(
        "{:<8} {:>14} {:>14} {:>8} {:>14} {:>8}",
        "", "jsonwebtoken", "falcon-auth", "ratio", "remembered", "ratio"
    );
    for case in [
        case(Algorithm::HS256, plain::Algorithm::HS256, ""),
        case(Algorithm::RS256, plain::Algorithm::RS256, "rsa"),
        case(Algorithm::ES256, plain::Algorithm::ES256, "p256"),
        case(Algorithm::EdDSA, plain::Algorithm::EdDSA, "ed25519"),
    ] {
        let alone = || {
            let data = plain::decode::<Claims>(&case.token, &case.key, &case.validation);
            black_box(data.expect("a good token"));
        };
        let ours = || {
            black_box(block_on(case.ours.verify(&case.token)).expect("a good token"));
        };
        let again = || {
            black_box(block_on(case.remembering.verify(&case.token)).expect("a good token"));
        };
        let times = measure(&[&alone, &ours, &again]);
        println!(
            "{:<8} {:>14.2} {:>14.2} {:>8.2} {:>14.2} {:>8.3}",
            case.name,
            times[0],
            times[1],
            times[1] / times[0],
            times[2],
            times[2] / times[0]
        );
    }
}
