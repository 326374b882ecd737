//! Group H of the catalogue of attacks, names and passwords.

use std::time::{Duration, Instant};

use falcon_auth::{Auth, Basic, PasswordHash, Principal, Require, Users};
use falcon_core::App;
use falcon_testing::{TestClient, block_on};

use crate::{Door, guarded, send};

/// Of `p:q`.
const ARGON2: &str = "$argon2id$v=19$m=1024,t=2,p=1$4pT/Ldi1u3U8ho6AT6j1IA$91XxGO6hTLI7zZ3Urw2umFuaxfxL663VN/Gz+MwcFoY";
/// Of `secret`.
const BCRYPT: &str = "$2b$04$11wkHjTyjscCn6ypcl7NU.6H.kE4PjKGr2beEvHNKbyTLo95N8dYq";

fn basic() -> Basic<Users> {
    let users = Users::builder()
        .user("u", ARGON2, Principal::new("u").with_roles(["admin"]))
        .user("bob", BCRYPT, Principal::new("bob"))
        .build()
        .unwrap();
    Basic::new("work\"shop", users)
}

fn encode(credentials: impl AsRef<[u8]>) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(credentials)
}

#[test]
fn h01_to_h08_credentials_are_a_name_and_a_password() {
    let (client, door) = guarded(basic());
    let ask = |value: &str| send(&client, "/door", &[("authorization", value)]);
    ask(&format!("Basic {}", encode("u:p:q"))).assert_text("u");
    ask(&format!("bAsIc {}", encode("bob:secret"))).assert_text("bob");
    assert_eq!(door.opened(), 2);
    let long = encode("u:".to_owned() + &"p".repeat(8_192));
    for wrong in [
        "Basic".into(),
        "Basic ".into(),
        format!("Basic  {}", encode("u:p:q")),
        format!("Basic {} x", encode("u:p:q")),
        "Basic !!!".into(),
        "Basic dTpw=".into(),
        "Basic dTpwOnE==".into(),
        "Basic dTpwOnE".into(),
        "Basic dTpw OnE=".into(),
        "Basic _-_-".into(),
        format!("Basic {}", encode("u")),
        format!("Basic {}", encode(":")),
        format!("Basic {}", encode("u:")),
        format!("Basic {}", encode(":p")),
        format!("Basic {}", encode([0xff, b':', b'p'])),
        format!("Basic {}", encode("u:p")),
        format!("Basic {}", encode("U:p:q")),
        format!("Basic {}", encode("u:p:q ")),
        format!("Basic {}", encode("nobody:p:q")),
        format!("Basic {long}"),
        "Negotiate x".into(),
    ] {
        let result = ask(&wrong);
        assert_eq!(result.status(), 401, "{wrong}");
        result.assert_header(
            "www-authenticate",
            "Basic realm=\"work\\\"shop\", charset=\"UTF-8\"",
        );
    }
    let good = format!("Basic {}", encode("u:p:q"));
    let twice = [
        ("authorization", good.as_str()),
        ("authorization", "Basic x"),
    ];
    send(&client, "/door", &twice).assert_status(401);
    assert_eq!(door.opened(), 0);
}

#[test]
fn a_password_that_bcrypt_would_cut_is_refused() {
    let long = "x".repeat(100);
    let hash = PasswordHash::parse("$2b$04$3O6OIg2ESQ3t2BYck.mnEekvFifNO8cE927Ahv7RK5Jt0P9lf.PRm")
        .unwrap();
    assert!(hash.verify("x".repeat(71).as_bytes()));
    assert!(!hash.verify(long.as_bytes()));
}

#[test]
fn h11_passwords_are_verified_off_the_threads_that_serve() {
    let mut app = App::with(Auth::new(basic()));
    app.add_route("/door", Door::default());
    app.add_route("/healthz", Door::default())
        .with(Require::nothing());
    let client = TestClient::new(app);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let value = format!("Basic {}", encode("u:p:q"));
        let ask = || client.get("/door").header("authorization", &value).send();
        let all = tokio::task::LocalSet::new();
        let results = all
            .run_until(async {
                let tasks: Vec<_> = (0..100).map(|_| tokio::task::spawn_local(ask())).collect();
                let mut slowest = Duration::ZERO;
                for _ in 0..50 {
                    let since = Instant::now();
                    client.get("/healthz").send().await.assert_status(200);
                    slowest = slowest.max(since.elapsed());
                    tokio::task::yield_now().await;
                }
                assert!(slowest < Duration::from_millis(50), "{slowest:?}");
                let mut statuses = Vec::new();
                for task in tasks {
                    let result = task.await.unwrap();
                    statuses.push(result.status().as_u16());
                    if result.status() == 503 {
                        result.assert_header("retry-after", "1");
                    }
                }
                statuses
            })
            .await;
        assert!(
            results.contains(&200) && results.iter().all(|s| [200, 503].contains(s)),
            "{results:?}"
        );
    });
}

#[test]
fn h18_every_failure_is_seen_and_none_is_kept() {
    let count = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let seen = std::sync::Arc::clone(&count);
    let mut app = App::with(Auth::new(basic()));
    app.add_error_observer(move |error, _req| {
        assert_eq!(error.status(), 401);
        seen.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    app.add_route("/door", Door::default());
    let client = TestClient::new(app);
    block_on(async {
        for i in 0..200 {
            let value = format!("Basic {}", encode(format!("nobody{i}:p")));
            client
                .get("/door")
                .header("authorization", &value)
                .send()
                .await
                .assert_status(401);
        }
    });
    assert_eq!(count.load(std::sync::atomic::Ordering::Relaxed), 200);
}

#[test]
fn a_name_that_is_not_known_is_one_of_the_users_always_the_same() {
    use falcon_auth::UserStore as _;
    let users = Users::builder()
        .user("u", ARGON2, Principal::new("u"))
        .user("bob", BCRYPT, Principal::new("bob"))
        .build()
        .unwrap();
    let kinds: Vec<String> = (0..100)
        .map(|i| format!("{:?}", users.like(&i.to_string())))
        .collect();
    let argon2 = kinds.iter().filter(|kind| kind.contains("Argon2")).count();
    assert!((10..90).contains(&argon2), "{argon2}");
    let again = (0..100).map(|i| format!("{:?}", users.like(&i.to_string())));
    assert!(again.eq(kinds));
}
