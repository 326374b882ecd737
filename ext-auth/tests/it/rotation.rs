//! Keys that an issuer publishes and changes: it rotates them, stalls, lies and disappears.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use falcon_auth::{Algorithm, Auth, FetchedKeys, Jwks, Jwt};
use falcon_core::App;
use falcon_testing::TestClient;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use crate::{Door, NOW, base64url, bearer, pem, sign, with};

/// What the issuer answers: a status, headers, a body, after a while.
#[derive(Clone)]
struct Answer {
    status: u16,
    headers: String,
    body: String,
    after: Duration,
}

impl Answer {
    fn keys(keys: &[&str]) -> Self {
        Self {
            status: 200,
            headers: String::new(),
            body: format!("{{\"keys\":[{}]}}", keys.join(",")),
            after: Duration::ZERO,
        }
    }

    fn body(body: impl Into<String>) -> Self {
        Self {
            body: body.into(),
            ..Self::keys(&[])
        }
    }

    fn status(status: u16, headers: impl Into<String>) -> Self {
        Self {
            status,
            headers: headers.into(),
            ..Self::keys(&[])
        }
    }

    fn max_age(mut self, seconds: u32) -> Self {
        self.headers = format!("cache-control: public, max-age={seconds}\r\n");
        self
    }

    fn after(mut self, millis: u64) -> Self {
        self.after = Duration::from_millis(millis);
        self
    }
}

/// An issuer on a socket of its own.
#[derive(Clone)]
struct Issuer {
    addr: SocketAddr,
    answer: Arc<Mutex<Answer>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Issuer {
    fn new(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = Self {
            addr: listener.local_addr().unwrap(),
            answer: Arc::new(Mutex::new(answer)),
            asked: Arc::default(),
        };
        let theirs = issuer.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                theirs.serve(stream.unwrap());
            }
        });
        issuer
    }

    fn serve(&self, mut stream: TcpStream) {
        let mut head = BufReader::new(stream.try_clone().unwrap()).lines();
        let first = head.next().unwrap().unwrap();
        while head.next().is_some_and(|line| !line.unwrap().is_empty()) {}
        self.asked.lock().unwrap().push(first);
        let answer = self.answer.lock().unwrap().clone();
        #[expect(clippy::disallowed_methods, reason = "the issuer is to be slow")]
        thread::sleep(answer.after);
        let (status, headers, length) = (answer.status, answer.headers, answer.body.len());
        let head = format!(
            "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n"
        );
        // The client may have given up.
        let _sent = stream.write_all((head + &answer.body).as_bytes());
    }

    fn says(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    fn fetches(&self) -> usize {
        std::mem::take(&mut *self.asked.lock().unwrap()).len()
    }

    fn url(&self) -> String {
        format!("http://{}/keys", self.addr)
    }
}

/// An app that takes the issuer's tokens, with a clock that is set by hand.
struct Guarded {
    client: TestClient,
    clock: Arc<AtomicU64>,
    errors: Arc<Mutex<Vec<String>>>,
}

impl Guarded {
    fn by(keys: Jwks) -> Self {
        let clock = Arc::new(AtomicU64::new(NOW));
        let errors = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&errors);
        let keys = keys.algorithms([Algorithm::RS256]);
        let keys = keys.on_error(move |why| log.lock().unwrap().push(why.to_string()));
        let time = Arc::clone(&clock);
        let jwt = Jwt::<Value>::builder()
            .keys_of(keys)
            .cache(100)
            .issuer("https://id.example")
            .audience("api")
            .clock(move || UNIX_EPOCH + Duration::from_secs(time.load(SeqCst)))
            .build()
            .unwrap();
        let mut app = App::with(Auth::new(jwt));
        app.add_route("/door", Door::default());
        Self {
            client: TestClient::new(app),
            clock,
            errors,
        }
    }

    fn of(issuer: &Issuer) -> Self {
        Self::by(Jwks::url(&issuer.url()))
    }

    fn pass(&self, seconds: u64) {
        self.clock.fetch_add(seconds, SeqCst);
    }

    fn ask(&self, token: &str) -> u16 {
        bearer(&self.client, token).status().as_u16()
    }

    fn errors(&self) -> String {
        std::mem::take(&mut *self.errors.lock().unwrap()).join("\n")
    }
}

