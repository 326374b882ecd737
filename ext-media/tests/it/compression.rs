//! Content codings: the rows of the catalogue of attacks that concern them, by their numbers, and
//! what else has to be right about a response that is another one on the wire.

use std::io::{Read, Write};

use falcon_core::header::{ETag, SetCookie, Validators};
use falcon_core::{App, Body, BodyLimit, Request, Resource, Response, Result, StatusCode};
use falcon_media::{Compression, Decompression, MediaRequest, MediaResponse};
use falcon_testing::{TestClient, TestRequest, TestResult, block_on};
use futures_util::stream;
use serde_json::{Value, json};

use crate::pieces;

const TEXT: &str = "All work and no play makes Jack a dull boy. ";

/// What `?what=` names, compressible unless said.
struct Thing;

impl Resource for Thing {
    async fn validators(&self, _req: &Request) -> Result<Validators> {
        Ok(Validators::new().etag(ETag::strong("v1")?))
    }

    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let text = TEXT.repeat(100);
        match req.param("what").unwrap_or_default() {
            "text" => drop(resp.set_text(text).accept_ranges()),
            "large" => drop(resp.set_text(TEXT.repeat(20_000))),
            "tiny" => drop(resp.set_text("tiny")),
            "json" => drop(resp.set_media(&vec![text; 3])?),
            "image" => drop(resp.set_content("image/jpeg".parse()?, text)),
            "suffix" => drop(resp.set_content("application/vnd.a+json".parse()?, text)),
            "own" => drop(resp.set_content("application/x-own".parse()?, text)),
            "coded" => drop(resp.set_text(text).set_header("content-encoding", "br")?),
            "fixed" => drop(resp.set_text(text).set_cache_control(["no-transform"])?),
            "digest" => drop(
                resp.set_text(text)
                    .set_header("repr-digest", "sha-256=:x:")?,
            ),
            "cookie" => drop(resp.set_text(text).set_cookie(&SetCookie::new("a", "b"))?),
            "stream" => {
                let pieces = stream::iter(["one\n", "two\n"].map(Ok::<_, std::io::Error>));
                resp.set_body(Body::stream(pieces));
                resp.set_header("content-type", "text/plain")?;
            }
            "none" => drop(resp.set_status(StatusCode::NO_CONTENT)),
            _ => {}
        }
        Ok(())
    }

    async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("written");
        Ok(())
    }
}

/// Shows what it reads.
struct Reader;

impl Resource for Reader {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media().await?;
        assert!(matches!(
            req.header("content-encoding"),
            None | Some("identity")
        ));
        resp.set_media(&value)?;
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let bytes = req.read_body().await?;
        resp.set_text(bytes.len().to_string());
        Ok(())
    }
}

fn client_with(compression: Compression) -> TestClient {
    let mut app = App::with((compression, Decompression::new()));
    app.add_route("/things/{what}", Thing);
    app.add_route("/read", Reader);
    app.add_route("/large", Reader)
        .with(BodyLimit::bytes(8 << 20));
    TestClient::new(app)
}

fn get(what: &str) -> TestRequest {
    client_with(Compression::new()).get(&format!("/things/{what}"))
}

fn get_as(what: &str, accept: &str) -> TestResult {
    block_on(get(what).header("accept-encoding", accept).send())
}

fn decoded(coding: &str, bytes: &[u8]) -> Vec<u8> {
    let mut all = Vec::new();
    match coding {
        "gzip" => flate2::read::GzDecoder::new(bytes).read_to_end(&mut all),
        "br" => brotli::Decompressor::new(bytes, 4096).read_to_end(&mut all),
        _ => zstd::stream::read::Decoder::new(bytes)
            .unwrap()
            .read_to_end(&mut all),
    }
    .unwrap();
    all
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn encoded(coding: &str, bytes: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => gzip(bytes),
        "br" => {
            let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 9, 20);
            encoder.write_all(bytes).unwrap();
            encoder.into_inner()
        }
        _ => zstd::stream::encode_all(bytes, 9).unwrap(),
    }
}

fn send(method: &str, path: &str, coding: &str, body: &[u8], size: usize) -> TestResult {
    let request = client_with(Compression::new()).request(method, path);
    let request = request.header("content-type", "application/json");
    block_on(
        request
            .header("content-encoding", coding)
            .streamed_body(pieces(body, size))
            .send(),
    )
}

