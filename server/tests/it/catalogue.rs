//! Attacks and faults in the request line and the headers, over a socket; each test has the number
//! of its row in the catalogue.

use std::io::Write;
use std::time::{Duration, Instant};

use crate::{connect, exchange, read_response, read_to_end, serve};

/// The status of the first answer, 0 where the connection is closed without one.
fn status(request: &str) -> u16 {
    let answer = exchange(&serve(|server| server), request);
    let line = answer.lines().next().unwrap_or_default();
    line.split(' ')
        .nth(1)
        .map_or(0, |status| status.parse().unwrap())
}

/// A request line with the usual headers.
fn line(line: &str) -> String {
    format!("{line}\r\nhost: a\r\nconnection: close\r\n\r\n")
}

/// `GET /` with one more header.
fn with(header: &str) -> String {
    format!("GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{header}\r\n\r\n")
}

macro_rules! rows {
    ($($name:ident: $($request:expr),+ => $status:expr;)*) => { $(
        #[test]
        fn $name() {
            $( assert_eq!(status(&$request), $status, "{:.80}", $request); )+
        }
    )* };
}

rows! {
    a01_a_request_without_host_is_400: "GET / HTTP/1.1\r\n\r\n" => 400;
    a02_http_1_0_is_answered: "GET / HTTP/1.0\r\n\r\n" => 200;
    a03_empty_lines_before_a_request_are_skipped: format!("\r\n\r\n{}", line("GET / HTTP/1.1")) => 200;
    a06_a_space_before_the_method_is_400: line(" GET / HTTP/1.1") => 400;
    a08_methods_have_case: line("get / HTTP/1.1") => 501;
    a09_a_method_that_nobody_knows_is_501: line("FOO-BAR / HTTP/1.1") => 501;
    a10_a_method_of_any_length_is_501: line(&format!("{} / HTTP/1.1", "A".repeat(33))),
        line(&format!("{} / HTTP/1.1", "A".repeat(10_000))) => 501;
    a11_trace_is_405: line("TRACE / HTTP/1.1\r\ncookie: s=1") => 405;
    a12_no_tunnel_is_made: line("CONNECT a:443 HTTP/1.1") => 501;
    a13_connect_with_a_path_is_501: line("CONNECT /x HTTP/1.1") => 501;
    a14_options_star_asks_about_the_server: line("OPTIONS * HTTP/1.1") => 204;
    a15_get_star_is_400: line("GET * HTTP/1.1") => 400;
    a16_a_target_without_slash_is_400: line("GET foo HTTP/1.1") => 400;
    a17_an_authority_as_target_is_400: line("GET a.example:443 HTTP/1.1") => 400;
    a18_a_whole_url_as_target_is_read: line("GET http://a/ HTTP/1.1") => 200;
    a20_a_user_in_the_target_is_400: line("GET http://u:p@a/ HTTP/1.1") => 400;
    a22_another_scheme_is_400: line("GET ftp://a/ HTTP/1.1") => 400;
    a23_what_is_no_target_is_400: line("GET ?x HTTP/1.1"), line("GET http:/// HTTP/1.1"),
        line("GET /a b HTTP/1.1") => 400;
    a36_a_null_byte_in_the_target_is_400: line("GET /a\0b HTTP/1.1") => 400;
    a53_a_request_of_http_0_9_is_400: "GET /\r\n\r\n" => 400;
    a38_what_is_not_ascii_in_the_path_is_400: line("GET /\u{e9} HTTP/1.1") => 400;
    a39_a_backslash_in_the_path_is_400: line("GET /a\\..\\b HTTP/1.1") => 400;
    a40_delimiters_that_no_url_has_are_400: line("GET /a<b HTTP/1.1"), line("GET /a\"b HTTP/1.1"),
        line("GET /a`b HTTP/1.1"), line("GET /a\tb HTTP/1.1") => 400;
    a50_a_target_over_the_limit_is_414: line(&format!("GET /{} HTTP/1.1", "a".repeat(8192))) => 414;
    a51_a_target_over_any_buffer_is_414: line(&format!("GET /{} HTTP/1.1", "a".repeat(34_000))),
        line(&format!("GET /{} HTTP/1.1", "a".repeat(70_000))),
        line(&format!("GET /{} HTTP/1.1", "a".repeat(90_000))) => 414;
    a52_versions_that_are_none_are_400: line("GET / HTTP/1.2"), line("GET / http/1.1"),
        line("GET / HTTP/01.1"), line("GET / HTTP/1"), line("GET / HTTP/ 1.1") => 400;
    a54_bare_line_feeds_end_lines: "GET / HTTP/1.1\nhost: a\nconnection: close\n\n" => 200;
    a55_bare_carriage_returns_end_none: "GET / HTTP/1.1\rhost: a\r\r" => 400;

    b01_two_equal_hosts_are_400: "GET / HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n" => 400;
    b02_two_hosts_are_400: "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n" => 400;
    b04_an_empty_host_is_400: "GET / HTTP/1.1\r\nhost:\r\n\r\n" => 400;
    b05_a_port_that_is_none_is_400: "GET / HTTP/1.1\r\nhost: a:99999\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: a:-1\r\n\r\n", "GET / HTTP/1.1\r\nhost: a:8o\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: [::1]:x\r\n\r\n" => 400;
    b06_a_host_in_brackets_is_an_address_and_all_there_is: "GET / HTTP/1.1\r\nhost: [good]evil\r\n\r\n",
        "GET / HTTP/1.1\r\nhost: [good]\r\n\r\n",
        "GET http://[good]evil/ HTTP/1.1\r\nhost: good\r\n\r\n" => 400;
    b07_a_folded_line_is_400: with("x: a\r\n b") => 400;
    b08_space_before_the_first_header_is_400: "GET / HTTP/1.1\r\n host: a\r\n\r\n" => 400;
    b09_space_before_the_colon_is_400: with("x : a") => 400;
    b10_a_line_that_is_no_header_is_400: with("nothing"), with(": a"), with("x(y): a"),
        with("x\u{ef}: a") => 400;
    b11_control_characters_in_a_value_are_400: with("x: a\0b"), with("x: a\rb"), with("x: a\u{1}b"),
        with("x: a\u{7f}b") => 400;
    b12_text_beyond_ascii_in_a_value_is_passed_on: with("x: \u{e9}") => 200;
    b14_too_many_bytes_of_headers_are_431:
        with(format!("x: {}\r\n", "v".repeat(16_000)).repeat(3).trim_end()) => 431;
    b15_a_value_over_the_limit_is_431: with(&format!("x: {}", "v".repeat(16_385))) => 431;
    b16_a_name_over_the_limit_is_431: with(&format!("{}: v", "n".repeat(257))) => 431;
    b17_a_huge_header_is_431: with(&format!("x: {}", "v".repeat(500_000))) => 431;
    b18_ten_thousand_headers_are_431: with("x: v\r\n".repeat(10_000).trim_end()) => 431;
    b19_two_different_content_types_are_400:
        with("content-type: a/b\r\ncontent-type: c/d") => 400;
    b23_an_expectation_that_nobody_knows_is_417: with("expect: 200-maybe"),
        with("expect: y 100-continue") => 417;
    b25_underscores_make_other_headers: with("content_length: 5\r\ntransfer_encoding: chunked") => 200;
    b26_a_connection_header_beyond_ascii_is_no_panic: "GET / HTTP/1.0\r\nconnection: \u{ff}\r\n\r\n" => 200;
    b27_an_upgrade_to_http_2_is_not_taken: with("upgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__") => 200;
    b29_a_method_override_is_not_heeded: with("x-http-method-override: DELETE") => 200;
}