fn jwk(name: &str) -> String {
    let path = format!("{}/tests/keys/{name}.jwk.json", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

/// A token that is good for years, signed by a key and naming one.
fn signed(key: &str, kid: &str) -> String {
    let header = json!({"alg": "RS256", "kid": kid}).to_string();
    let claims = with(json!({"exp": NOW + 100_000_000}));
    let signed = format!("{}.{}", base64url(header), base64url(claims.to_string()));
    let key = EncodingKey::from_rsa_pem(pem(key).as_bytes()).unwrap();
    sign(jsonwebtoken::Algorithm::RS256, &key, &signed)
}

fn one() -> String {
    signed("rsa", "one")
}

fn two() -> String {
    signed("other", "two")
}

#[test]
fn keys_are_fetched_once_and_kept_for_as_long_as_the_issuer_says() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(1_000));
    let guarded = Guarded::of(&issuer);
    assert_eq!(issuer.fetches(), 0);
    for _ in 0..10 {
        assert_eq!(guarded.ask(&one()), 200);
    }
    assert_eq!(issuer.fetches(), 1);
    guarded.pass(799);
    assert_eq!((guarded.ask(&one()), issuer.fetches()), (200, 0));
    // Beside the requests, before it has to be.
    guarded.pass(2);
    assert_eq!(guarded.ask(&one()), 200);
    let since = Instant::now();
    while issuer.asked.lock().unwrap().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(5));
        thread::yield_now();
    }
}

#[test]
fn a_rotation_under_two_hundred_requests_costs_one_fetch_and_no_wrong_answer() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!((guarded.ask(&one()), issuer.fetches()), (200, 1));
    guarded.pass(61);
    issuer.says(Answer::keys(&[&jwk("rsa"), &jwk("other")]).after(200));
    let (old, new) = (one(), two());
    let waited: Vec<(bool, u16, Duration)> = thread::scope(|scope| {
        let ask = |is_new: bool| {
            let token = if is_new { &new } else { &old };
            let since = Instant::now();
            (is_new, guarded.ask(token), since.elapsed())
        };
        #[expect(
            clippy::needless_collect,
            reason = "all of them are to run at the same time"
        )]
        let tasks: Vec<_> = (0..200)
            .map(|i| scope.spawn(move || ask(i % 2 == 0)))
            .collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(
        waited.iter().all(|(_, status, _)| *status == 200),
        "{waited:?}"
    );
    assert_eq!(issuer.fetches(), 1);
    // Whose key was known did not wait for the others'.
    let mut known: Vec<_> = waited
        .iter()
        .filter(|(is_new, ..)| !is_new)
        .map(|(.., time)| *time)
        .collect();
    known.sort();
    assert!(
        known[known.len() / 2] < Duration::from_millis(150),
        "{known:?}"
    );
}

#[test]
fn g34_unknown_names_cost_one_fetch_a_minute() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 200);
    let bad: Vec<String> = (0..500)
        .map(|i| signed("other", &format!("unknown-{i}")))
        .collect();
    assert!(bad.iter().all(|token| guarded.ask(token) == 401));
    assert_eq!(issuer.fetches(), 1);
    guarded.pass(60);
    assert!(bad.iter().all(|token| guarded.ask(token) == 401));
    assert_eq!(issuer.fetches(), 1);
    assert_eq!(guarded.ask(&one()), 200);
}

