//! The program itself: the session in the README, a kill -9, a graceful stop.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Folder;

struct Program {
    child: Child,
    addr: String,
    /// What it printed at its first start, or what is kept since.
    token: String,
    key: String,
}

impl Program {
    fn start(folder: &Folder) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_courier"))
            .args(["--listen", "127.0.0.1:0", "--data"])
            .arg(&folder.0)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut token, mut key, mut addr) = (None, None, String::new());
        for line in lines.map(Result::unwrap) {
            let told = line.trim().split_once('=');
            match told {
                Some(("TOKEN", value)) => token = Some(value.to_owned()),
                Some(("KEY", value)) => key = Some(value.to_owned()),
                _ if line.starts_with("listening on") => {
                    line.rsplit('/').next().unwrap().clone_into(&mut addr);
                    break;
                }
                _ => {}
            }
        }
        let kept = std::fs::read(folder.0.join("development.json")).unwrap();
        let kept: Value = serde_json::from_slice(&kept).unwrap();
        let kept = |name: &str| kept[name].as_str().unwrap().to_owned();
        Self {
            child,
            addr,
            token: token.unwrap_or_else(|| kept("token")),
            key: key.unwrap_or_else(|| kept("agent_key")),
        }
    }

    /// Sends a request over a socket of its own; returns status and body.
    fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.addr).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let (addr, length) = (&self.addr, body.len());
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {addr}\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (
            head.split(' ').nth(1).unwrap().parse().unwrap(),
            body.to_owned(),
        )
    }

    fn json(&self, method: &str, path: &str, body: &str) -> (u16, Value) {
        let (name, value) = if path.contains("/next") || path.ends_with("/result") {
            ("x-agent-key", self.key.clone())
        } else {
            ("authorization", format!("Bearer {}", self.token))
        };
        let json = [
            ("content-type".to_owned(), "application/json".to_owned()),
            (name.to_owned(), value),
        ];
        let (status, body) = self.send(method, path, &json, body);
        (status, serde_json::from_str(&body).unwrap_or_default())
    }

    fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One command of the README's session.
#[derive(Debug, Default)]
struct Curl {
    method: Option<String>,
    headers: Vec<(String, String)>,
    body: String,
    path: String,
}

impl Curl {
    fn parse(line: &str) -> Self {
        let mut curl = Self::default();
        let mut words = shell_words(line).into_iter().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "-s" | "-i" | "-is" => {}
                "-X" => curl.method = words.next(),
                "-H" => {
                    let (name, value) = words
                        .next()
                        .unwrap()
                        .split_once(": ")
                        .map(|(n, v)| (n.to_owned(), v.to_owned()))
                        .unwrap();
                    curl.headers.push((name, value));
                }
                "--json" => {
                    curl.headers
                        .push(("content-type".to_owned(), "application/json".to_owned()));
                    curl.body = words.next().unwrap();
                }
                "-d" => curl.body = words.next().unwrap(),
                url => url
                    .strip_prefix("localhost:8000")
                    .unwrap_or_else(|| panic!("{url}"))
                    .clone_into(&mut curl.path),
            }
        }
        curl
    }
}

/// Splits a line as a shell does, as far as the README needs it.
fn shell_words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (c, quote) {
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (' ', None) => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            }
            (c, _) => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

#[test]
fn the_session_in_the_readme_works() {
    let readme = include_str!("../../../../README.md");
    let folder = Folder::new();
    let program = Program::start(&folder);
    let (mut agent, mut command) = (String::new(), String::new());
    let session = readme.split("<!-- session -->").nth(1).unwrap();
    let mut count = 0;
    for (prompt, expected) in session
        .lines()
        .zip(session.lines().skip(1))
        .filter(|(line, _)| line.starts_with("$ curl"))
    {
        let line = prompt
            .strip_prefix("$ ")
            .unwrap()
            .replace("$TOKEN", &program.token)
            .replace("$KEY", &program.key)
            .replace("$AGENT", &agent)
            .replace("$COMMAND", &command);
        let curl = Curl::parse(&line);
        let method = curl
            .method
            .unwrap_or_else(|| if curl.body.is_empty() { "GET" } else { "POST" }.to_owned());
        let (status, body) = program.send(&method, &curl.path, &curl.headers, &curl.body);
        let json: Value = serde_json::from_str(&body).unwrap_or_default();
        let id = json["id"].as_str().unwrap_or_default().to_owned();
        match (curl.path.as_str(), method.as_str()) {
            ("/v1/agents", "POST") => agent = id,
            (path, "POST") if path.ends_with("/commands") => command = id,
            _ => {}
        }
        assert!((200..300).contains(&status), "{line}\n{status} {body}");
        // The README shows the beginning and the end of each answer.
        let expected = if expected.starts_with('$') {
            ""
        } else {
            expected
        };
        for part in expected
            .split('…')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            assert!(
                body.contains(part),
                "{line}\n{body}\ndoes not contain\n{part}"
            );
        }
        count += 1;
    }
    assert!((6..=8).contains(&count), "{count} commands");
}

