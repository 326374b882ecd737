//! Opaque tokens: what an authorization server says of them.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use falcon_auth::{Introspection, IntrospectionBuilder};
use falcon_core::BoxError;
use falcon_testing::TestClient;
use serde_json::{Value, json};

use crate::{NOW, bearer, guarded};

/// A server that says the same of every token, until it is told otherwise.
#[derive(Clone, Default)]
struct Server {
    says: Arc<Mutex<String>>,
    asked: Arc<AtomicU32>,
    clock: Arc<AtomicU64>,
}

impl Server {
    fn saying(answer: &Value) -> Self {
        let server = Self::default();
        server.clock.store(NOW, SeqCst);
        server.says(answer);
        server
    }

    fn says(&self, answer: &Value) {
        *self.says.lock().unwrap() = answer.to_string();
    }

    fn asked(&self) -> u32 {
        self.asked.swap(0, SeqCst)
    }

    fn builder(&self) -> IntrospectionBuilder<Value> {
        let (server, clock) = (self.clone(), Arc::clone(&self.clock));
        Introspection::by(move |_: &str| -> Result<Vec<u8>, BoxError> {
            server.asked.fetch_add(1, SeqCst);
            let says = server.says.lock().unwrap().clone();
            match says.as_str() {
                "\"down\"" => Err("it is down".into()),
                "\"panic\"" => unreachable!("a panic on purpose"),
                _ => Ok(says.into()),
            }
        })
        .audience("api")
        .clock(move || UNIX_EPOCH + Duration::from_secs(clock.load(SeqCst)))
    }

    fn guard(&self) -> TestClient {
        guarded(self.builder().build().unwrap()).0
    }
}

fn active() -> Value {
    json!({"active": true, "sub": "alice", "aud": "api", "scope": "read write", "exp": NOW + 1_000})
}

#[test]
fn a_token_is_asked_about_and_remembered_for_a_while() {
    let server = Server::saying(&active());
    let client = server.guard();
    for _ in 0..5 {
        bearer(&client, "opaque")
            .assert_status(200)
            .assert_text("alice");
    }
    assert_eq!(server.asked(), 1);
    bearer(&client, "another").assert_status(200);
    assert_eq!(server.asked(), 1);
    server.says(&json!({"active": false}));
    server.clock.store(NOW + 29, SeqCst);
    bearer(&client, "opaque").assert_status(200);
    server.clock.store(NOW + 30, SeqCst);
    bearer(&client, "opaque").assert_status(401);
    assert_eq!(server.asked(), 1);
}

#[test]
fn nothing_is_remembered_for_longer_than_it_is_good() {
    let mut answer = active();
    answer["exp"] = (NOW + 10).into();
    let server = Server::saying(&answer);
    let client = server.guard();
    bearer(&client, "opaque").assert_status(200);
    server.clock.store(NOW + 10, SeqCst);
    bearer(&client, "opaque").assert_status(401);
}

#[test]
fn what_is_not_active_for_this_audience_is_refused_alike() {
    let server = Server::saying(&json!({"active": false}));
    let client = server.guard();
    let refused = bearer(&client, "opaque");
    refused
        .assert_problem(401, "unauthorized")
        .assert_header("www-authenticate", "Bearer error=\"invalid_token\"");
    for (name, value) in [
        ("aud", json!("other")),
        ("aud", json!(null)),
        ("aud", json!([])),
        ("exp", json!(NOW)),
        ("active", json!(false)),
    ] {
        let mut answer = active();
        match value {
            Value::Null => drop(answer.as_object_mut().unwrap().remove(name)),
            value => answer[name] = value,
        }
        server.says(&answer);
        let result = bearer(&client, "opaque");
        assert_eq!(
            (result.status().as_u16(), result.text()),
            (401, refused.text()),
            "{answer}"
        );
    }
    bearer(&client, &"x".repeat(8_193)).assert_status(401);
}

#[test]
fn what_cannot_be_told_lets_nobody_through() {
    let server = Server::saying(&json!("down"));
    let client = server.guard();
    for answer in [
        json!("down"),
        json!("panic"),
        json!({}),
        json!([]),
        json!({"active": "true"}),
        json!({"active": null}),
        json!({"active": true, "aud": 5}),
        json!({"active": true, "exp": "x"}),
        json!({"active": true, "scope": ["read"]}),
        json!({"active": true, "x": "x".repeat(300_000)}),
    ] {
        server.says(&answer);
        let result = bearer(&client, "opaque");
        assert_eq!(result.status(), 503, "{answer}");
        result.assert_header("retry-after", "5");
    }
    *server.says.lock().unwrap() = r#"{"active":false,"active":true,"aud":"api"}"#.to_owned();
    bearer(&client, "opaque").assert_status(503);
}

#[test]
fn an_endpoint_is_asked_as_a_client_with_a_secret() {
    use std::io::{BufRead, BufReader, Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/introspect", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).unwrap();
        }
        let length = head.to_ascii_lowercase();
        let length = length
            .split("content-length: ")
            .nth(1)
            .unwrap()
            .split('\r')
            .next()
            .unwrap();
        let mut body = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut body).unwrap();
        let answer = active().to_string();
        let head_of_answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream
            .write_all((head_of_answer + &answer).as_bytes())
            .unwrap();
        (head.to_ascii_lowercase(), String::from_utf8(body).unwrap())
    });
    let tokens = Introspection::<Value>::at(&url, "the api", "s:cret").any_audience();
    let time = || UNIX_EPOCH + Duration::from_secs(NOW);
    let (client, _) = guarded(tokens.clock(time).build().unwrap());
    bearer(&client, "a+b/c")
        .assert_status(200)
        .assert_text("alice");
    let (head, body) = asked.join().unwrap();
    // `the%20api:s%3Acret`
    assert!(head.starts_with("post /introspect http/1.1\r\n"), "{head}");
    assert!(
        head.contains("authorization: basic dghljtiwyxbponmlm0fjcmv0\r\n"),
        "{head}"
    );
    assert!(
        head.contains("content-type: application/x-www-form-urlencoded\r\n"),
        "{head}"
    );
    assert_eq!(body, "token=a%2Bb%2Fc&token_type_hint=access_token");
}

#[test]
fn who_is_asked_and_what_is_expected_has_to_be_said() {
    let told = |builder: IntrospectionBuilder<Value>| builder.build().unwrap_err().to_string();
    let at = |url: &str| Introspection::<Value>::at(url, "a", "b");
    assert!(told(at("http://id.example/x").any_audience()).contains("has to be `https`"));
    assert!(told(at("https://id.example/x")).contains("`any_audience`"));
    assert!(
        told(at("https://id.example/x").audience("a").any_audience()).contains("`any_audience`")
    );
}