#[test]
fn g36_without_keys_nobody_gets_in_and_is_told_when_to_come_again() {
    let issuer = Issuer::new(Answer::status(500, ""));
    let guarded = Guarded::of(&issuer);
    let result = bearer(&guarded.client, &one());
    result
        .assert_problem(503, "service_unavailable")
        .assert_header("retry-after", "5");
    assert!(guarded.errors().contains("answers 500"));
    assert_eq!((guarded.ask(&one()), issuer.fetches()), (503, 1));
    bearer(&guarded.client, "a.b").assert_status(401);
    issuer.says(Answer::keys(&[&jwk("rsa")]));
    guarded.pass(4);
    assert_eq!((guarded.ask(&one()), issuer.fetches()), (503, 0));
    guarded.pass(1);
    assert_eq!((guarded.ask(&one()), issuer.fetches()), (200, 1));
}

#[test]
fn g37_a_key_that_was_taken_back_is_good_no_longer_than_its_set() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa"), &jwk("other")]).max_age(600));
    let guarded = Guarded::of(&issuer);
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (200, 200));
    issuer.says(Answer::keys(&[&jwk("other")]).max_age(600));
    guarded.pass(600);
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (401, 200));
}

#[test]
fn an_issuer_that_disappears_is_believed_for_a_day() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(600));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 200);
    issuer.says(Answer::status(503, ""));
    guarded.pass(600 + 86_399);
    assert_eq!(guarded.ask(&one()), 200);
    guarded.pass(1);
    assert_eq!(guarded.ask(&one()), 503);
    assert!(guarded.errors().contains("answers 503"));
}

#[test]
fn an_issuer_that_lies_changes_nothing() {
    let lies = [
        Answer::body("nonsense"),
        Answer::body("{}"),
        Answer::body("{\"keys\":5}"),
        Answer::body("[]"),
        Answer::keys(&[]),
        Answer::keys(&[
            "{\"kty\":\"oct\",\"kid\":\"one\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}",
        ]),
        Answer::keys(&[
            "{\"kty\":\"XYZ\"}",
            "5",
            "{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"}",
        ]),
        Answer::keys(&[&jwk("rsa").replace("\"e\"", "\"d\":\"AQAB\",\"e\"")]),
        Answer::keys(&[&jwk("rsa").replace("\"e\"", "\"alg\":\"RS512\",\"e\"")]),
        Answer::keys(&[&jwk("rsa").replace("\"e\"", "\"use\":\"enc\",\"e\"")]),
        Answer::keys(&vec![jwk("rsa").as_str(); 101]),
        Answer::body(format!(
            "{{\"keys\":[{}],\"x\":\"{}\"}}",
            jwk("rsa"),
            "x".repeat(256 * 1024)
        )),
        Answer::status(204, ""),
        Answer::status(302, "location: http://127.0.0.1:1/keys\r\n"),
        Answer::status(302, "location: https://id.example/keys\r\n"),
        Answer::status(302, "location: file:///etc/passwd\r\n"),
        Answer::status(302, "location: /keys\r\n"),
        Answer::status(302, ""),
    ];
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 200);
    for lie in lies {
        let shown = format!("{} {:.60}", lie.status, lie.body);
        issuer.says(lie);
        guarded.pass(60);
        assert_eq!(
            (guarded.ask(&two()), guarded.ask(&one())),
            (401, 200),
            "{shown}"
        );
        assert!(!guarded.errors().is_empty(), "{shown}");
    }
    // What is not known is passed over.
    issuer.says(Answer::keys(&["{\"kty\":\"XYZ\",\"x\":5}", &jwk("other")]));
    guarded.pass(60);
    assert_eq!(guarded.ask(&two()), 200);
}

#[test]
fn a_redirect_on_the_same_host_is_followed_twice() {
    let issuer = Issuer::new(Answer::status(307, "location: /elsewhere\r\n"));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 503);
    let asked = std::mem::take(&mut *issuer.asked.lock().unwrap());
    let expected = [
        "GET /keys HTTP/1.1",
        "GET /elsewhere HTTP/1.1",
        "GET /elsewhere HTTP/1.1",
    ];
    assert_eq!(asked, expected);
    assert!(guarded.errors().contains("redirects too often"));
}

