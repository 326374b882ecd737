//! Conditions and ranges over a real socket: that what is left out and what is cut out is framed
//! right, and the next request of the connection is read as such.

use std::io::Write;

use falcon_core::header::{ETag, Validators};
use falcon_core::{App, Body, Request, Resource, Response, Result};
use falcon_server::{Running, Server};

use crate::{connect, exchange, read_response, read_to_end};

const LENGTH: u64 = 3 << 20;

/// Three mebibytes of which any part can be had: each byte is the last digit of its position.
struct Digits;

fn digits(part: std::ops::Range<u64>) -> Body {
    let digit = |at: u64| b'0' + u8::try_from(at % 10).unwrap();
    Body::from(part.map(digit).collect::<Vec<u8>>())
}

impl Resource for Digits {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.accept_ranges()
            .set_body(Body::seekable(LENGTH, digits));
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("written");
        Ok(())
    }

    async fn validators(&self, _req: &Request) -> Result<Validators> {
        Ok(Validators::new().etag(ETag::strong("v7")?))
    }
}

/// Says that it has a hundred bytes, and gives five.
struct Short;

impl Resource for Short {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        let body = Body::seekable(100, |_part| Body::from("short"));
        resp.accept_ranges().set_body(body);
        Ok(())
    }
}

fn serve() -> Running {
    let mut app = App::new();
    app.add_route("/digits", Digits);
    app.add_route("/short", Short);
    let server = Server::new(app).unwrap().workers(1);
    server.bind("127.0.0.1:0").unwrap().start().unwrap()
}

fn request(method: &str, path: &str, headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nhost: a\r\n{headers}\r\n")
}

#[test]
fn one_connection_carries_304_206_416_412_and_the_whole() {
    let server = serve();
    let mut stream = connect(server.local_addr());
    let mut ask = |method: &str, headers: &str, body: usize| {
        let request = request(method, "/digits", headers);
        stream.write_all(request.as_bytes()).unwrap();
        read_response(&mut stream, body).to_lowercase()
    };
    let known = ask("GET", "if-none-match: \"v7\"\r\n", 0);
    assert!(known.starts_with("http/1.1 304") && known.contains("etag: \"v7\""));
    assert!(!known.contains("content-type") && !known.contains("transfer-encoding"));

    let part = ask("GET", "range: bytes=9-12\r\nif-range: \"v7\"\r\n", 4);
    assert!(part.starts_with("http/1.1 206") && part.ends_with("\r\n\r\n9012"));
    assert!(part.contains("content-range: bytes 9-12/3145728\r\n"));
    assert!(part.contains("content-length: 4\r\n"));

    let end = ask("GET", "range: bytes=-3\r\n", 3);
    assert!(end.ends_with("\r\n\r\n567"), "{end}");

    let head = ask("HEAD", "range: bytes=9-12\r\n", 0);
    assert!(head.starts_with("http/1.1 200"));
    assert!(head.contains("content-length: 3145728\r\n"));

    let beyond = ask("GET", "range: bytes=3145728-\r\n", 0);
    assert!(beyond.starts_with("http/1.1 416"));
    assert!(beyond.contains("content-range: bytes */3145728\r\n"));
}

#[test]
fn a_condition_that_fails_is_412_and_nothing_is_written() {
    let server = serve();
    let close = "connection: close\r\n";
    let put = |headers: &str| {
        let answer = exchange(&server, &request("PUT", "/digits", headers));
        answer.split(' ').nth(1).unwrap().to_owned()
    };
    assert_eq!(put(&format!("if-match: \"v6\"\r\n{close}")), "412");
    assert_eq!(put(&format!("if-match: \"v7\"\r\n{close}")), "200");
}

#[test]
fn several_parts_and_the_whole_arrive_as_they_are_announced() {
    let server = serve();
    let headers = "range: bytes=0-1,1048576-1048577\r\nconnection: close\r\n";
    let parts = exchange(&server, &request("GET", "/digits", headers));
    let (head, body) = parts.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    let length = head.split("content-length: ").nth(1).unwrap();
    let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
    assert_eq!(body.len(), length);
    assert!(body.contains("Content-Range: bytes 0-1/3145728\r\n\r\n01\r\n"));
    assert!(body.contains("Content-Range: bytes 1048576-1048577/3145728\r\n\r\n67\r\n"));

    let whole = exchange(&server, &request("GET", "/digits", "connection: close\r\n"));
    let (_, body) = whole.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len() as u64, LENGTH);
    assert!(body.ends_with("4567"));
}

#[test]
fn a_part_that_is_too_short_is_seen_to_be_broken_off() {
    let server = serve();
    for headers in ["range: bytes=0-9\r\n", ""] {
        let mut stream = connect(server.local_addr());
        let request = request("GET", "/short", headers);
        stream.write_all(request.as_bytes()).unwrap();
        let answer = read_to_end(&mut stream);
        let announced = if headers.is_empty() { 100 } else { 10 };
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        assert!(body.len() < announced, "{answer}");
    }
}
