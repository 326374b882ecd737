//! What a connection carries.

use std::io::Write;
use std::net::TcpListener;

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_server::Server;

use crate::{app, connect, exchange, read_response, read_to_end, serve};

#[test]
fn a_connection_carries_several_requests() {
    let server = serve(|server| server.workers(2));
    let mut stream = connect(server.local_addr());
    for _ in 0..3 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .unwrap();
        let answer = read_response(&mut stream, 5);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        assert!(
            answer.contains("content-length: 5\r\n")
                && answer.contains("date: ")
                && answer.ends_with("hello")
        );
    }
    let post = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
    stream.write_all(post.as_bytes()).unwrap();
    assert!(read_response(&mut stream, 5).ends_with("abcde"));
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let server = serve(|server| server);
    let request = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\n\r\n";
    let all: String = (0..8).map(|i| format!("{request}{i}")).collect();
    let last = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = exchange(&server, &format!("{all}{last}"));
    let bodies: String = answer
        .split("HTTP/1.1 200 OK")
        .filter_map(|r| r.chars().last())
        .collect();
    assert_eq!(bodies, "01234567o");
}

#[test]
fn head_is_the_head_of_get() {
    let server = serve(|server| server);
    let ask = |method: &str| {
        exchange(
            &server,
            &format!("{method} / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"),
        )
    };
    let (get, head) = (ask("GET"), ask("HEAD"));
    let sorted = |answer: &str| {
        let mut lines: Vec<String> = answer
            .lines()
            .filter(|line| !line.starts_with("date"))
            .map(str::to_owned)
            .collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(get.strip_suffix("hello").unwrap()), sorted(&head));
}

#[test]
fn a_panic_is_a_500_and_the_connection_lives() {
    let server = serve(|server| server);
    std::panic::set_hook(Box::new(|_| {}));
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"DELETE / HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    let answer = read_response(&mut stream, 77);
    assert!(
        answer.starts_with("HTTP/1.1 500") && answer.ends_with("\"internal_server_error\"}"),
        "{answer}"
    );
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    assert!(read_response(&mut stream, 5).ends_with("hello"));
}

#[test]
fn a_half_closed_connection_gets_its_answer() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    stream
        .write_all(
            b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc",
        )
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert!(read_to_end(&mut stream).ends_with("abc"));
}

#[test]
fn a_port_that_is_taken_is_told_in_a_sentence() {
    let server = serve(|server| server);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    for taken in [server.local_addr(), other.local_addr().unwrap()] {
        let error = Server::new(app()).unwrap().bind(taken).unwrap_err();
        assert!(
            error.is_bind() && error.to_string().contains("another program does"),
            "{error}"
        );
    }
    let error = Server::new(app()).unwrap().bind("nonsense").unwrap_err();
    assert!(
        error.to_string().contains("is no address to listen on"),
        "{error}"
    );
}

struct Nothing;

impl Resource for Nothing {}

#[test]
fn an_app_that_cannot_be_frozen_is_not_served() {
    let mut app = App::new();
    app.add_route("/", Nothing);
    let error = falcon_server::serve(app, "127.0.0.1:0").unwrap_err();
    assert!(
        error.is_setup() && format!("{error:?}").contains("has no responder"),
        "{error:?}"
    );
}

struct Fails;

impl falcon_core::Middleware for Fails {
    async fn startup(&self, _app: &falcon_core::AppInfo<'_>) -> Result {
        Err(falcon_core::Error::boxed("no database"))
    }
}

struct Get;

impl Resource for Get {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

#[test]
fn a_start_up_that_fails_is_told_with_its_cause() {
    let mut app = App::with(Fails);
    app.add_route("/", Get);
    let error = Server::new(app)
        .unwrap()
        .bind("127.0.0.1:0")
        .unwrap()
        .start()
        .unwrap_err();
    assert_eq!(format!("{error:?}"), "start-up failed: no database");
}

#[test]
fn a_half_closed_connection_gets_an_answer_that_is_on_its_way() {
    let server = serve(|server| server);
    for path in ["/drip", "/whole"] {
        let mut stream = connect(server.local_addr());
        let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let answer = read_to_end(&mut stream);
        assert!(
            answer.ends_with("end\r\n0\r\n\r\n") || answer.len() > 32 << 20,
            "{path}: {}",
            answer.len()
        );
    }
}

#[test]
fn fewer_connections_than_workers_leave_none_waiting() {
    let server = serve(|server| server.workers(4).max_connections(1));
    for _ in 0..16 {
        let answer = exchange(
            &server,
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
        );
        assert!(answer.ends_with("hello"), "{answer}");
    }
}
