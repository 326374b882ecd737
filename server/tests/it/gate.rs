//! Requests that are refused before the app sees them.

use crate::{exchange, serve};

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn what_http_forbids_is_refused_with_the_right_status() {
    let server = serve(|server| server);
    let long = |len: usize| "x".repeat(len);
    let rows = [
        ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.0\r\n\r\n".to_owned(), 200),
        (
            "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n".to_owned(),
            400,
        ),
        ("GET / HTTP/1.1\r\nhost: a b/c@d\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nhost: u@a\r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nhost: \r\n\r\n".to_owned(), 400),
        ("GET / HTTP/1.1\r\nhost: [::1]:80\r\n\r\n".to_owned(), 200),
        ("CONNECT a:443 HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(), 501),
        ("CONNECT /x HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(), 501),
        (
            format!("{} / HTTP/1.1\r\nhost: a\r\n\r\n", "A".repeat(33)),
            501,
        ),
        ("GET foo HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(), 400),
        (
            "GET a.example:443 HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET http://a/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            200,
        ),
        (
            "GET http://u:p@a/ HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
            400,
        ),
        ("GET ftp://a/ HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(), 400),
        (
            "GET * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            400,
        ),
        (
            "OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            204,
        ),
        (
            format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", long(8192)),
            414,
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", long(33_000)),
            431,
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", long(60_000)),
            431,
        ),
        (
            "GET / HTTP/1.1\r\nhost: a\r\nexpect: 200-maybe\r\n\r\n".to_owned(),
            417,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
            501,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n"
                .to_owned(),
            400,
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd"
                .to_owned(),
            400,
        ),
        (
            "get / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            501,
        ),
        (
            "GET /%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            400,
        ),
        (
            "GET /\u{e9} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n".to_owned(),
            400,
        ),
    ];
    for (request, status) in rows {
        let answer = exchange(
            &server,
            &if request.contains("[::1]") {
                request.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")
            } else {
                request.clone()
            },
        );
        let line = answer.lines().next().unwrap_or("(nothing)");
        assert!(
            line.contains(&format!(" {status} ")),
            "{status} expected, got {line} for {request:.80}"
        );
    }
}

#[test]
fn a_smuggled_request_is_never_answered() {
    let server = serve(|server| server);
    let smuggled = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let answer = exchange(&server, smuggled);
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    assert!(!answer.contains("hello"));
}