#[test]
fn b13_a_hundred_headers_are_taken_and_one_more_is_431() {
    let headers = |count: usize| with("x: v\r\n".repeat(count - 2).trim_end());
    assert_eq!(status(&headers(100)), 200);
    assert_eq!(status(&headers(101)), 431);
}

#[test]
fn a04_empty_lines_without_end_are_given_up_at_the_deadline() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    let start = Instant::now();
    // The server may close while they are written.
    let _sent = stream.write_all("\r\n".repeat(50_000).as_bytes());
    let answer = read_to_end(&mut stream);
    assert!(!answer.contains("200 OK"), "{answer}");
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn a51_a_target_over_any_buffer_is_called_too_long_in_a_whole_answer() {
    let request = line(&format!("GET /{} HTTP/1.1", "a".repeat(70_000)));
    let answer = exchange(&serve(|server| server), &request);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}", body.len())),
        "{answer}"
    );
    assert!(body.starts_with('{') && body.ends_with('}'), "{answer}");
    assert!(body.contains("longer than 8192 bytes"), "{answer}");
}

#[test]
fn a51_a_body_that_nobody_reads_is_no_target() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    // Bodies that are read make the server read more at a time.
    for _ in 0..4 {
        let body = "x".repeat(400_000);
        let head = format!(
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        read_response(&mut stream, body.len());
    }
    let head = "GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 200000\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    // The server may close while it is written.
    let _sent = stream.write_all("x".repeat(200_000).as_bytes());
    let answer = read_to_end(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
}

#[test]
fn a37_bytes_that_are_no_ascii_in_the_target_are_400() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    let request = b"GET /\xff HTTP/1.1\r\nhost: a\r\n\r\n";
    stream.write_all(request).unwrap();
    let answer = read_to_end(&mut stream);
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[test]
fn b34_a_cookie_with_a_control_character_is_400_and_one_too_long_431() {
    assert_eq!(status(&with("cookie: a=\0b")), 400);
    assert_eq!(
        status(&with(&format!("cookie: a={}", "b".repeat(65_536)))),
        431
    );
}

#[test]
fn a19_the_host_in_the_target_goes_before_the_header() {
    let answer = exchange(
        &serve(|server| server),
        "GET http://evil/host HTTP/1.1\r\nhost: good\r\nconnection: close\r\n\r\n",
    );
    assert!(answer.ends_with("evil"), "{answer}");
}

#[test]
fn b21_continue_is_said_once_where_the_body_is_read() {
    let answer = exchange(
        &serve(|server| server),
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\n\
         content-length: 2\r\n\r\nhi",
    );
    assert_eq!(answer.matches("100 Continue").count(), 1, "{answer}");
    assert!(answer.ends_with("hi"), "{answer}");
}

#[test]
fn b22_a_body_that_is_too_large_is_refused_without_continue() {
    let answer = exchange(
        &serve(|server| server),
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nexpect: 100-continue\r\n\
         content-length: 99999999\r\n\r\n",
    );
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn b28_bytes_after_a_refused_upgrade_are_the_next_request() {
    let answer = exchange(
        &serve(|server| server),
        &format!(
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n{}",
            line("GET / HTTP/1.1")
        ),
    );
    assert_eq!(answer.matches("HTTP/1.1 200").count(), 2, "{answer}");
}

#[test]
fn b48_every_answer_has_one_date_and_names_no_server() {
    for request in [
        line("GET / HTTP/1.1"),
        line("GET /nope HTTP/1.1"),
        line("DELETE / HTTP/1.1"),
    ] {
        let answer = exchange(&serve(|server| server), &request).to_lowercase();
        let head = answer.split("\r\n\r\n").next().unwrap();
        assert_eq!(head.matches("\r\ndate: ").count(), 1, "{head}");
        assert!(!head.contains("\r\nserver: "), "{head}");
    }
}
