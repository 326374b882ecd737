//! Attacks and faults in the framing of bodies, over a socket; each test has the number of its row in
//! the catalogue.

use std::io::Write;
use std::net::Shutdown;
use std::task::Poll;
use std::time::{Duration, Instant};

use falcon_core::{BodyLimit, Request, Resource, Response, Result};

use crate::{connect, exchange, read_response, read_to_end, serve};

/// Everything that comes back for what is sent.
fn answer(request: &str) -> String {
    exchange(&serve(|server| server), request)
}

fn status(answer: &str) -> u16 {
    let line = answer.lines().next().unwrap_or_default();
    line.split(' ')
        .nth(1)
        .map_or(0, |status| status.parse().unwrap())
}

/// The answers that came, whatever was asked.
fn statuses(answer: &str) -> Vec<&str> {
    answer
        .matches("HTTP/1.1 ")
        .map(|_| "")
        .zip(answer.split("HTTP/1.1 ").skip(1))
        .filter_map(|(_, rest)| rest.get(..3))
        .collect()
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// POST to `/`, which sends the body back, on a connection that then closes.
fn post(headers: &str, body: &str) -> String {
    answer(&format!(
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{headers}\r\n\r\n{body}"
    ))
}

/// A chunked body, on a connection that would go on.
fn chunked(body: &str) -> String {
    answer(&format!(
        "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n{body}"
    ))
}

/// That a request is refused, and nothing after it is answered.
fn assert_refused(answer: &str, wanted: u16) {
    assert_eq!(status(answer), wanted, "{answer}");
    assert_eq!(statuses(answer).len(), 1, "{answer}");
}

#[test]
fn c01_and_c02_a_length_that_is_told_once_or_twice_alike_counts() {
    assert_eq!(body(&post("content-length: 3", "abc")), "abc");
    assert_eq!(
        body(&post("content-length: 3\r\ncontent-length: 3", "abc")),
        "abc"
    );
}

#[test]
fn c03_lengths_that_differ_are_400() {
    for lengths in ["3\r\ncontent-length: 4", "3, 4", "3, 3"] {
        assert_refused(&post(&format!("content-length: {lengths}"), "abc"), 400);
    }
}

#[test]
fn c04_a_length_that_is_none_is_400() {
    for length in [
        "+3",
        "-1",
        "-0",
        "0x3",
        "1_0",
        "1 0",
        "3a",
        "",
        "18446744073709551616",
    ] {
        assert_refused(&post(&format!("content-length: {length}"), "abc"), 400);
    }
}

#[test]
fn c05_zeros_before_a_length_do_not_count() {
    assert_eq!(body(&post("content-length: 003", "abc")), "abc");
}

#[test]
fn c06_and_c07_a_length_over_the_limit_is_refused_at_once() {
    for (length, wanted) in [
        ("18446744073709551615", 400..500),
        ("1000000000000", 413..414),
    ] {
        let since = Instant::now();
        let answer = post(&format!("content-length: {length}"), "");
        assert!(wanted.contains(&status(&answer)), "{answer}");
        assert!(since.elapsed() < Duration::from_secs(2));
    }
}

#[test]
fn c08_without_a_length_there_is_no_body() {
    let answer = answer(
        "POST / HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    assert_eq!(statuses(&answer), ["200", "200"]);
}

#[test]
fn c09_and_c18_http_1_0_knows_no_chunks() {
    for header in ["", "connection: keep-alive\r\n"] {
        let answer = answer(&format!(
            "POST / HTTP/1.0\r\nhost: a\r\n{header}transfer-encoding: chunked\r\n\r\n\
             3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\n\r\n"
        ));
        assert_refused(&answer, 400);
    }
}

#[test]
fn c10_to_c12_a_length_beside_chunks_smuggles_nothing() {
    let smuggled = "3\r\nabc\r\n0\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n";
    for headers in [
        "content-length: 3\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 3",
        "transfer-encoding: chunked\r\ncontent-length: xx",
    ] {
        let answer = answer(&format!(
            "POST / HTTP/1.1\r\nhost: a\r\n{headers}\r\n\r\n{smuggled}"
        ));
        assert_eq!(statuses(&answer).len(), 1, "{answer}");
        assert!([200, 400].contains(&status(&answer)), "{answer}");
        assert!(status(&answer) == 400 || answer.to_lowercase().contains("connection: close"));
    }
}

#[test]
fn c13_to_c16_chunked_is_the_one_coding_and_stands_once() {
    assert_refused(&post("transfer-encoding: gzip, chunked", "0\r\n\r\n"), 501);
    for coding in [
        "chunked, chunked",
        "identity\r\ntransfer-encoding: chunked",
        "chunked, identity",
        "identity",
        "xchunked",
        "\"chunked\"",
        "chunked;x=y",
        "\x0bchunked",
        "chunked,",
        ", chunked",
        "chunked\r\ntransfer-encoding: identity",
        "",
    ] {
        let answer = post(&format!("transfer-encoding: {coding}"), "0\r\n\r\n");
        assert_eq!(statuses(&answer).len(), 1, "{coding}: {answer}");
        assert!([400, 501].contains(&status(&answer)), "{coding}: {answer}");
    }
}

#[test]
fn c17_a_space_before_the_colon_is_400() {
    assert_refused(&post("transfer-encoding : chunked", "0\r\n\r\n"), 400);
}

#[test]
fn c19_a_coding_is_read_without_case() {
    assert_eq!(
        body(&post("transfer-encoding: ChUnKeD", "3\r\nabc\r\n0\r\n\r\n")),
        "abc"
    );
}

#[test]
fn c20_to_c24_a_size_of_a_chunk_that_is_none_is_400() {
    for size in ["0x3", "+3", "-1", "11111111111111111", "zz"] {
        let answer = chunked(&format!(
            "{size}\r\nabc\r\n0\r\n\r\nGET /second HTTP/1.1\r\nhost: a\r\n\r\n"
        ));
        assert_refused(&answer, 400);
    }
}

#[test]
fn c25_to_c30_the_lines_of_chunks_end_in_cr_lf() {
    let close =
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    // Lenient, and harmless: nobody reads a space or a NUL as an end.
    for lenient in ["3 \r\nabc\r\n0\r\n\r\n", "3;a\0b\r\nabc\r\n0\r\n\r\n"] {
        assert_eq!(
            body(&answer(&format!("{close}{lenient}"))),
            "abc",
            "{lenient:?}"
        );
    }
    for broken in [
        "3\nabc\r\n0\r\n\r\n",
        "3;a\nabc\r\n0\r\n\r\n",
        "3;a\rb\r\nabc\r\n0\r\n\r\n",
        "3\r\nabcXX0\r\n\r\n",
        "3\r\nabc\n0\r\n\r\n",
    ] {
        assert_refused(&chunked(broken), 400);
    }
}

#[test]
fn c31_a_chunk_has_its_size() {
    for broken in ["5\r\nabc\r\n0\r\n\r\n", "2\r\nabc\r\n0\r\n\r\n"] {
        assert_refused(&chunked(broken), 400);
    }
}

#[test]
fn c32_trailers_are_no_headers() {
    let trailers = "X-T: 1\r\nContent-Length: 9\r\nHost: evil\r\nAuthorization: x\r\n";
    let answer = post(
        "transfer-encoding: chunked",
        &format!("3\r\nabc\r\n0\r\n{trailers}\r\n"),
    );
    assert_eq!((status(&answer), body(&answer)), (200, "abc"));
}

#[test]
fn c33_a_body_without_its_end_is_no_success() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    let request = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = read_to_end(&mut stream);
    assert!([0, 400].contains(&status(&answer)), "{answer}");
}

#[test]
fn c34_trailers_are_bounded() {
    let many: String = (0..101).map(|i| format!("x-{i}: 1\r\n")).collect();
    let long = format!("x: {}\r\n", "y".repeat(17 << 10));
    for trailers in [many.as_str(), &long, "bad trailer\r\n"] {
        assert_refused(&chunked(&format!("3\r\nabc\r\n0\r\n{trailers}\r\n")), 400);
    }
}

/// The bytes of the default limit.
const LIMIT: usize = 1 << 20;

#[test]
fn c36_a_413_can_be_read_though_the_body_was_sent() {
    let server = serve(|server| server);
    let mut read = 0;
    for _ in 0..100 {
        let mut stream = connect(server.local_addr());
        let length = LIMIT + 1;
        let head = format!("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        // The server may have closed before all is sent.
        let _sent = stream.write_all(&vec![b'x'; length]);
        let answer = read_to_end(&mut stream);
        read += usize::from(status(&answer) == 413 && answer.contains("content_too_large"));
    }
    assert!(read >= 99, "{read} of 100");
}

#[test]
fn c37_chunks_over_the_limit_are_413() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    let head = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(1 << 16));
    let sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let mut sending = sending;
        (0..64).all(|_| sending.write_all(chunk.as_bytes()).is_ok())
    });
    assert_eq!(status(&read_to_end(&mut stream)), 413);
    sender.join().unwrap();
}

