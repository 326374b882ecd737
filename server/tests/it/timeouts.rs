//! A peer that stays silent is given up, in every phase of a connection.

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use crate::{assert_took, connect, exchange, read_response, read_to_end, serve};

#[test]
fn a_connection_that_says_nothing_is_closed() {
    let server = serve(|server| server);
    let since = Instant::now();
    assert_eq!(exchange(&server, ""), "");
    assert_took(since, 300);
}

#[test]
fn a_head_that_does_not_end_is_408() {
    let server = serve(|server| server);
    let since = Instant::now();
    let answer = exchange(&server, "GET / HTTP/1.1\r\nhost: a\r\n");
    assert_took(since, 300);
    assert!(
        answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"),
        "{answer}"
    );
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}\r\n", body.len()))
            || head.ends_with(&format!("content-length: {}", body.len())),
        "{answer}"
    );
}

#[test]
fn a_head_that_drips_is_408_too() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    let since = Instant::now();
    for byte in "GET / HTTP/1.1\r\nx: aaaaaaaaaaaaaaaaaaaaaaaa".bytes() {
        if stream.write_all(&[byte]).is_err() {
            break;
        }
        #[expect(clippy::disallowed_methods, reason = "the client is to be slow")]
        thread::sleep(Duration::from_millis(20));
    }
    let answer = read_to_end(&mut stream);
    assert!(since.elapsed() < Duration::from_secs(2));
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
}

#[test]
fn an_idle_connection_is_closed_without_a_word() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    for _ in 0..2 {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .unwrap();
        read_response(&mut stream, 5);
    }
    let since = Instant::now();
    assert_eq!(read_to_end(&mut stream), "");
    assert_took(since, 600);
}

#[test]
fn a_body_that_pauses_is_408() {
    let server = serve(|server| server.handler_timeout(None));
    let since = Instant::now();
    let answer = exchange(
        &server,
        "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc",
    );
    assert_took(since, 300);
    assert!(
        answer.starts_with("HTTP/1.1 408") && answer.contains("The body paused"),
        "{answer}"
    );
}

#[test]
fn a_client_that_does_not_read_is_given_up() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"GET /large HTTP/1.1\r\nhost: a\r\n\r\n")
        .unwrap();
    #[expect(clippy::disallowed_methods, reason = "the client is to be slow")]
    thread::sleep(Duration::from_millis(1500));
    let mut received = 0;
    let mut buffer = vec![0; 1 << 16];
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        received += len;
    }
    assert!(received < 64 << 20, "{received}");
}

#[test]
fn a_client_that_reads_slowly_but_steadily_is_served() {
    let server = serve(|server| server.handler_timeout(None));
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"GET /large HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .unwrap();
    let mut received = 0;
    let mut buffer = vec![0; 4 << 20];
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        received += len;
        if received % 7 == 0 {
            #[expect(clippy::disallowed_methods, reason = "the client is to be slow")]
            thread::sleep(Duration::from_millis(10));
        }
    }
    assert!(received > 64 << 20, "{received}");
}

#[test]
fn a_handler_that_takes_too_long_is_503_unless_its_route_allows_it() {
    let server = serve(|server| server);
    let since = Instant::now();
    let answer = exchange(&server, "GET /slow/5000 HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_took(since, 400);
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("connection: close"),
        "{answer}"
    );
    let answer = exchange(
        &server,
        "GET /patient/900 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("slow"),
        "{answer}"
    );
}

#[test]
fn a_slow_download_of_a_whole_body_outlives_the_idle_timeout() {
    let server = serve(|server| server.idle_timeout(Duration::from_millis(300)));
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"GET /whole HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .unwrap();
    let since = Instant::now();
    let mut received = 0;
    let mut buffer = vec![0; 1 << 20];
    while let Ok(len @ 1..) = stream.read(&mut buffer) {
        received += len;
        #[expect(clippy::disallowed_methods, reason = "the client is to be slow")]
        thread::sleep(Duration::from_millis(40));
    }
    assert!(received > 32 << 20, "{received}");
    assert!(
        since.elapsed() > Duration::from_millis(900),
        "{:?}",
        since.elapsed()
    );
}

#[test]
fn middleware_has_a_last_word_on_what_took_too_long_and_no_more() {
    let server = serve(|server| server);
    let since = Instant::now();
    let answer = exchange(&server, "GET /slow/5000 HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(
        answer.contains("x-signed: yes") && answer.contains("\"code\":\"service_unavailable\""),
        "{answer}"
    );
    assert_took(since, 400);
    for path in ["/slow/5000", "/slow/0"] {
        let since = Instant::now();
        let answer = exchange(
            &server,
            &format!("GET {path}?dawdle HTTP/1.1\r\nhost: a\r\n\r\n"),
        );
        assert!(
            answer.starts_with("HTTP/1.1 503") && !answer.contains("x-signed"),
            "{answer}"
        );
        assert_took(since, 1_400);
    }
}