#[test]
fn a_response_is_compressed_as_the_client_likes() {
    for (accept, coding) in [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, br, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("x-gzip", "gzip"),
        ("*", "zstd"),
    ] {
        for (what, length) in [("text", TEXT.len() * 100), ("large", TEXT.len() * 20_000)] {
            let result = get_as(what, accept);
            result
                .assert_status(200)
                .assert_header("content-encoding", coding);
            result
                .assert_header("vary", "accept-encoding")
                .assert_no_header("accept-ranges");
            assert!(result.bytes().len() < length / 10, "{accept}");
            assert_eq!(decoded(coding, result.bytes()).len(), length, "{accept}");
        }
    }
}

#[test]
fn what_is_not_worth_it_is_left_alone() {
    for what in ["image", "own", "coded", "fixed", "digest", "none", "tiny"] {
        let result = get_as(what, "gzip");
        let coding = result.header("content-encoding");
        assert!(coding.is_none_or(|coding| coding == "br"), "{what}");
        result.assert_no_header("vary");
    }
    for what in ["text", "json", "suffix"] {
        get_as(what, "gzip").assert_header("content-encoding", "gzip");
        for accept in ["identity", "", "gzip;q=0", "compress"] {
            let result = get_as(what, accept);
            result
                .assert_no_header("content-encoding")
                .assert_header("vary", "accept-encoding");
        }
        block_on(get(what).send()).assert_no_header("content-encoding");
    }
    let own = Compression::new()
        .media_type("application/x-own")
        .min_bytes(1);
    for what in ["own", "tiny"] {
        let request = client_with(own.clone()).get(&format!("/things/{what}"));
        let result = block_on(request.header("accept-encoding", "gzip").send());
        result.assert_header("content-encoding", "gzip");
    }
}

#[test]
fn e15_what_is_not_acceptable_in_any_coding_is_406() {
    for accept in [
        "*;q=0",
        "identity;q=0",
        "identity;q=0, compress",
        "*;q=0, gzip;q=0",
    ] {
        let result = get_as("text", accept);
        result.assert_problem(406, "coding_not_acceptable");
        assert!(
            result
                .header("vary")
                .unwrap()
                .to_ascii_lowercase()
                .contains("accept-encoding")
        );
    }
    // Whatever it is, and however small.
    for what in ["tiny", "image", "text"] {
        get_as(what, "identity;q=0, gzip").assert_header("content-encoding", "gzip");
    }
}

#[test]
fn e16_a_coding_that_is_refused_is_not_used() {
    for _ in 0..10 {
        get_as("text", "gzip;q=0, br").assert_header("content-encoding", "br");
    }
}

#[test]
fn e18_what_may_hold_a_secret_is_not_compressed_unless_told() {
    let ask = |client: &TestClient, name: &str, what: &str| {
        let request = client
            .get(&format!("/things/{what}"))
            .header("accept-encoding", "gzip");
        block_on(request.header(name, "a=b").send())
    };
    let told = client_with(Compression::new().with_secrets());
    let careful = client_with(Compression::new());
    for (name, what) in [
        ("authorization", "text"),
        ("cookie", "json"),
        ("x-other", "cookie"),
    ] {
        let result = ask(&careful, name, what);
        result
            .assert_no_header("content-encoding")
            .assert_header("vary", "accept-encoding");
        ask(&told, name, what).assert_header("content-encoding", "gzip");
    }
}

#[test]
fn a_compressed_representation_has_a_tag_of_its_own() {
    let result = get_as("text", "gzip");
    result.assert_header("etag", "\"v1--gzip\"");
    block_on(get("text").send()).assert_header("etag", "\"v1\"");
    for (known, told) in [
        ("\"v1--gzip\"", "\"v1--gzip\""),
        ("\"v1\"", "\"v1\""),
        ("\"v0--br\", W/\"v1--br\"", "\"v1--br\""),
    ] {
        let request = get("text")
            .header("accept-encoding", "gzip, br")
            .header("if-none-match", known);
        let result = block_on(request.send());
        result
            .assert_status(304)
            .assert_header("vary", "accept-encoding");
        result.assert_header("etag", told);
    }
    let request = get("text")
        .header("accept-encoding", "gzip")
        .header("if-none-match", "\"v0--gzip\"");
    block_on(request.send()).assert_status(200);
}