#[test]
fn an_issuer_that_stalls_is_given_up() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).after(6_000));
    let guarded = Guarded::of(&issuer);
    let since = Instant::now();
    assert_eq!(guarded.ask(&one()), 503);
    let waited = since.elapsed();
    assert!(
        waited > Duration::from_millis(4_500) && waited < Duration::from_millis(5_900),
        "{waited:?}"
    );
}

#[test]
fn g32_keys_come_by_https_or_from_ones_own_machine() {
    for (url, why) in [
        ("http://id.example/keys", "has to be `https`"),
        ("file:///etc/keys.json", "no URL"),
        ("ftp://id.example/keys", "has to be `https`"),
        ("http://127.0.0.1.evil.example/keys", "has to be `https`"),
        ("http://localhost.evil.example/keys", "has to be `https`"),
        ("https://me:secret@id.example/keys", "a name or a password"),
        ("nonsense", "has to be `https`"),
        ("", "no URL"),
    ] {
        let keys = Jwks::url(url).algorithms([Algorithm::RS256]);
        let jwt = Jwt::<Value>::builder()
            .keys_of(keys)
            .any_issuer()
            .any_audience();
        let told = jwt.build().unwrap_err().to_string();
        assert!(told.contains(why) && !told.contains("secret"), "{told}");
    }
    let jwt = |keys| {
        Jwt::<Value>::builder()
            .keys_of(keys)
            .any_issuer()
            .any_audience()
            .build()
    };
    let keys = || Jwks::url("https://id.example/keys");
    assert!(jwt(keys().algorithms([Algorithm::RS256])).is_ok());
    assert!(
        jwt(keys())
            .unwrap_err()
            .to_string()
            .contains("for no algorithm")
    );
    let secrets = keys().algorithms([Algorithm::HS256]);
    assert!(jwt(secrets).unwrap_err().to_string().contains("no secrets"));
}

#[test]
fn an_issuers_configuration_leads_to_its_keys() {
    let issuer = Issuer::new(Answer::keys(&[]));
    let name = format!("http://{}/realm", issuer.addr);
    let keys = Issuer::new(Answer::keys(&[&jwk("rsa")]));
    let tell =
        |name: &str| Answer::body(json!({"issuer": name, "jwks_uri": keys.url()}).to_string());
    issuer.says(tell(&name));
    let guarded = Guarded::by(Jwks::issuer(&name));
    assert_eq!(guarded.ask(&one()), 200);
    let asked = issuer.asked.lock().unwrap().clone();
    assert_eq!(
        asked,
        ["GET /realm/.well-known/openid-configuration HTTP/1.1"]
    );
    issuer.says(tell("http://evil.example"));
    let guarded = Guarded::by(Jwks::issuer(&name));
    assert_eq!(guarded.ask(&one()), 503);
    assert!(guarded.errors().contains("names another issuer"));
}

#[test]
fn keys_come_from_a_file_or_from_a_function_too() {
    let folder = std::env::temp_dir().join(format!("falcon-auth-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("keys.json");
    std::fs::write(&path, Answer::keys(&[&jwk("rsa")]).body).unwrap();
    let guarded = Guarded::by(Jwks::file(&path));
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (200, 401));
    std::fs::write(&path, Answer::keys(&[&jwk("other")]).body).unwrap();
    guarded.pass(300);
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (401, 200));
    std::fs::remove_dir_all(&folder).unwrap();
    guarded.pass(300);
    assert_eq!(guarded.ask(&two()), 200);
    assert!(guarded.errors().contains("keys.json"));

    let panics = Guarded::by(Jwks::fetched_by(|| unreachable!("a panic on purpose")));
    assert_eq!(panics.ask(&one()), 503);
    assert!(panics.errors().contains("panicked"));
    let body = Answer::keys(&[&jwk("rsa")]).body;
    let given = Guarded::by(Jwks::fetched_by(move || {
        Ok(FetchedKeys::new(body.clone()).with_max_age(Duration::from_secs(1)))
    }));
    assert_eq!(given.ask(&one()), 200);
}

