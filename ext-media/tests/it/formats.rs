//! The formats of bodies: the rows of the catalogue of attacks that concern them, by their numbers,
//! and what else each of them may be.

use std::collections::{BTreeMap, HashMap};

use falcon_core::header::MediaType;
use falcon_core::{App, BodyLimit, Consumes, Request, Resource, Response, Result};
use falcon_media::{Media, MediaHandler, MediaRequest, MediaResponse, Target, Writable};
use falcon_testing::{TestClient, TestResult, block_on};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const JSON: &str = "application/json";
const MSGPACK: &str = "application/msgpack";
const CBOR: &str = "application/cbor";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Line {
    name: String,
    count: u32,
    price: f64,
    #[serde(default)]
    tags: Vec<String>,
    note: Option<String>,
}

/// POST: any value; PUT: a line; PATCH: the types that the route names. Each is shown as JSON.
struct Echo;

impl Resource for Echo {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Value = req.media().await?;
        resp.set_media(&value)?;
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let line: Line = req.media().await?;
        resp.set_media_for(req, &line)?;
        Ok(())
    }

    async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Option<Value> = req.optional_media().await?;
        resp.set_media(&value)?;
        Ok(())
    }
}

/// A format with a parser of its own: what it reads is `length:` and so many bytes.
struct Counted;

impl MediaHandler for Counted {
    fn media_types(&self) -> &[&str] {
        &["application/x-counted; v=1", "application/x-counted"]
    }

    fn write(&self, value: Writable<'_>, _: &MediaType<'_>, out: &mut Vec<u8>) -> Result {
        let json = serde_json::to_vec(&value)?;
        out.extend(format!("{}:", json.len()).into_bytes());
        out.extend(json);
        Ok(())
    }

    fn read(&self, body: &[u8], media_type: &MediaType<'_>, target: Target<'_>) -> Result {
        if media_type.param("v").is_some_and(|v| v == "2") {
            return Ok(());
        }
        let text = std::str::from_utf8(body)?;
        let (length, rest) = text
            .split_once(':')
            .ok_or_else(|| std::io::Error::other("no colon"))?;
        if length.parse::<usize>()? != rest.len() {
            return Err(std::io::Error::other("another length"))?;
        }
        target.read(&mut serde_json::Deserializer::from_str(rest))?;
        Ok(())
    }
}

fn all() -> Media {
    Media::new()
        .json()
        .msgpack()
        .cbor()
        .form()
        .text()
        .handler(Counted)
}

fn client_with(media: Media) -> TestClient {
    let mut app = App::with(media);
    app.add_route("/", Echo);
    app.add_route("/large", Echo)
        .with(BodyLimit::bytes(4 << 20));
    app.add_route("/vendor", Echo).with(Consumes::new([
        "application/vnd.acme.v2+json",
        "application/vnd.acme+msgpack",
        "text/csv",
    ]));
    TestClient::new(app)
}

fn send(method: &str, path: &str, content_type: &str, body: impl Into<Vec<u8>>) -> TestResult {
    let request = client_with(all()).request(method, path);
    block_on(
        request
            .header("content-type", content_type)
            .body(body.into())
            .send(),
    )
}

fn post(content_type: &str, body: impl Into<Vec<u8>>) -> TestResult {
    send("POST", "/", content_type, body)
}

fn put(content_type: &str, body: impl Into<Vec<u8>>) -> TestResult {
    send("PUT", "/", content_type, body)
}

fn lenient(content_type: &str, body: &[u8]) -> TestResult {
    let request = client_with(all().lenient())
        .post("/")
        .header("content-type", content_type);
    block_on(request.body(body.to_vec()).send())
}

fn msgpack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).unwrap()
}

fn line() -> Line {
    Line {
        name: "h\u{e9}".to_owned(),
        count: 3,
        price: 1.5,
        tags: vec!["a".to_owned(), "b".to_owned()],
        note: None,
    }
}

#[test]
fn a_value_goes_in_and_out_in_every_format() {
    let encoded = [
        (JSON, serde_json::to_vec(&line()).unwrap()),
        (MSGPACK, msgpack(&line())),
        (CBOR, serde_cbor_2::to_vec(&line()).unwrap()),
        (
            FORM,
            b"name=h%C3%A9&count=3&price=1.5&tags=a&tags=b".to_vec(),
        ),
    ];
    for (content_type, body) in encoded {
        let request = client_with(all())
            .put("/")
            .header("content-type", content_type);
        let result = block_on(
            request
                .header("accept", content_type)
                .body(body.clone())
                .send(),
        );
        result
            .assert_status(200)
            .assert_header("content-type", content_type);
        result.assert_header("vary", "accept");
        assert_eq!(result.bytes(), body, "{content_type}");
    }
}