#[test]
fn nothing_that_was_acknowledged_is_lost_at_a_kill() {
    let folder = Folder::new();
    let mut acknowledged = Vec::new();
    let mut agents = Vec::new();
    for round in 0..3 {
        let program = Program::start(&folder);
        let new = format!(r#"{{"hostname":"h{round}","platform":"linux","version":"1"}}"#);
        let (status, agent) = program.json("POST", "/v1/agents", &new);
        assert_eq!(status, 201);
        let agent = agent["id"].as_str().unwrap().to_owned();
        let path = format!("/v1/agents/{agent}/commands");
        for _ in 0..20 {
            let (status, command) = program.json("POST", &path, r#"{"kind":"ls"}"#);
            assert_eq!(status, 202);
            acknowledged.push(command["id"].as_str().unwrap().to_owned());
        }
        program.signal("-KILL");
        agents.push(agent);
    }
    let program = Program::start(&folder);
    for command in &acknowledged {
        let (status, command) = program.json("GET", &format!("/v1/commands/{command}"), "");
        assert_eq!((status, &command["state"]), (200, &"queued".into()));
    }
    for agent in &agents {
        assert_eq!(
            program.json("GET", &format!("/v1/agents/{agent}"), "").0,
            200
        );
    }
}

#[test]
fn a_graceful_stop_answers_those_who_wait() {
    let folder = Folder::new();
    let mut program = Program::start(&folder);
    let (_, agent) = program.json(
        "POST",
        "/v1/agents",
        r#"{"hostname":"h","platform":"linux","version":"1"}"#,
    );
    let path = format!(
        "/v1/agents/{}/commands/next?wait=60",
        agent["id"].as_str().unwrap()
    );
    let since = Instant::now();
    let status = std::thread::scope(|scope| {
        let waiting = scope.spawn(|| program.json("GET", &path, "").0);
        #[expect(clippy::disallowed_methods, reason = "the request is to wait by then")]
        std::thread::sleep(Duration::from_millis(300));
        program.signal("-TERM");
        waiting.join().unwrap()
    });
    assert_eq!(status, 204);
    assert!(program.child.wait().unwrap().success());
    assert!(since.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_wrong_option_is_told_with_the_usage() {
    let output = Command::new(env!("CARGO_BIN_EXE_courier"))
        .arg("--prot")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && text.contains("--prot") && text.contains("usage: courier"),
        "{text}"
    );
}

#[test]
fn a_socket_that_is_closed_while_it_waits_loses_no_command() {
    let folder = Folder::new();
    let program = Program::start(&folder);
    let (_, agent) = program.json(
        "POST",
        "/v1/agents",
        r#"{"hostname":"h","platform":"linux","version":"1"}"#,
    );
    let commands = format!("/v1/agents/{}/commands", agent["id"].as_str().unwrap());
    let mut gone = TcpStream::connect(&program.addr).unwrap();
    let key = &program.key;
    let ask =
        format!("GET {commands}/next?wait=60 HTTP/1.1\r\nhost: a\r\nx-agent-key: {key}\r\n\r\n");
    gone.write_all(ask.as_bytes()).unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the request is to wait by then, and to be given up"
    )]
    let pause = || std::thread::sleep(Duration::from_millis(150));
    pause();
    drop(gone);
    pause();
    let (_, posted) = program.json("POST", &commands, r#"{"kind":"ls"}"#);
    let (status, next) = program.json("GET", &format!("{commands}/next?wait=5"), "");
    assert_eq!((status, &next["id"]), (200, &posted["id"]));
}

#[test]
fn a_signal_right_after_the_address_is_printed_stops_it_properly() {
    for _ in 0..5 {
        let folder = Folder::new();
        let mut program = Program::start(&folder);
        program.signal("-TERM");
        assert!(program.child.wait().unwrap().success());
    }
}