#[test]
fn a_write_may_name_the_tag_of_a_compressed_response() {
    for (known, status) in [
        ("\"v1--gzip\"", 200),
        ("\"v1\"", 200),
        ("\"v0--gzip\"", 412),
        ("*", 200),
        ("W/\"v1--gzip\"", 412),
    ] {
        let request = client_with(Compression::new())
            .put("/things/text")
            .header("if-match", known);
        block_on(request.send()).assert_status(status);
    }
    let request = get("text")
        .header("accept-encoding", "gzip")
        .header("if-match", "\"v1\"");
    block_on(request.send())
        .assert_status(200)
        .assert_no_header("content-encoding");
}

#[test]
fn a_part_is_one_of_the_plain_representation() {
    let ask = |if_range: Option<&str>| {
        let mut request = get("text")
            .header("accept-encoding", "gzip")
            .header("range", "bytes=0-3");
        if let Some(if_range) = if_range {
            request = request.header("if-range", if_range);
        }
        block_on(request.send())
    };
    ask(None)
        .assert_status(206)
        .assert_text("All ")
        .assert_no_header("content-encoding");
    ask(Some("\"v1\"")).assert_status(206);
    // What the client has is compressed: a part of something else would spoil it.
    ask(Some("\"v1--gzip\"")).assert_status(200);
}

#[test]
fn head_says_what_get_says() {
    for what in ["text", "large", "tiny"] {
        let ask = |method: &str| {
            let request =
                client_with(Compression::new()).request(method, &format!("/things/{what}"));
            block_on(request.header("accept-encoding", "gzip").send())
        };
        let (head, get) = (ask("HEAD"), ask("GET"));
        for name in ["content-encoding", "vary", "etag", "content-type"] {
            assert_eq!(head.header(name), get.header(name), "{what} {name}");
        }
        assert!(head.bytes().is_empty());
    }
}

#[test]
fn a_stream_is_compressed_as_it_comes() {
    for coding in ["gzip", "br", "zstd"] {
        let result = get_as("stream", coding);
        result.assert_header("content-encoding", coding);
        assert_eq!(decoded(coding, result.bytes()), b"one\ntwo\n");
    }
}

#[test]
fn a_body_is_decompressed_in_pieces_of_any_size() {
    let body = json!({"a": TEXT.repeat(50)}).to_string();
    for coding in ["gzip", "br", "zstd", "x-gzip", "GZIP"] {
        let compressed = encoded(
            &coding.to_ascii_lowercase().replace("x-", ""),
            body.as_bytes(),
        );
        for size in [1, 7, 4096] {
            let result = send("POST", "/read", coding, &compressed, size);
            result.assert_status(200).assert_text(&body);
        }
    }
    send("POST", "/read", "identity", body.as_bytes(), 999).assert_text(&body);
}

#[test]
fn c71_several_codings_are_415() {
    for coding in ["br, gzip, gzip", "gzip, identity", "compress", ""] {
        let result = send("POST", "/read", coding, &gzip(b"{}"), 99);
        result.assert_problem(415, "content_encoding_unsupported");
        result.assert_header("accept-encoding", "zstd, br, gzip");
    }
}

#[test]
fn c72_what_is_not_whole_or_not_compressed_is_400() {
    for coding in ["gzip", "br", "zstd"] {
        let body = json!({"a": TEXT.repeat(50)}).to_string();
        let compressed = encoded(coding, body.as_bytes());
        for length in 0..compressed.len() {
            let result = send("POST", "/read", coding, &compressed[..length], 99);
            result.assert_status(400);
        }
        send("POST", "/read", coding, body.as_bytes(), 99)
            .assert_problem(400, "content_encoding_malformed");
        let mut corrupt = compressed.clone();
        corrupt[compressed.len() / 2] ^= 0x55;
        let result = send("POST", "/read", coding, &corrupt, 99);
        assert!(
            result.status().is_client_error() || coding != "gzip",
            "{coding}"
        );
    }
    for coding in ["gzip", "zstd"] {
        let followed = [encoded(coding, b"{}"), b"garbage!".to_vec()].concat();
        send("POST", "/read", coding, &followed, 99)
            .assert_problem(400, "content_encoding_malformed");
    }
}

