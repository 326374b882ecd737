//! Forms with files: the rows of the catalogue of attacks that concern them, by their numbers, and
//! what else a form may be.

use std::time::{Duration, Instant};

use falcon_core::{App, Body, BodyLimit, Request, Resource, Response, Result};
use falcon_media::{Media, MediaRequest, MediaResponse, MultipartLimits};
use falcon_testing::{TestClient, TestResult, block_on};
use serde_json::{Value, json};

use crate::pieces;

const TYPE: &str = "multipart/form-data; boundary=X";

/// Shows what it reads of a form.
struct Form;

impl Resource for Form {
    /// Reads every part whole.
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut form = req.multipart()?;
        let mut parts = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            let bytes = part.bytes().await?;
            parts.push(json!({
                "name": part.name(),
                "file": part.raw_file_name(),
                "extended": part.raw_extended_file_name(),
                "type": part.content_type(),
                "data": String::from_utf8_lossy(&bytes),
            }));
        }
        resp.set_media(&parts)?;
        Ok(())
    }

    /// Reads nothing but names.
    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut form = req.multipart()?;
        let mut names = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            if part.name() == "half" {
                part.chunk().await?;
            }
            names.push(part.name().to_owned());
        }
        resp.set_media(&names)?;
        Ok(())
    }

    /// Reads values.
    async fn on_patch(&self, req: &mut Request, resp: &mut Response) -> Result {
        let mut form = req.multipart()?;
        let mut values = Vec::new();
        while let Some(mut part) = form.next_part().await? {
            values.push(match part.name() {
                "text" => json!(part.text().await?),
                "file" => json!(part.secure_file_name()?),
                _ => part.media::<Value>().await?,
            });
        }
        resp.set_media(&values)?;
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::with(Media::new().json());
    app.add_route("/", Form);
    app.add_route("/large", Form)
        .with(BodyLimit::bytes(64 << 20));
    app.add_route("/small", Form)
        .with(MultipartLimits::new().parts(2).part_bytes(3).headers(80, 2));
    TestClient::new(app)
}

fn send(method: &str, path: &str, content_type: &str, body: impl Into<Body>) -> TestResult {
    let request = client().request(method, path);
    let request = request.header("content-type", content_type);
    block_on(request.streamed_body(body.into()).send())
}

fn post(body: impl Into<Body>) -> TestResult {
    send("POST", "/", TYPE, body)
}

/// A part with a disposition and a content.
fn part(disposition: &str, content: &str) -> String {
    format!("--X\r\nContent-Disposition: form-data; {disposition}\r\n\r\n{content}\r\n")
}

fn form(parts: &[String]) -> String {
    format!("{}--X--\r\n", parts.concat())
}

fn names(result: &TestResult) -> Vec<String> {
    let parts: Vec<Value> = result.json();
    let name = |part: &Value| part["name"].as_str().unwrap().to_owned();
    parts.iter().map(name).collect()
}