/// On a stack as small as a worker's may be.
fn on_a_small_stack(work: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(work);
    thread.unwrap().join().unwrap();
}

#[test]
fn c39_an_empty_body_is_told_to_be_empty() {
    let request = client_with(all()).post("/").header("content-type", JSON);
    let result = block_on(request.header("content-length", "0").send());
    result.assert_problem(400, "body_empty");
    assert_eq!(result.json::<Value>()["title"], "Empty body");
}

#[test]
fn c50_nesting_ends_at_128_on_any_stack() {
    on_a_small_stack(|| {
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let nested = |depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
            post(JSON, nested(127)).assert_status(200);
            post(JSON, nested(128)).assert_problem(400, "json_too_deep");
            send("POST", "/large", JSON, nested(100_000)).assert_problem(400, "json_too_deep");
        }
        send("POST", "/large", JSON, "[".repeat(1_000_000)).assert_problem(400, "json_too_deep");
        post(JSON, "[".repeat((1 << 20) + 1)).assert_problem(413, "content_too_large");
    });
}

#[test]
fn c51_numbers_that_are_none_are_400() {
    for number in ["1e400", "NaN", "Infinity", "-Infinity", "-1e400"] {
        post(JSON, number).assert_problem(400, "json_malformed");
    }
}

#[test]
fn c53_small_and_negative_zeros_are_numbers() {
    post(JSON, "-0.0").assert_text("-0.0");
    post(JSON, "1e-400").assert_text("0.0");
    let float = r#"{"name":"a","count":1.0,"price":1}"#;
    // The catalogue has 400; what is well-formed and of another shape is 422 everywhere.
    put(JSON, float).assert_problem(422, "json_shape");
}

#[test]
fn c54_what_only_looks_like_json_is_400() {
    for body in [
        "01", "+1", ".5", "1.", "[1,]", "'a'", "/*c*/1", "{\"a\"}", "nul", "\"\t\"", "{,}", "[1 2]",
    ] {
        post(JSON, body).assert_problem(400, "json_malformed");
    }
}

#[test]
fn c55_what_is_not_utf_8_is_400() {
    for body in [&b"\"\xff\""[..], b"\"\xc0\xaf\"", b"\xff\xfe{\0}\0"] {
        post(JSON, body).assert_problem(400, "json_malformed");
    }
}