#[test]
fn c73_a_bomb_is_413_at_the_limit() {
    for coding in ["gzip", "br", "zstd"] {
        let bomb = encoded(coding, &vec![0; 64 << 20]);
        let since = std::time::Instant::now();
        let result = send("PUT", "/read", coding, &bomb, 64 << 10);
        result.assert_problem(413, "content_too_large");
        assert!(
            since.elapsed() < std::time::Duration::from_secs(2),
            "{coding}"
        );
    }
    send("PUT", "/large", "gzip", &gzip(&vec![0; 8 << 20]), 64 << 10).assert_text("8388608");
}

#[test]
fn c74_two_members_count_as_one_body() {
    let half = gzip(&vec![b' '; 700 << 10]);
    send("PUT", "/read", "gzip", &half, 999).assert_status(200);
    let both = [half.clone(), half].concat();
    send("PUT", "/read", "gzip", &both, 999).assert_problem(413, "content_too_large");
    send("PUT", "/large", "gzip", &both, 999).assert_text("1433600");
    // Members of nothing are counted, too.
    let empty = gzip(b"").repeat(60_000);
    send("PUT", "/read", "gzip", &empty, 999).assert_problem(413, "content_too_large");
}

#[test]
fn a_window_that_would_take_too_much_memory_is_refused() {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
    encoder.long_distance_matching(true).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(b"{}").unwrap();
    let compressed = encoder.finish().unwrap();
    send("POST", "/read", "zstd", &compressed, 99)
        .assert_problem(400, "content_encoding_malformed");
}

#[test]
fn what_a_client_does_not_take_is_not_what_it_has() {
    for (accept, status) in [
        ("gzip", 304),
        ("gzip;q=0", 200),
        ("identity", 200),
        ("br", 200),
    ] {
        let request = get("text").header("accept-encoding", accept);
        let result = block_on(request.header("if-none-match", "\"v1--gzip\"").send());
        result.assert_status(status);
    }
}

#[test]
fn a_condition_on_what_is_read_names_either_tag() {
    for method in ["GET", "HEAD"] {
        for (tag, status) in [
            ("\"v1--gzip\"", 200),
            ("\"v1\"", 200),
            ("\"v0--gzip\"", 412),
        ] {
            let client = client_with(Compression::new());
            let request = client.request(method, "/things/text");
            let request = request
                .header("accept-encoding", "gzip")
                .header("if-match", tag);
            block_on(request.send()).assert_status(status);
        }
    }
}

#[test]
fn a_tag_of_the_resource_may_end_as_ours_do() {
    struct Odd;
    impl Resource for Odd {
        async fn validators(&self, _req: &Request) -> Result<Validators> {
            Ok(Validators::new().etag(ETag::strong("rev--gzip")?))
        }

        async fn on_put(&self, _req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text("written");
            Ok(())
        }
    }
    let mut app = App::with(Compression::new());
    app.add_route("/", Odd);
    let request = TestClient::new(app)
        .put("/")
        .header("if-match", "\"rev--gzip\"");
    block_on(request.send()).assert_status(200);
}

#[test]
fn a_part_varies_as_the_whole_does() {
    let request = get("text")
        .header("accept-encoding", "gzip")
        .header("range", "bytes=0-3");
    block_on(request.send())
        .assert_status(206)
        .assert_header("vary", "accept-encoding");
}

#[test]
fn what_must_not_be_compressed_is_406_to_who_refuses_the_rest() {
    for what in ["digest", "fixed", "cookie"] {
        get_as(what, "identity;q=0, gzip").assert_problem(406, "coding_not_acceptable");
    }
    let secret = get("text").header("accept-encoding", "identity;q=0, gzip");
    block_on(secret.header("cookie", "a=b").send()).assert_problem(406, "coding_not_acceptable");
}

#[test]
fn what_follows_a_compressed_body_is_seen_in_pieces_of_any_size() {
    for coding in ["gzip", "br", "zstd"] {
        let followed = [encoded(coding, b"{}"), b"garbage!".to_vec()].concat();
        for size in [1, 3, 7, 99] {
            send("POST", "/read", coding, &followed, size)
                .assert_problem(400, "content_encoding_malformed");
        }
    }
    let twice = [encoded("br", b"{}"), encoded("br", b"{}")].concat();
    send("POST", "/read", "br", &twice, 99).assert_problem(400, "content_encoding_malformed");
}