#[test]
fn an_issuer_that_publishes_nonsense_for_a_key_is_asked_again() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 200);
    for nonsense in ["AA", "AAAA", "", "AQAB"] {
        issuer.says(Answer::keys(&[&format!(
            "{{\"kty\":\"RSA\",\"n\":\"{nonsense}\",\"e\":\"AQAB\"}}"
        )]));
        guarded.pass(60);
        assert_eq!(
            (guarded.ask(&two()), guarded.ask(&one())),
            (401, 200),
            "{nonsense}"
        );
    }
    issuer.says(Answer::keys(&[&jwk("other")]));
    guarded.pass(60);
    assert_eq!(guarded.ask(&two()), 200);
}

#[test]
fn no_setting_and_no_answer_of_time_breaks_it() {
    for floor in [Duration::ZERO, Duration::from_secs(86_401), Duration::MAX] {
        let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(u32::MAX));
        let guarded = Guarded::by(
            Jwks::url(&issuer.url())
                .floor(floor)
                .stale_for(Duration::MAX),
        );
        assert_eq!(
            (guarded.ask(&one()), guarded.ask(&two())),
            (200, 401),
            "{floor:?}"
        );
    }
}

#[test]
fn a_clock_that_is_set_back_keeps_no_old_keys() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(300));
    let guarded = Guarded::of(&issuer);
    guarded.pass(10_000_000);
    assert_eq!(guarded.ask(&one()), 200);
    issuer.says(Answer::keys(&[&jwk("other")]).max_age(300));
    guarded.clock.store(NOW + 1_000, SeqCst);
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (401, 200));
}

#[test]
fn keys_without_names_are_changed_too() {
    let unnamed = |name: &str| {
        jwk(name)
            .replace("\"kid\": \"one\", ", "")
            .replace("\"kid\": \"two\", ", "")
    };
    let issuer = Issuer::new(Answer::keys(&[&unnamed("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!((guarded.ask(&one()), guarded.ask(&two())), (200, 401));
    issuer.says(Answer::keys(&[&unnamed("other")]).max_age(86_400));
    assert_eq!((guarded.ask(&two()), issuer.fetches()), (401, 1));
    guarded.pass(60);
    assert_eq!(
        (guarded.ask(&two()), guarded.ask(&one()), issuer.fetches()),
        (200, 401, 1)
    );
}

#[test]
fn a_remembered_token_goes_with_its_key() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(86_400));
    let guarded = Guarded::of(&issuer);
    assert_eq!((guarded.ask(&one()), guarded.ask(&one())), (200, 200));
    issuer.says(Answer::keys(&[&jwk("other")]).max_age(86_400));
    guarded.pass(60);
    assert_eq!((guarded.ask(&two()), guarded.ask(&one())), (200, 401));
}

#[test]
fn an_issuer_that_is_gone_keeps_nobody_waiting_twice() {
    let issuer = Issuer::new(Answer::keys(&[&jwk("rsa")]).max_age(60));
    let guarded = Guarded::of(&issuer);
    assert_eq!(guarded.ask(&one()), 200);
    issuer.says(Answer::status(500, "").after(1_000));
    guarded.pass(61);
    assert_eq!(guarded.ask(&one()), 200);
    for _ in 0..3 {
        guarded.pass(61);
        let since = Instant::now();
        assert_eq!(guarded.ask(&one()), 200);
        assert!(
            since.elapsed() < Duration::from_millis(500),
            "{:?}",
            since.elapsed()
        );
    }
}