fn assert_malformed(result: &TestResult, why: &str) {
    result.assert_problem(400, "multipart_malformed");
    let detail = result.json::<Value>()["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(detail.contains(why), "{detail}");
}

#[test]
fn d07_an_empty_boundary_is_400() {
    for boundary in ["boundary=", "boundary=\"\"", ""] {
        let content_type = format!("multipart/form-data; {boundary}");
        assert_malformed(&send("POST", "/", &content_type, form(&[])), "boundary");
    }
}

#[test]
fn d08_a_boundary_over_70_bytes_is_400() {
    for length in [71, 1 << 20] {
        let content_type = format!("multipart/form-data; boundary={}", "x".repeat(length));
        assert_malformed(&send("POST", "/", &content_type, "--"), "70 characters");
    }
    let longest = "x".repeat(70);
    let content_type = format!("multipart/form-data; boundary={longest}");
    send("POST", "/", &content_type, format!("--{longest}--")).assert_status(200);
}

#[test]
fn d09_two_boundaries_are_400() {
    let content_type = "multipart/form-data; boundary=X; boundary=Y";
    assert_malformed(
        &send("POST", "/", content_type, form(&[])),
        "two boundaries",
    );
}

#[test]
fn d11_a_boundary_is_literal() {
    for boundary in ["(){}[]$^*", "a b'()+_,-./:=?", "----=_Part_1_2.3"] {
        for content_type in [
            format!("multipart/form-data; boundary=\"{boundary}\""),
            format!("Multipart/Form-Data;charset=utf-8; BOUNDARY={boundary}"),
        ] {
            let body = form(&[part("name=\"a\"", "1")]).replace("--X", &format!("--{boundary}"));
            let result = send("POST", "/", &content_type, body);
            assert_eq!(names(&result), ["a"], "{content_type}");
        }
    }
}

#[test]
fn d12_every_prefix_of_a_form_is_400_until_its_end_is_there() {
    let body = form(&[
        part("name=\"a\"", "1"),
        part("name=\"b\"; filename=\"c\"", "\r\n--Y"),
    ]);
    let end = body.len() - 2;
    for length in 0..end {
        let result = post(body.as_bytes()[..length].to_vec());
        assert_malformed(&result, "before its closing delimiter");
    }
    post(body.as_bytes()[..end].to_vec()).assert_status(200);
}

#[test]
fn d13_a_hostile_disposition_costs_little() {
    let since = Instant::now();
    let hostile = ";\"\\".repeat(2_000);
    let body = form(&[part(&format!("name=\"{hostile}"), "1")]);
    post(body).assert_problem(400, "multipart_malformed");
    let hostile = ";\"\\".repeat(33_000);
    let body = form(&[part(&format!("name=\"{hostile}"), "1")]);
    post(body).assert_problem(400, "multipart_malformed");
    assert!(since.elapsed() < Duration::from_millis(500));
}

#[test]
fn d14_a_broken_header_of_a_part_is_400() {
    for (line, why) in [
        ("no colon", "no colon"),
        ("X-A: a\0b", "characters"),
        ("X-A: a\nX-B: b", "CR LF"),
        ("X-A: a\r\n  folded", "second line"),
        ("X A: a", "characters"),
        (": a", "characters"),
    ] {
        let body = format!(
            "--X\r\nContent-Disposition: form-data; name=a\r\n{line}\r\n\r\n1\r\n--X--\r\n"
        );
        assert_malformed(&post(body), why);
    }
}

#[test]
fn d15_an_empty_body_is_400() {
    assert_malformed(&post(""), "ends before");
}

#[test]
fn d16_a_form_without_parts_is_one() {
    post("--X--").assert_status(200).assert_text("[]");
}

#[test]
fn d17_a_form_without_its_end_is_400() {
    assert_malformed(&post(part("name=\"a\"", "1")), "ends before");
}

#[test]
fn d18_preamble_and_epilogue_are_passed_over() {
    let body = form(&[part("name=\"a\"", "1")]);
    let result = post(format!("before --X not\r\n{body}after\r\n--X\r\nit"));
    assert_eq!(names(&result), ["a"]);
}

#[test]
fn d19_a_long_preamble_is_413_at_the_limit() {
    let body = pieces(&vec![b'x'; 16 << 20], 64 << 10);
    post(body).assert_problem(413, "content_too_large");
}

#[test]
fn d20_lines_that_end_in_lf_are_400() {
    let body = form(&[part("name=\"a\"", "1")]).replace("\r\n", "\n");
    post(body).assert_problem(400, "multipart_malformed");
}

#[test]
fn d21_padding_after_a_delimiter_is_taken() {
    let body = form(&[part("name=\"a\"", "1")]).replacen("--X", "--X \t", 1);
    assert_eq!(names(&post(body)), ["a"]);
    let body =
        form(&[part("name=\"a\"", "1")]).replacen("--X", &format!("--X{}", " ".repeat(99)), 1);
    assert_malformed(&post(body), "neither");
}

#[test]
fn d22_a_part_without_a_name_is_400_and_an_empty_one_is_a_name() {
    assert_malformed(&post(form(&[part("filename=\"a\"", "1")])), "no name");
    assert_eq!(names(&post(form(&[part("name=\"\"", "1")]))), [""]);
}

#[test]
fn d23_a_part_that_is_no_field_of_a_form_is_400() {
    assert_malformed(
        &post("--X\r\nX-A: b\r\n\r\n1\r\n--X--"),
        "no Content-Disposition",
    );
    assert_malformed(&post("--X\r\n\r\n1\r\n--X--"), "no Content-Disposition");
    let body = form(&[part("name=\"a\"", "1")]).replace("form-data;", "attachment;");
    assert_malformed(&post(body), "not form-data");
}

#[test]
fn d24_a_quoted_file_name_holds_no_parameters() {
    let result = post(form(&[part("filename=\"x; name=evil\"; name=\"a\"", "1")]));
    let parts: Value = result.json();
    assert_eq!(parts[0]["name"], "a");
    assert_eq!(parts[0]["file"], "x; name=evil");
}

#[test]
fn d25_a_name_is_told_once_in_any_case_on_one_line() {
    assert_malformed(&post(form(&[part("name=\"a\"; name=\"b\"", "1")])), "twice");
    assert_malformed(&post(form(&[part("name=\"a\"; Name=\"b\"", "1")])), "twice");
    assert_eq!(names(&post(form(&[part("NAME=\"a\"", "1")]))), ["a"]);
    assert_malformed(&post(form(&[part("\r\n name=\"a\"", "1")])), "second line");
    let twice = "--X\r\nContent-Disposition: form-data; name=a\r\n\
                 content-disposition: form-data; name=b\r\n\r\n1\r\n--X--";
    assert_malformed(&post(twice), "two headers");
}

#[test]
fn d26_escapes_of_a_quote_are_undone_and_no_others() {
    for (sent, read) in [
        (r#"name="a\"b""#, "a\"b"),
        (r#"name="a\\b""#, r"a\b"),
        (r#"name="a%22b""#, "a%22b"),
        (r#"name="a%0D%0Ab""#, "a%0D%0Ab"),
        (r#"name="c:\new""#, r"c:\new"),
        ("name=\"h\u{e9}\"", "h\u{e9}"),
        ("name=bare", "bare"),
    ] {
        assert_eq!(names(&post(form(&[part(sent, "1")]))), [read], "{sent}");
    }
    for broken in [r#"name="a"#, r#"name="a"b"#, "name", "=a", "na me=a"] {
        assert_malformed(&post(form(&[part(broken, "1")])), "parameter");
    }
}

#[test]
fn d27_the_plain_file_name_wins() {
    let disposition = "name=a; filename=\"ok.txt\"; filename*=UTF-8''..%2fevil";
    let parts: Value = post(form(&[part(disposition, "1")])).json();
    assert_eq!(parts[0]["file"], "ok.txt");
    assert_eq!(parts[0]["extended"], "../evil");
    for broken in [
        "UTF-8''",
        "UTF-8'a",
        "x",
        "latin-9''a",
        "UTF-8''%ff",
        "UTF-8''%",
    ] {
        let parts: Value = post(form(&[part(&format!("name=a; filename*={broken}"), "1")])).json();
        assert_eq!(parts[0]["extended"], Value::Null, "{broken}");
    }
}

#[test]
fn d28_a_secure_file_name_is_plain_and_short() {
    let long = format!("{}.txt", "x".repeat(4_000));
    for name in [
        "../../etc/passwd",
        "/abs",
        r"C:\x\y",
        "a:b",
        "CON",
        "NUL.txt",
        ".",
        "..",
        long.as_str(),
        "a\u{202e}b",
    ] {
        let result = send(
            "PATCH",
            "/",
            TYPE,
            form(&[part(&format!("name=file; filename=\"{name}\""), "1")]),
        );
        let secure: Vec<String> = result.json();
        let [secure] = secure.as_slice() else {
            panic!("{secure:?}")
        };
        assert!(secure.len() <= 255 && !secure.starts_with('.'), "{secure}");
        assert!(!falcon_core::filename::is_device(secure), "{secure}");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        assert!(secure.chars().all(is_plain), "{secure}");
    }
    let empty = form(&[part("name=file; filename=\"\"", "1")]);
    assert_malformed(&send("PATCH", "/", TYPE, empty), "no file name");
}

#[test]
fn d29_a_transfer_encoding_is_400_unless_it_changes_nothing() {
    let with = |encoding: &str| {
        format!(
            "--X\r\nContent-Disposition: form-data; name=a\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n1\r\n--X--"
        )
    };
    for encoding in ["7bit", "8BIT", "binary"] {
        post(with(encoding)).assert_status(200);
    }
    let twice = "8bit\r\nContent-Transfer-Encoding: base64";
    for encoding in ["base64", "quoted-printable", "", twice] {
        assert_malformed(&post(with(encoding)), "Content-Transfer-Encoding");
    }
}

#[test]
fn d30_a_part_has_at_most_16_headers() {
    let with = |count: usize| {
        let more: String = (1..count).map(|i| format!("X-{i}: a\r\n")).collect();
        format!("--X\r\nContent-Disposition: form-data; name=a\r\n{more}\r\n1\r\n--X--")
    };
    post(with(16)).assert_status(200);
    assert_malformed(&post(with(17)), "more than 16 headers");
}

#[test]
fn d31_the_headers_of_a_part_are_bounded() {
    let with = |length: usize| {
        let start = "Content-Disposition: form-data; name=a\r\nX-A: ";
        let value = "x".repeat(length - start.len() - 2);
        format!("--X\r\n{start}{value}\r\n\r\n1\r\n--X--")
    };
    post(with(8192)).assert_status(200);
    for length in [8193, 1 << 19, 16 << 20] {
        let result = send(
            "POST",
            "/large",
            TYPE,
            pieces(with(length).as_bytes(), 16 << 10),
        );
        assert_malformed(&result, "more than 8192 bytes");
    }
}

#[test]
fn d33_the_65th_part_is_400() {
    let parts = |count: usize| form(&vec![part("name=a", "1"); count]);
    assert_eq!(names(&post(parts(64))).len(), 64);
    assert_malformed(&post(parts(65)), "more than 64 parts");
    let since = Instant::now();
    let million = part("name=a", "").repeat(1_000_000);
    let result = send("PUT", "/large", TYPE, million);
    assert_malformed(&result, "more than 64 parts");
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[test]
fn d35_what_is_passed_over_counts() {
    let fields = vec![part("name=a", &"x".repeat(300 << 10)); 4];
    send("PUT", "/", TYPE, pieces(form(&fields).as_bytes(), 16 << 10))
        .assert_problem(413, "content_too_large");
}

#[test]
fn d36_what_looks_like_a_delimiter_costs_no_more() {
    for filling in ["\r", "\r\n--", "\r\n--Y", "\r\n-", "\n--X"] {
        let content = filling.repeat((4 << 20) / filling.len());
        let body = form(&[part("name=a", &content)]);
        let since = Instant::now();
        let result = send("PUT", "/large", TYPE, pieces(body.as_bytes(), 16 << 10));
        result.assert_status(200);
        assert!(since.elapsed() < Duration::from_secs(4), "{filling:?}");
    }
}

#[test]
fn d37_the_pieces_in_which_a_form_comes_do_not_matter() {
    let body = form(&[
        part("name=\"a\"", "1\r\n--Y\r\n--"),
        part("name=\"b\"; filename=\"c\"", &"\r\n-".repeat(20)),
        part("name=\"c\"", ""),
    ]);
    let body = format!("preamble\r\n{body}epilogue");
    let whole: Value = post(body.clone()).json();
    assert_eq!(whole[0]["data"], "1\r\n--Y\r\n--");
    for size in 1..=body.len() {
        let result = post(pieces(body.as_bytes(), size));
        assert_eq!(result.json::<Value>(), whole, "in pieces of {size}");
    }
    let large = form(&[part("name=a", &"x".repeat(1 << 20))]);
    let since = Instant::now();
    send("PUT", "/large", TYPE, pieces(large.as_bytes(), 1)).assert_status(200);
    assert!(since.elapsed() < Duration::from_secs(10));
}

#[test]
fn d38_a_form_inside_a_form_is_bytes() {
    let inner = "--Y\r\n\r\n1\r\n--Y--";
    let body = format!(
        "--X\r\nContent-Disposition: form-data; name=a\r\n\
         Content-Type: multipart/mixed; boundary=Y\r\n\r\n{inner}\r\n--X--"
    );
    let parts: Value = post(body).json();
    assert_eq!(parts[0]["data"], inner);
}

#[test]
fn d39_a_delimiter_begins_a_line() {
    let parts: Value = post(form(&[part("name=a", "a--X--b\n--X\r--X")])).json();
    assert_eq!(parts[0]["data"], "a--X--b\n--X\r--X");
}

#[test]
fn d41_the_rest_of_a_part_is_passed_over() {
    let fields = [
        part("name=half", &"x".repeat(100_000)),
        part("name=not", &"\r\n--Y".repeat(1000)),
        part("name=last", ""),
    ];
    let result = send("PUT", "/", TYPE, pieces(form(&fields).as_bytes(), 999));
    result.assert_json(&json!(["half", "not", "last"]));
}

#[test]
fn a_part_is_read_as_text_or_in_the_format_of_its_type() {
    let with = |name: &str, content_type: &str, content: &[u8]| {
        let head = format!(
            "--X\r\nContent-Disposition: form-data; name={name}\r\nContent-Type: {content_type}\r\n\r\n"
        );
        [head.as_bytes(), content, b"\r\n--X--"].concat()
    };
    let patch = |body: Vec<u8>| send("PATCH", "/", TYPE, body);
    patch(with("text", "text/plain", "h\u{e9}".as_bytes())).assert_json(&json!(["h\u{e9}"]));
    patch(with("text", "text/plain; charset=ISO-8859-1", b"h\xe9"))
        .assert_json(&json!(["h\u{e9}"]));
    patch(with("text", "text/plain", b"h\xe9")).assert_problem(400, "multipart_text_malformed");
    patch(with(
        "text",
        "text/plain; charset=us-ascii",
        "h\u{e9}".as_bytes(),
    ))
    .assert_problem(400, "multipart_text_malformed");
    patch(with("text", "text/plain; charset=utf-7", b"a"))
        .assert_problem(400, "multipart_text_malformed");
    patch(with("value", "application/json", b"{\"a\":[1]}")).assert_json(&json!([{"a": [1]}]));
    patch(with("value", "application/json", b"{")).assert_problem(400, "json_malformed");
    let result = patch(with("value", "text/plain", b"{}"));
    result.assert_problem(415, "media_type_unsupported");
    assert_eq!(result.json::<Value>()["part"], "value");
}

#[test]
fn limits_are_those_of_the_route() {
    let small = |fields: &[String]| send("POST", "/small", TYPE, form(fields));
    small(&[part("name=a", "123"), part("name=b", "")]).assert_status(200);
    assert_malformed(&small(&vec![part("name=a", ""); 3]), "more than 2 parts");
    let result = small(&[part("name=a", "1234")]);
    result.assert_problem(413, "content_too_large");
    assert_eq!(result.json::<Value>()["part"], "a");
    let long = small(&[part(&format!("name=\"{}\"", "x".repeat(50)), "")]);
    assert_malformed(&long, "more than 80 bytes");
}

#[test]
fn another_type_is_415_and_a_coding_too() {
    let result = send("POST", "/", "application/json", "{}");
    result.assert_problem(415, "media_type_unsupported");
    result.assert_header("accept-post", "multipart/form-data");
    let request = client().post("/").header("content-type", TYPE);
    let request = request.header("content-encoding", "gzip").body("--X--");
    block_on(request.send()).assert_problem(415, "content_encoding_unsupported");
}