#[test]
fn c38_a_body_of_just_the_limit_is_taken() {
    let whole = "x".repeat(LIMIT);
    let answer = post(&format!("content-length: {LIMIT}"), &whole);
    assert_eq!((status(&answer), body(&answer).len()), (200, LIMIT));
    let answer = post(
        "transfer-encoding: chunked",
        &format!("{LIMIT:x}\r\n{whole}\r\n0\r\n\r\n"),
    );
    assert_eq!(status(&answer), 200);
}

#[test]
fn c41_a_connection_that_is_cut_in_a_body_harms_nobody() {
    let server = serve(|server| server);
    for _ in 0..20 {
        let mut stream = connect(server.local_addr());
        stream
            .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc")
            .unwrap();
        socket2::SockRef::from(&stream)
            .set_linger(Some(Duration::ZERO))
            .unwrap();
        drop(stream);
    }
    assert_eq!(
        status(&exchange(
            &server,
            "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
        )),
        200
    );
}

#[test]
fn c44_garbage_after_a_request_is_400() {
    let answer = answer("GET / HTTP/1.1\r\nhost: a\r\n\r\ngarbage\r\n\r\n");
    assert_eq!(statuses(&answer), ["200", "400"]);
}

#[test]
fn c46_a_body_that_drips_is_408() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1000000\r\n\r\n")
        .unwrap();
    let sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let mut sending = sending;
        let since = Instant::now();
        while since.elapsed() < Duration::from_secs(20) && sending.write_all(b"x").is_ok() {
            std::thread::park_timeout(Duration::from_millis(100));
        }
    });
    let since = Instant::now();
    let answer = read_to_end(&mut stream);
    assert_eq!(status(&answer), 408, "{answer}");
    assert!(since.elapsed() < Duration::from_secs(10));
    drop(stream);
    sender.join().unwrap();
}