#[test]
fn c56_surrogates_come_in_pairs() {
    post(JSON, r#""\ud800""#).assert_problem(400, "json_malformed");
    post(JSON, r#""\ud800\udc00""#).assert_text("\"\u{10000}\"");
    post(JSON, r#""\u0000""#).assert_text(r#""\u0000""#);
}

#[test]
fn c57_to_c59_a_document_is_one_value_and_nothing_else() {
    for body in [&b"\xef\xbb\xbf{}"[..], b"{} x", b"{}{}", b"{}\0", b"  "] {
        post(JSON, body).assert_problem(400, "json_malformed");
    }
    post(JSON, "").assert_problem(400, "body_empty");
    post(JSON, " {}\n").assert_text("{}");
}

#[test]
fn c60_a_member_twice_is_400_wherever_it_is() {
    for body in [
        r#"{"a":1,"a":2}"#,
        r#"{"a":1,"\u0061":2}"#,
        r#"[{"b":{"a":1,"c":2,"a":3}}]"#,
        r#"{"a":{"a":1},"b":[],"a":1}"#,
    ] {
        let result = post(JSON, body);
        result.assert_problem(400, "json_duplicate_member");
        let problem: Value = result.json();
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .contains("duplicate member `a`"),
            "{problem}"
        );
        assert!(problem["column"].is_u64());
        lenient(JSON, body.as_bytes()).assert_status(200);
    }
    put(JSON, r#"{"name":"a","name":"b"}"#).assert_problem(400, "json_duplicate_member");
    post(JSON, r#"[{"a":1},{"a":2}]"#).assert_status(200);
    let many: BTreeMap<String, usize> = (0..1000).map(|i| (format!("k{i}"), i)).collect();
    let mut text = serde_json::to_string(&many).unwrap();
    post(JSON, text.clone()).assert_status(200);
    text.insert_str(1, "\"k7\":0,");
    post(JSON, text).assert_problem(400, "json_duplicate_member");
}

#[test]
fn c62_a_million_small_values_cost_little() {
    let zeros = format!("[{}0]", "0,".repeat(500_000));
    let lists = format!("[{}[]]", "[],".repeat(300_000));
    let members: Vec<String> = (0..100_000).map(|i| format!("\"a{i}\":0")).collect();
    let members = format!("{{{}}}", members.join(","));
    for body in [zeros, lists, members] {
        let since = std::time::Instant::now();
        send("POST", "/large", JSON, body).assert_status(200);
        assert!(since.elapsed() < std::time::Duration::from_secs(5));
    }
}

#[test]
fn c63_any_text_is_a_key() {
    let long = "x".repeat(1 << 19);
    for key in ["__proto__", "constructor", "", long.as_str()] {
        post(JSON, json!({key: 1}).to_string()).assert_status(200);
    }
}

#[test]
fn c64_a_long_text_of_escapes_is_a_text() {
    let body = format!("\"{}\"", "\\u0041".repeat(170_000));
    assert_eq!(post(JSON, body).bytes().len(), 170_002);
}

#[test]
fn c65_a_body_without_a_type_is_415() {
    let request = client_with(all()).post("/").body("{}");
    let result = block_on(request.send());
    result.assert_problem(415, "media_type_unsupported");
    let types = "application/json, application/msgpack, application/cbor, \
                 application/x-www-form-urlencoded, text/plain; charset=utf-8, \
                 application/x-counted; v=1, application/x-counted";
    result.assert_header("accept-post", types);
}

#[test]
fn c66_the_spelling_of_a_type_does_not_matter() {
    for spelled in [
        "application/json;charset=UTF-8",
        "APPLICATION/JSON",
        "application/json;",
        "application/json ; a=b",
        "application/json; charset=\"utf-8\"",
    ] {
        post(spelled, "{}").assert_status(200);
    }
}

#[test]
fn c67_another_type_is_415() {
    for other in [
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "text/html",
        "application/json, text/plain",
        "application/json\ta",
        "application/jsonx",
        "application/json/..",
        "application/*",
        "*/*",
        "",
    ] {
        post(other, "{}").assert_problem(415, "media_type_unsupported");
    }
}

#[test]
fn c68_a_suffix_counts_where_somebody_says_so() {
    post("application/vnd.api+json", "{}").assert_problem(415, "media_type_unsupported");
    let any = |content_type: &str, body: &[u8]| {
        let request = client_with(all().any_suffix()).post("/");
        block_on(
            request
                .header("content-type", content_type)
                .body(body.to_vec())
                .send(),
        )
    };
    any("application/vnd.api+json", b"{}").assert_status(200);
    any("application/vnd.api+CBOR", b"\xa0").assert_status(200);
    any("application/vnd.api+xml", b"<a/>").assert_problem(415, "media_type_unsupported");
    let vendor = |content_type: &str, body: &[u8]| send("POST", "/vendor", content_type, body);
    vendor("application/vnd.acme.v2+json", b"{}").assert_status(200);
    vendor("Application/VND.Acme.v2+json; charset=utf-8", b"{}").assert_status(200);
    vendor("application/vnd.acme+msgpack", b"\x80").assert_status(200);
    for other in [
        JSON,
        "application/vnd.acme.v1+json",
        "application/vnd.acme.v2",
    ] {
        let result = vendor(other, b"{}");
        result.assert_problem(415, "media_type_unsupported");
        let types = "application/vnd.acme.v2+json, application/vnd.acme+msgpack, text/csv";
        result.assert_header("accept-post", types);
    }
}

#[test]
fn c69_a_thousand_parameters_are_415() {
    let many: String = (0..1000).map(|i| format!(";p{i}=1")).collect();
    post(&format!("application/json{many}"), "{}").assert_problem(415, "media_type_unsupported");
}

#[test]
fn c70_and_c71_a_coding_is_415_unless_something_undoes_it() {
    for coding in ["gzip", "br, gzip, gzip", "identity, gzip"] {
        let request = client_with(all()).post("/").header("content-type", JSON);
        let result = block_on(request.header("content-encoding", coding).body("{}").send());
        result.assert_problem(415, "content_encoding_unsupported");
        result.assert_header("accept-encoding", "identity");
    }
}

#[test]
fn c75_depth_is_bounded() {
    on_a_small_stack(|| {
        for (content_type, open, code) in [
            (MSGPACK, 0x91, "msgpack_too_deep"),
            (CBOR, 0x81, "cbor_too_deep"),
        ] {
            let nested = |depth: usize| [vec![open; depth], vec![0x01]].concat();
            post(content_type, nested(64)).assert_status(200);
            post(content_type, nested(65)).assert_problem(400, code);
            send("POST", "/large", content_type, nested(1_000_000)).assert_problem(400, code);
            // Where nobody asks for the value, too.
            let inside = [&b"\x81\xa1z"[..], &b"\xa1\x61z"[..]][usize::from(content_type == CBOR)];
            let body = [inside, &nested(100_000)].concat();
            put(content_type, body).assert_problem(400, code);
        }
        post(CBOR, vec![0xc1; 300_000]).assert_problem(400, "cbor_too_deep");
    });
}

#[test]
fn c77_what_follows_the_value_is_400() {
    post(MSGPACK, b"\x01\x02").assert_problem(400, "msgpack_malformed");
    let result = post(CBOR, b"\x01\x02");
    result.assert_problem(400, "cbor_malformed");
    assert_eq!(result.json::<Value>()["offset"], 1);
    for (content_type, code) in [(MSGPACK, "msgpack_malformed"), (CBOR, "cbor_malformed")] {
        for body in [
            &b"\x92\x01"[..],
            b"\x82\x61",
            b"\xdd\xff\xff\xff\xff",
            b"\xda\xff\xff",
        ] {
            post(content_type, body).assert_problem(400, code);
        }
    }
}

#[test]
fn c78_nan_is_400() {
    let nan = b"\x7f\xf8\0\0\0\0\0\0";
    let infinite = b"\x7f\xf0\0\0\0\0\0\0";
    for number in [nan, infinite] {
        for (content_type, marker, code) in [
            (MSGPACK, 0xcb, "msgpack_malformed"),
            (CBOR, 0xfb, "cbor_malformed"),
        ] {
            let body = [&[marker][..], number].concat();
            post(content_type, body.clone()).assert_problem(400, code);
            lenient(content_type, &body).assert_text("null");
        }
    }
}

#[test]
fn c79_what_is_no_messagepack_of_ours_is_400() {
    for body in [
        &b"\xc1"[..],
        b"\xa1\xff",
        b"\x81\x01\x02",
        b"\x81\xc0\x02",
        b"\xd4\x01\x02",
        b"\xc7\x01\x05\x00",
        b"\xd6\xff\0\0\0\0",
        b"\x81\xa1a\xd4\x01\x02",
    ] {
        post(MSGPACK, body).assert_problem(400, "msgpack_malformed");
    }
    for body in [
        &b"\x1c"[..],
        b"\x61\xff",
        b"\xff",
        b"\x9f\x01",
        b"\xbf\x61a\xff",
        b"\x7f\x41a\xff",
    ] {
        post(CBOR, body).assert_problem(400, "cbor_malformed");
    }
    post(
        CBOR,
        b"\xbf\x61a\x9f\x01\x02\xff\x61b\x7f\x61x\x61y\xff\xff",
    )
    .assert_json(&json!({"a": [1, 2], "b": "xy"}));
}

#[test]
fn c80_a_key_twice_is_400_in_every_format() {
    post(MSGPACK, b"\x82\xa1a\x01\xa1a\x02").assert_problem(400, "msgpack_duplicate_member");
    post(CBOR, b"\xa2\x61a\x01\x61a\x02").assert_problem(400, "cbor_duplicate_member");
    put(MSGPACK, b"\x82\xa4name\xa1a\xa4name\xa1b").assert_problem(400, "msgpack_duplicate_member");
    lenient(MSGPACK, b"\x82\xa1a\x01\xa1a\x02").assert_json(&json!({"a": 2}));
}

#[test]
fn another_shape_is_422_with_the_place_in_every_format() {
    let wrong = json!({"name": "a", "count": "x", "price": 1});
    for (content_type, body, code) in [
        (MSGPACK, msgpack(&wrong), "msgpack_shape"),
        (CBOR, serde_cbor_2::to_vec(&wrong).unwrap(), "cbor_shape"),
        (FORM, b"name=a&count=x&price=1".to_vec(), "form_shape"),
        (JSON, wrong.to_string().into_bytes(), "json_shape"),
    ] {
        let result = put(content_type, body);
        result.assert_problem(422, code);
        assert_eq!(
            result.json::<Value>()["pointer"],
            "/count",
            "{content_type}"
        );
    }
    for (content_type, body, code) in [
        (JSON, &b"[\"a\",1,1.0]"[..], "json_shape"),
        (MSGPACK, b"\x93\xa1a\x01\x01", "msgpack_shape"),
        (CBOR, b"\x83\x61a\x01\x01", "cbor_shape"),
    ] {
        put(content_type, body).assert_problem(422, code);
    }
}

#[test]
fn d01_repeated_fields_are_a_list() {
    post(FORM, "a=1&a=2&b=%20+").assert_json(&json!({"a": ["1", "2"], "b": "  "}));
}

#[test]
fn d02_a_thousand_and_one_fields_are_400() {
    post(FORM, "a=1&".repeat(1000)).assert_status(200);
    post(FORM, "a=1&".repeat(1001)).assert_problem(400, "form_malformed");
}

#[test]
fn d03_a_field_that_is_not_utf_8_is_400() {
    for body in [&b"a=%ff"[..], b"%ff=a", b"a=\xff", b"a=%c0%af"] {
        post(FORM, body).assert_problem(400, "form_malformed");
    }
}

#[test]
fn d04_the_charset_of_a_form_is_utf_8() {
    let utf16 = format!("{FORM}; charset=utf-16");
    post(&utf16, "a=1").assert_problem(415, "media_type_unsupported");
    post(&format!("{FORM}; charset=utf-8"), "a=1").assert_status(200);
    post(FORM, "_charset_=utf-7&a=%2BAGEAYQ-")
        .assert_json(&json!({"_charset_": "utf-7", "a": "+AGEAYQ-"}));
}

#[test]
fn d05_a_form_over_its_limit_is_413() {
    let largest = format!("a={}", "x".repeat((256 << 10) - 2));
    send("POST", "/large", FORM, largest.clone()).assert_status(200);
    let result = send("POST", "/large", FORM, format!("{largest}x"));
    result.assert_problem(413, "content_too_large");
    assert_eq!(result.json::<Value>()["max_bytes"], 256 << 10);
}

#[test]
fn fields_inside_fields_have_their_names_in_brackets() {
    for (form, value) in [
        (
            "u[name]=x&u[tags][]=y&u[tags][]=z",
            json!({"u": {"name": "x", "tags": ["y", "z"]}}),
        ),
        (
            "u%5Bname%5D=x&u%5bage%5d=1",
            json!({"u": {"name": "x", "age": "1"}}),
        ),
        (
            "i[1][a]=2&i[0][a]=1",
            json!({"i": {"1": {"a": "2"}, "0": {"a": "1"}}}),
        ),
        (
            "a[b=1&c]=2&d[e]f=3&[g]=4",
            json!({"a[b": "1", "c]": "2", "d[e]f": "3", "[g]": "4"}),
        ),
        ("a&b=&=c&&", json!({"a": "", "b": "", "": "c"})),
        ("", json!({})),
    ] {
        assert_eq!(post(FORM, form).json::<Value>(), value, "{form}");
    }
    for broken in [
        "a=1&a[b]=2",
        "a[b]=1&a=2",
        "a[][b]=1",
        &format!("a{}=1", "[b]".repeat(17)),
    ] {
        post(FORM, broken).assert_problem(400, "form_malformed");
    }
}

/// PUT of one type, shown as Rust shows it.
struct Shape<T>(std::marker::PhantomData<fn() -> T>);

impl<T: serde::de::DeserializeOwned + std::fmt::Debug + Send + 'static> Resource for Shape<T> {
    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: T = req.media().await?;
        resp.set_text(format!("{value:?}"));
        Ok(())
    }
}

/// What becomes of a body that is to be a `T`.
fn shape<T>(content_type: &str, body: impl Into<Vec<u8>>) -> TestResult
where
    T: serde::de::DeserializeOwned + std::fmt::Debug + Send + 'static,
{
    let mut app = App::with(all());
    app.add_route("/", Shape::<T>(std::marker::PhantomData));
    let request = TestClient::new(app)
        .put("/")
        .header("content-type", content_type);
    block_on(request.body(body.into()).send())
}

#[derive(Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Name(String);

#[derive(Debug, Deserialize)]
struct Single {
    #[expect(dead_code, reason = "it is shown")]
    x: f32,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[expect(dead_code, reason = "it is shown")]
    e: Option<Colour>,
}

#[test]
fn a_number_that_is_too_large_for_its_type_is_none() {
    shape::<Single>(JSON, r#"{"x":1e39}"#).assert_problem(400, "json_malformed");
    shape::<Single>(CBOR, b"\xa1\x61x\xfb\x48\x07\x82\x87\xf4\x9c\x4a\x1d")
        .assert_problem(400, "cbor_malformed");
    shape::<Single>(FORM, "x=1e39").assert_problem(422, "form_shape");
    shape::<Single>(JSON, r#"{"x":1e38}"#).assert_status(200);
}

#[test]
fn one_text_is_whatever_can_be_written_as_one() {
    shape::<Name>("text/plain", "x").assert_text("Name(\"x\")");
    shape::<Option<String>>("text/plain", "x").assert_text("Some(\"x\")");
    shape::<u64>("text/plain", "7").assert_text("7");
    shape::<bool>("text/plain", "true").assert_text("true");
    shape::<Colour>("text/plain", "red").assert_text("Red");
    shape::<u64>("text/plain", "x").assert_problem(422, "text_shape");
}

#[test]
fn the_names_of_fields_may_be_of_any_type() {
    shape::<BTreeMap<u8, String>>(FORM, "1=a&2=b").assert_text("{1: \"a\", 2: \"b\"}");
    shape::<BTreeMap<Name, u8>>(FORM, "a=1").assert_text("{Name(\"a\"): 1}");
    shape::<BTreeMap<bool, u8>>(FORM, "true=1").assert_text("{true: 1}");
    shape::<BTreeMap<u8, u8>>(FORM, "x=1").assert_problem(422, "form_shape");
}

#[test]
fn what_a_form_leaves_empty_is_none_unless_it_is_a_text() {
    shape::<Choice>(FORM, "e=").assert_text("Choice { e: None }");
    shape::<BTreeMap<String, Option<String>>>(FORM, "e=").assert_text("{\"e\": Some(\"\")}");
    shape::<BTreeMap<String, Option<std::net::IpAddr>>>(FORM, "e=").assert_text("{\"e\": None}");
}

#[derive(Debug, Deserialize, Serialize)]
struct Lists {
    tags: Option<Vec<String>>,
    n: Option<Vec<u32>>,
}

#[test]
fn an_optional_list_may_have_one_item() {
    for (form, shown) in [
        ("tags=a", "Lists { tags: Some([\"a\"]), n: None }"),
        ("n[]=1", "Lists { tags: None, n: Some([1]) }"),
        ("n[0]=1", "Lists { tags: None, n: Some([1]) }"),
        ("tags=", "Lists { tags: None, n: None }"),
        (
            "tags=&tags=a",
            "Lists { tags: Some([\"\", \"a\"]), n: None }",
        ),
    ] {
        shape::<Lists>(FORM, form).assert_text(shown);
    }
}

/// What is written of a value as a form: `None` if it cannot be.
fn form_of<T: Serialize + Send + Sync + 'static>(value: T) -> Option<String> {
    struct Written<T>(T);
    impl<T: Serialize + Send + Sync + 'static> Resource for Written<T> {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            resp.set_media_for(req, &self.0)?;
            Ok(())
        }
    }
    let mut app = App::with(Media::new().form());
    app.add_route("/", Written(value));
    let result = block_on(TestClient::new(app).get("/").send());
    (result.status() == 200).then(|| result.text().to_owned())
}

#[derive(Debug, Serialize, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
enum Content {
    A(u8),
    D(Option<u8>),
}

#[test]
fn what_a_form_would_be_read_as_something_else_cannot_be_one() {
    for key in ["a[b]", "a[]"] {
        assert_eq!(form_of(HashMap::from([(key, 1)])), None, "{key}");
    }
    for key in ["", "a][b", "a]"] {
        assert_eq!(
            form_of(HashMap::from([("x", HashMap::from([(key, 1)]))])),
            None,
            "{key}"
        );
    }
    assert_eq!(
        form_of(HashMap::from([("m", vec![vec![], vec!["a"]])])),
        None
    );
    let nothing = HashMap::from([("l", vec![Some(Inner::default()), None])]);
    assert_eq!(
        form_of(nothing),
        Some("l%5B0%5D%5Bx%5D=0&l%5B1%5D=".to_owned())
    );
    assert_eq!(
        form_of(HashMap::from([("e", Content::D(None))])),
        Some("e%5BD%5D=".to_owned())
    );
    shape::<BTreeMap<String, Content>>(FORM, "e[D]=").assert_text("{\"e\": D(None)}");
}

#[test]
fn what_is_written_is_read_again() {
    let largest = format!("{{\"x\":{}}}", serde_json::to_string(&f32::MAX).unwrap());
    shape::<Single>(JSON, largest).assert_status(200);
    let numbers = serde_cbor_2::to_vec(&BTreeMap::from([(-1_i64, 0), (2, 0)])).unwrap();
    shape::<BTreeMap<i64, u8>>(CBOR, numbers).assert_text("{-1: 0, 2: 0}");
    let contents = BTreeMap::from([(Content::A(1), 1), (Content::A(2), 2)]);
    let contents = serde_cbor_2::to_vec(&contents).unwrap();
    shape::<BTreeMap<Content, u8>>(CBOR, contents).assert_text("{A(1): 1, A(2): 2}");
    shape::<HashMap<Colour, u8>>(JSON, r#"{"red":1,"red":2}"#)
        .assert_problem(400, "json_duplicate_member");
}

#[test]
fn keys_of_every_kind_are_read_and_compared() {
    shape::<BTreeMap<Option<u8>, u8>>(CBOR, b"\xa2\xf6\x03\xf6\x04")
        .assert_problem(400, "cbor_duplicate_member");
    shape::<BTreeMap<(u8, u8), u8>>(CBOR, b"\xa1\x82\x01\x02\x03").assert_text("{(1, 2): 3}");
    shape::<BTreeMap<u8, u8>>(JSON, r#"{"1":1,"1":2}"#)
        .assert_problem(400, "json_duplicate_member");
    shape::<Line>(CBOR, b"\xa2\x00\x61a\x01\x02").assert_problem(422, "cbor_shape");
}

#[test]
fn a_key_of_any_length_makes_no_long_answer() {
    let body = json!({"/".repeat(900_000): "x"}).to_string();
    let result = shape::<HashMap<String, u8>>(JSON, body);
    result.assert_problem(422, "json_shape");
    assert!(result.bytes().len() < 4096);
}

#[test]
fn a_charset_makes_no_other_type() {
    for spelled in [
        "text/csv;charset=UTF-8",
        "text/csv",
        "text/csv; charset=us-ascii",
    ] {
        let request = client_with(all().handler(Csv)).patch("/vendor");
        let result = block_on(request.header("content-type", spelled).body("[1]").send());
        result.assert_text("[1]");
    }
    post("application/json; charset=us-ascii", "[1]").assert_status(200);
}

struct Csv;

impl MediaHandler for Csv {
    fn media_types(&self) -> &[&str] {
        &["text/csv; charset=utf-8"]
    }

    fn write(&self, value: Writable<'_>, _: &MediaType<'_>, out: &mut Vec<u8>) -> Result {
        Ok(serde_json::to_writer(out, &value)?)
    }

    fn read(&self, body: &[u8], _: &MediaType<'_>, target: Target<'_>) -> Result {
        Ok(target.read(&mut serde_json::Deserializer::from_slice(body))?)
    }
}

#[test]
fn formats_of_a_group_are_its_own() {
    let mut app = App::new();
    app.group("/g", Media::new().msgpack())
        .add_route("/in", Echo);
    app.add_route("/out", Echo);
    let client = TestClient::new(app);
    let send = |path: &str, content_type: &str, body: &[u8]| {
        let request = client.post(path).header("content-type", content_type);
        block_on(request.body(body.to_vec()).send())
    };
    send("/out", JSON, b"[1]").assert_status(200);
    send("/g/in", MSGPACK, b"\x01").assert_status(200);
    send("/g/in", JSON, b"[1]").assert_problem(415, "media_type_unsupported");
    send("/out", MSGPACK, b"\x01").assert_problem(415, "media_type_unsupported");
}

#[derive(Debug, Deserialize, Serialize, PartialEq, Default)]
struct Inner {
    x: i32,
    y: Option<bool>,
}

#[derive(Debug, Deserialize, Serialize, PartialEq, Eq, Hash)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Mixed { with: String },
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Everything {
    inner: Inner,
    items: Vec<Inner>,
    colours: Vec<Colour>,
    map: HashMap<String, u8>,
    some: Option<u64>,
    text: Option<String>,
    pair: (i8, char),
}

struct Forms;

impl Resource for Forms {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let value: Everything = req.media().await?;
        resp.set_media_for(req, &value)?;
        Ok(())
    }
}

const FULL_FORM: &str = "inner[x]=-1&inner[y]=on&items[0][x]=1&items[1][x]=2&items[1][y]=false&\
                colours[0]=red&colours[1][mixed][with]=blue&map[k]=7&some=&text=&pair=1&pair=%26";

fn send_form(form: &str) -> TestResult {
    let mut app = App::with(Media::new().form());
    app.add_route("/", Forms);
    let request = TestClient::new(app).post("/").header("content-type", FORM);
    block_on(request.body(form.to_owned()).send())
}

#[test]
fn a_form_is_read_into_what_serde_has_and_written_again() {
    let written = "inner[x]=-1&inner[y]=true&items[0][x]=1&items[1][x]=2&items[1][y]=false&\
                   colours[0]=red&colours[1][mixed][with]=blue&map[k]=7&text=&pair=1&pair=%26";
    let result = send_form(FULL_FORM);
    result.assert_status(200);
    assert_eq!(
        result.text(),
        written.replace('[', "%5B").replace(']', "%5D")
    );
    let again = send_form(result.text());
    assert_eq!(again.text(), result.text());
}

#[test]
fn a_form_of_another_shape_is_told_where() {
    for (broken, status, code, pointer) in [
        (
            FULL_FORM.replace("inner[x]=-1", "inner[x]=-1&inner[x]=2"),
            400,
            "form_duplicate_member",
            "/inner/x",
        ),
        (
            FULL_FORM.replace("inner[x]=-1", "inner[x]="),
            422,
            "form_shape",
            "/inner/x",
        ),
        (
            FULL_FORM.replace("map[k]=7", "map[k]=256"),
            422,
            "form_shape",
            "/map/k",
        ),
        (
            FULL_FORM.replace("inner[y]=on", "inner[y]=maybe"),
            422,
            "form_shape",
            "/inner/y",
        ),
        (
            FULL_FORM.replace("pair=1", "pair=1&pair=2"),
            422,
            "form_shape",
            "/pair",
        ),
        (
            FULL_FORM.replace("colours[0]=red", "colours[0]=green"),
            422,
            "form_shape",
            "/colours/0",
        ),
    ] {
        let result = send_form(&broken);
        result.assert_problem(status, code);
        assert_eq!(result.json::<Value>()["pointer"], pointer, "{broken}");
    }
}

struct List;

impl Resource for List {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_media_for(req, &[1, 2])?;
        Ok(())
    }
}

#[test]
fn a_value_that_is_no_form_cannot_be_written_as_one() {
    let mut app = App::with(Media::new().json().form());
    app.add_route("/", Echo);
    app.add_route("/list", List);
    let client = TestClient::new(app);
    let request = client.get("/list").header("accept", FORM);
    block_on(request.send()).assert_problem(500, "internal_server_error");
}

#[test]
fn plain_text_is_one_text() {
    post("text/plain", "h\u{e9}").assert_json(&json!("h\u{e9}"));
    post("text/plain; charset=UTF-8", "").assert_json(&json!(""));
    post("text/plain", b"\xff").assert_problem(400, "text_malformed");
    post("text/plain; charset=latin-1", "a").assert_problem(415, "media_type_unsupported");
    put("text/plain", "a").assert_problem(422, "text_shape");
}

#[test]
fn a_format_of_ones_own_is_read_and_written_and_watched() {
    post("application/x-counted", "7:{\"a\":1}").assert_json(&json!({"a": 1}));
    post("application/x-counted", "9:{\"a\":1}").assert_problem(400, "media_malformed");
    post("application/x-counted", "no").assert_problem(400, "media_malformed");
    post("application/x-counted", "13:{\"a\":1,\"a\":2}")
        .assert_problem(400, "media_duplicate_member");
    post("application/x-counted; v=2", "0:").assert_problem(500, "internal_server_error");
    let request = client_with(all()).put("/").header("content-type", JSON);
    let request = request.header("accept", "application/x-counted");
    let result = block_on(request.body(serde_json::to_vec(&line()).unwrap()).send());
    let json = serde_json::to_string(&line()).unwrap();
    result.assert_text(&format!("{}:{json}", json.len()));
}

#[test]
fn nothing_can_stand_for_no_value() {
    let patch = |content_type: Option<&str>, body: &str| {
        let mut request = client_with(all()).patch("/");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        block_on(request.body(body.to_owned()).send())
    };
    patch(None, "").assert_text("null");
    patch(Some(JSON), "").assert_text("null");
    patch(Some(JSON), "[1]").assert_text("[1]");
    patch(Some(FORM), "").assert_text("null");
    patch(None, "[1]").assert_problem(415, "media_type_unsupported");
    patch(Some("text/html"), "").assert_text("null");
    patch(Some("text/html"), "x").assert_problem(415, "media_type_unsupported");
    patch(None, "[1]").assert_header(
        "accept-patch",
        patch(None, "x").header("accept-patch").unwrap(),
    );
}

#[test]
fn a_format_that_cannot_be_is_a_problem_of_the_app() {
    struct Nameless;
    impl MediaHandler for Nameless {
        fn media_types(&self) -> &[&str] {
            &["yaml"]
        }
        fn write(&self, _: Writable<'_>, _: &MediaType<'_>, _: &mut Vec<u8>) -> Result {
            Ok(())
        }
        fn read(&self, _: &[u8], _: &MediaType<'_>, _: Target<'_>) -> Result {
            Ok(())
        }
    }
    let why = |media| App::with(media).freeze().unwrap_err().to_string();
    assert!(why(Media::new().handler(Nameless)).contains("`yaml` is no media type"));
    assert!(why(Media::new()).contains("no format was added"));
}