/// What a client drips that has 25 bytes to send every 20 ms, for a second.
fn drip(path: &str) -> String {
    let mut app = crate::app();
    app.add_route("/stubborn", Stubborn);
    let server = falcon_server::Server::new(app).unwrap().workers(1);
    let server = server.handler_timeout(Duration::from_millis(400));
    let server = server.body_timeout(Duration::from_secs(2));
    let server = server.bind("127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(server.local_addr());
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1250\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..50 {
        std::thread::park_timeout(Duration::from_millis(20));
        if stream.write_all(&[b'x'; 25]).is_err() {
            break;
        }
    }
    read_to_end(&mut stream)
}

/// Asks for the body once, and then for nothing.
struct Stubborn;

impl Resource for Stubborn {
    async fn on_post(&self, req: &mut Request, _resp: &mut Response) -> Result {
        let mut body = req.take_body()?;
        std::future::poll_fn(|cx| Poll::Ready(body.poll_chunk(cx).is_ready())).await;
        std::future::pending().await
    }
}

/// Asks for the body, and then works for longer than a client may pause.
struct Busy;

impl Resource for Busy {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut body = req.take_body()?;
        std::future::poll_fn(|cx| Poll::Ready(body.poll_chunk(cx).is_ready())).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        while body.chunk().await?.is_some() {}
        resp.set_text("read");
        Ok(())
    }
}

#[test]
fn the_time_in_which_the_app_works_is_not_the_clients() {
    let mut app = crate::app();
    app.add_route("/busy", Busy);
    let server = falcon_server::Server::new(app).unwrap().workers(1);
    let server = server.body_timeout(Duration::from_millis(400));
    let server = server.bind("127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(server.local_addr());
    let head = "POST /busy HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 20\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    for _ in 0..10 {
        std::thread::park_timeout(Duration::from_millis(70));
        let _sent = stream.write_all(b"xx");
    }
    let answer = read_to_end(&mut stream);
    assert_eq!(status(&answer), 200, "{answer}");
}

#[test]
fn the_time_in_which_a_body_comes_is_not_the_handlers() {
    assert_eq!(status(&drip("/")), 200);
    assert_eq!(status(&drip("/stubborn")), 503);
}

#[test]
fn c47_a_client_that_has_said_all_is_answered() {
    let server = serve(|server| server);
    let mut stream = connect(server.local_addr());
    stream
        .write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc")
        .unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = read_to_end(&mut stream);
    assert_eq!((status(&answer), body(&answer)), (200, "abc"));
}

/// Reads the beginning of a body, and answers.
struct Impatient;

impl Resource for Impatient {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut body = req.take_body()?;
        body.chunk().await?;
        resp.set_text("enough");
        Ok(())
    }
}

#[test]
fn c48_a_body_that_is_not_read_ends_its_connection() {
    let mut app = crate::app();
    app.add_route("/impatient", Impatient)
        .with(BodyLimit::bytes(64 << 20));
    let server = falcon_server::Server::new(app).unwrap().workers(1);
    let server = server.bind("127.0.0.1:0").unwrap().start().unwrap();
    let mut stream = connect(server.local_addr());
    let length = 10 << 20;
    let head = format!("POST /impatient HTTP/1.1\r\nhost: a\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&[b'x'; 1024]).unwrap();
    let answer = read_response(&mut stream, "enough".len());
    assert_eq!((status(&answer), body(&answer)), (200, "enough"));
    // Whatever is sent now belongs to the body, and is no request.
    let _sent = stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n");
    assert!(!read_to_end(&mut stream).contains("HTTP/1.1"));
}

#[test]
fn c49_bytes_that_come_one_by_one_cost_little() {
    let server = serve(|server| {
        server
            .body_timeout(Duration::from_secs(10))
            .header_timeout(Duration::from_secs(10))
    });
    let since = Instant::now();
    let mut stream = connect(server.local_addr());
    stream.set_nodelay(true).unwrap();
    let length = 100 << 10;
    let head = format!(
        "POST / HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx: {}\r\ncontent-length: {length}\r\n\r\n",
        "y".repeat(15_000)
    );
    for byte in head.as_bytes() {
        stream.write_all(std::slice::from_ref(byte)).unwrap();
    }
    for _ in 0..length {
        stream.write_all(b"z").unwrap();
    }
    let answer = read_to_end(&mut stream);
    assert_eq!((status(&answer), body(&answer).len()), (200, length));
    assert!(
        since.elapsed() < Duration::from_secs(10),
        "{:?}",
        since.elapsed()
    );
}
