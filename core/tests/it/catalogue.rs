//! Attacks and faults that reach the app, in process; each test has the number of its row in the
//! catalogue.

use std::net::IpAddr;

use falcon_core::header::{ETag, SameSite, SetCookie};
use falcon_core::{App, Body, Request, Resource, Response, Result};
use falcon_testing::{TestClient, TestResult};

use crate::{Text, block_on};

/// Answers with what it read.
struct Echo;

impl Resource for Echo {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let query = req.query()?;
        let params: Vec<String> = query.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let cookies = req.cookies()?;
        let cookies: Vec<String> = cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let field = req.param("x").or_else(|| req.param("y")).unwrap_or("-");
        resp.set_text(format!(
            "{field} {} {}",
            params.join("&"),
            cookies.join(";")
        ));
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.read_body().await?).accept_ranges();
        Ok(())
    }
}

fn get(target: &str) -> TestResult {
    get_with(target, &[])
}

fn get_with(target: &str, headers: &[(&str, &str)]) -> TestResult {
    let mut app = App::new();
    app.add_route("/admin", Text("admin"));
    app.add_route("/items", Text("items"));
    app.add_route("/a/b", Text("b"));
    app.add_route("/a/{y}", Echo);
    app.add_route("/n/{id:int}", Text("n"));
    app.add_route("/{x}", Echo);
    let request = TestClient::new(app).get(target);
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(name, value)
    });
    block_on(request.send())
}

#[test]
fn a21_a24_a25_slashes_count() {
    for target in ["//evil.example/x", "/a//b", "/items/"] {
        get(target).assert_status(404);
    }
}

#[test]
fn a26_dot_segments_are_not_resolved() {
    get("/x/../admin").assert_status(404);
}

#[test]
fn a29_to_a33_escapes_that_are_none_are_400() {
    for target in [
        "/%zz",
        "/a%",
        "/a%4",
        "/%ff",
        "/%c0%ae%c0%ae/",
        "/%0d%0aSet-Cookie:x=1",
        "/%00",
    ] {
        get(target).assert_problem(400, "invalid_path");
    }
}

#[test]
fn a34_an_escaped_slash_is_part_of_a_field() {
    get("/a%2Fb").assert_status(200).assert_text("a/b  ");
}

#[test]
fn a35_a_field_is_decoded_exactly_once() {
    get("/%252e%252e")
        .assert_status(200)
        .assert_text("%2e%2e  ");
}

#[test]
fn a42_a_thousand_parameters_are_read_and_one_more_is_400() {
    get(&format!("/q?{}", "a&".repeat(1000))).assert_status(200);
    get(&format!("/q?{}", "a&".repeat(1001))).assert_problem(400, "invalid_query");
}

#[test]
fn a43_to_a45_queries_are_read_as_the_url_standard_says() {
    for (query, read) in [
        ("a=1&a=2", "a=1&a=2"),
        ("&&&", ""),
        ("=&=", "=&="),
        ("a", "a="),
        ("=b", "=b"),
        ("a=%zz", "a=%zz"),
    ] {
        get(&format!("/q?{query}"))
            .assert_status(200)
            .assert_text(&format!("q {read} "));
    }
}

#[test]
fn a46_a_parameter_that_is_not_utf8_is_400() {
    get("/q?a=%ff").assert_problem(400, "invalid_query");
}

#[test]
fn a48_a_name_with_a_thousand_brackets_is_400() {
    struct Members;
    impl Resource for Members {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            let count = req.query()?.members("a")?.len();
            resp.set_text(count.to_string());
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Members);
    let client = TestClient::new(app);
    block_on(async {
        let deep = format!("/?a{}=1", "[b]".repeat(1000));
        client
            .get(&deep)
            .send()
            .await
            .assert_problem(400, "invalid_parameter");
        client.get("/?a[b]=1&a[c]=2").send().await.assert_text("2");
    });
}

#[test]
fn a56_a_path_of_four_thousand_segments_is_404() {
    get(&"/a".repeat(4000)).assert_status(404);
}

#[test]
fn a57_numbers_in_other_spellings_are_404() {
    for number in ["-0", "+1", "1_0", "%D9%A1", &"9".repeat(4000)] {
        get(&format!("/n/{number}")).assert_status(404);
    }
    get("/n/-7").assert_status(200);
}

#[test]
fn a58_near_misses_of_a_path_are_404() {
    for target in ["/admin;/x", "/n/admin;a=1", "/n/Admin", "/admin/"] {
        get(target).assert_status(404);
    }
    for target in ["/admin;a=1", "/Admin", "/admin%20", "/admin."] {
        assert_ne!(get(target).text(), "admin", "{target}");
    }
}

#[test]
fn a59_a60_head_follows_get_and_405_tells_the_methods() {
    let mut app = App::new();
    app.add_route("/x", Echo);
    let client = TestClient::new(app);
    block_on(async {
        let got = client.get("/x").send().await;
        let head = client.head("/x").send().await;
        head.assert_status(200).assert_text("");
        assert_eq!(head.headers(), got.headers());
        let result = client.delete("/x").send().await;
        result
            .assert_status(405)
            .assert_header("allow", "GET, HEAD, OPTIONS, POST");
        client.delete("/y").send().await.assert_status(404);
    });
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn b31_b32_the_client_is_the_first_that_is_no_trusted_proxy() {
    use falcon_core::TrustedProxies;
    struct Who;
    impl Resource for Who {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            let client = req.client_addr().map(|addr| addr.to_string());
            resp.set_text(format!("{} {}", client.unwrap_or_default(), req.url()));
            Ok(())
        }
    }
    let ask = |proxies: TrustedProxies, peer: &str, name: &str, value: &str| {
        let mut app = App::new();
        app.set_trusted_proxies(proxies).add_route("/", Who);
        let request = TestClient::new(app)
            .get("/")
            .header("host", "own")
            .header(name, value);
        block_on(
            request
                .peer_addr((peer.parse::<IpAddr>().unwrap(), 1).into())
                .send(),
        )
    };
    let x_forwarded = || {
        let proxies = TrustedProxies::x_forwarded_for(["10.0.0.0/8"]).unwrap();
        proxies.with_proto().with_host()
    };
    let only_for = || TrustedProxies::x_forwarded_for(["10.0.0.0/8"]).unwrap();
    let forwarded = || TrustedProxies::forwarded(["10.0.0.0/8"]).unwrap();
    let many = vec!["10.0.0.2"; 10_000].join(", ");
    let long = vec!["for=6.6.6.6;host=evil;proto=ftp"; 100].join(", ")
        + ", for=203.0.113.9;proto=https;host=shop";
    for (proxies, peer, name, value, told) in [
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-for",
            "6.6.6.6, 9.9.9.9",
            "9.9.9.9 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-for",
            "9.9.9.9, 10.0.0.2",
            "9.9.9.9 http://own/",
        ),
        (
            x_forwarded(),
            "8.8.8.8",
            "x-forwarded-for",
            "9.9.9.9",
            "8.8.8.8 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=9.9.9.9",
            "10.0.0.1 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-for",
            "unknown",
            "10.0.0.1 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-for",
            &many,
            "10.0.0.2 http://own/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=\"[::1",
            "10.0.0.1 http://own/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=unknown",
            "10.0.0.1 http://own/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=6.6.6.6;proto=ftp;host=evil, for=9.9.9.9;proto=https;host=shop, for=10.0.0.2",
            "9.9.9.9 https://shop/",
        ),
        (
            TrustedProxies::default(),
            "10.0.0.1",
            "x-forwarded-for",
            "9.9.9.9",
            "10.0.0.1 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-proto",
            "https",
            "10.0.0.1 https://own/",
        ),
        (
            x_forwarded(),
            "8.8.8.8",
            "x-forwarded-host",
            "evil",
            "8.8.8.8 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-host",
            "good@evil",
            "10.0.0.1 http://own/",
        ),
        (
            x_forwarded(),
            "10.0.0.1",
            "x-forwarded-proto",
            "",
            "10.0.0.1 http://own/",
        ),
        (
            only_for(),
            "10.0.0.1",
            "x-forwarded-host",
            "made-up",
            "10.0.0.1 http://own/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            &long,
            "203.0.113.9 https://shop/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=6.6.6.6;host=evil;by=\", for=\"[2001:db8::1]\"",
            "2001:db8::1 http://own/",
        ),
        (
            forwarded(),
            "10.0.0.1",
            "forwarded",
            "for=6.6.6.6, secret=abc",
            "10.0.0.1 http://own/",
        ),
        (
            forwarded(),
            "::ffff:8.8.8.8",
            "forwarded",
            "for=6.6.6.6",
            "8.8.8.8 http://own/",
        ),
    ] {
        assert_eq!(
            ask(proxies, peer, name, value).text(),
            told,
            "{name}: {value:.60}"
        );
    }
}

#[test]
fn b31_a_byte_that_is_no_text_spoils_no_address_that_a_proxy_appended() {
    use falcon_core::TrustedProxies;
    struct Who;
    impl Resource for Who {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            let client = req.client_addr().map(|addr| addr.to_string());
            resp.set_text(format!("{} {}", client.unwrap_or_default(), req.url()));
            Ok(())
        }
    }
    let ask = |proxies: TrustedProxies, name: &'static str, value: &[u8]| {
        let mut app = App::new();
        app.set_trusted_proxies(proxies).add_route("/", Who);
        let peer = ([10, 0, 0, 1], 1).into();
        let service = app.freeze().unwrap().with_peer(peer);
        let mut request = http::Request::get("/").body(String::new()).unwrap();
        let value = http::HeaderValue::from_bytes(value).unwrap();
        request.headers_mut().insert(name, value);
        let response = block_on(service.handle(request));
        block_on(Body::new(response.into_body()).read(1000)).unwrap()
    };
    let by_list = TrustedProxies::x_forwarded_for(["10.0.0.0/8"]).unwrap();
    assert_eq!(
        ask(by_list, "x-forwarded-for", b"\xe9, 203.0.113.9"),
        "203.0.113.9 /"
    );
    let forwarded = TrustedProxies::forwarded(["10.0.0.0/8"]).unwrap();
    let line = b"\xff, for=203.0.113.9;proto=https;host=shop";
    assert_eq!(
        ask(forwarded, "forwarded", line),
        "203.0.113.9 https://shop/"
    );
}

#[test]
fn a_url_without_a_host_names_none() {
    struct Url;
    impl Resource for Url {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text(req.url());
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_prefix("/", Url);
    let service = app.freeze().unwrap();
    let ask = |target: &str| {
        let mut parts = http::uri::Parts::default();
        parts.path_and_query = Some(target.parse().unwrap());
        let mut request = http::Request::new(String::new());
        *request.uri_mut() = http::Uri::from_parts(parts).unwrap();
        let response = block_on(service.handle(request));
        block_on(Body::new(response.into_body()).read(1000)).unwrap()
    };
    assert_eq!(ask("//evil.example/x?q"), "/.//evil.example/x?q");
    assert_eq!(ask("/x"), "/x");
}

#[test]
fn a19_b06_a_host_that_is_not_allowed_is_421() {
    let mut app = App::new();
    app.set_allowed_hosts(["a.example"])
        .add_route("/", Text("a"));
    let client = TestClient::new(app);
    block_on(async {
        for host in ["a.example", "A.EXAMPLE:8000"] {
            client
                .get("/")
                .header("host", host)
                .send()
                .await
                .assert_status(200);
        }
        for host in [
            "evil",
            "a.example.evil",
            "b.a.example",
            "",
            "[a.example]evil",
            "[a.example]",
            "a.example:80@evil",
            "a.example:x",
            "a.example, evil",
        ] {
            let result = client.get("/").header("host", host).send().await;
            result.assert_problem(421, "misdirected_request");
        }
        let twice = client
            .get("/")
            .header("host", "a.example")
            .header("host", "evil");
        twice.send().await.assert_status(421);
    });
}

#[test]
fn a11_trace_is_405_and_echoes_nothing() {
    let mut app = App::new();
    app.add_route("/", Text("a"));
    let request = TestClient::new(app).request("TRACE", "/");
    let result = block_on(request.header("cookie", "s=secret").send());
    result
        .assert_problem(405, "method_not_allowed")
        .assert_header("allow", "GET, HEAD, OPTIONS");
    assert!(!result.text().contains("secret"));
}

#[test]
fn b12_a_value_that_is_no_text_is_bytes() {
    struct Reads;
    impl Resource for Reads {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            let bytes = req
                .headers()
                .get("x")
                .map(|value| value.as_bytes().to_vec());
            let as_number = req.header_as::<u8>("x").unwrap_err().status();
            let text = req.header("x").is_none();
            resp.set_text(format!("{bytes:?} {text} {}", as_number.as_u16()));
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Reads);
    let mut request = http::Request::get("/").body(String::new()).unwrap();
    let value = http::HeaderValue::from_bytes(b"\xff\xfe").unwrap();
    request.headers_mut().insert("x", value);
    let response = block_on(app.freeze().unwrap().handle(request));
    let body = block_on(Body::new(response.into_body()).read(100)).unwrap();
    assert_eq!(body, "Some([255, 254]) true 400");
}

#[test]
fn b29_a_header_does_not_change_the_method() {
    let mut app = App::new();
    app.add_route("/", Text("a"));
    let request = TestClient::new(app).get("/");
    let request = request.header("x-http-method-override", "DELETE");
    block_on(request.send()).assert_text("a");
}

#[test]
fn a_number_that_does_not_fit_is_told_what_would() {
    struct Reads;
    impl Resource for Reads {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            req.header_as::<bool>("x-on")?;
            req.query()?.parse_as::<u8>("n")?;
            resp.set_text("read");
            Ok(())
        }
    }
    let mut app = App::new();
    app.add_route("/", Reads);
    let client = TestClient::new(app);
    let detail = |target: &str, on: &str| {
        let result = block_on(client.get(target).header("x-on", on).send());
        let problem: serde_json::Value = result.json();
        problem["detail"].as_str().unwrap().to_owned()
    };
    for n in ["300", "-1"] {
        let sentence = "The value must be an integer from 0 to 255.";
        assert!(detail(&format!("/?n={n}"), "true").ends_with(sentence));
    }
    assert!(detail("/?n=x", "true").ends_with("must be an integer."));
    let told = detail("/?n=1", "maybe");
    assert!(told.ends_with("The value of the header must be \"true\" or \"false\"."));
}

#[test]
fn b33_b36_b37_cookies_are_read_as_they_came() {
    for (lines, read) in [
        (vec!["===;;;a; =b; \""], ""),
        (vec!["a=1; a=2"], "a=1;a=2"),
        (vec!["a=1", "b=2"], "a=1;b=2"),
        (vec!["a=%zz; b=a=b=c"], "a=%zz;b=a=b=c"),
        (vec!["a=\"x y\""], "a=\"x y\""),
        (
            vec!["sid=1; name=J\u{f6}rg; b=2"],
            "sid=1;name=J\u{f6}rg;b=2",
        ),
    ] {
        let headers: Vec<_> = lines.iter().map(|line| ("cookie", *line)).collect();
        get_with("/q", &headers)
            .assert_status(200)
            .assert_text(&format!("q  {read}"));
    }
}

#[test]
fn b35_two_hundred_cookies_are_read_and_one_more_is_400() {
    get_with("/q", &[("cookie", "a=1; ".repeat(200).as_str())]).assert_status(200);
    let result = get_with("/q", &[("cookie", "a=1; ".repeat(201).as_str())]);
    result.assert_problem(400, "invalid_header");
}

/// Does something to its response.
struct Does(fn(&mut Response) -> Result);

impl Resource for Does {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        (self.0)(resp)
    }
}

fn done(does: fn(&mut Response) -> Result) -> TestResult {
    let mut app = App::new();
    app.add_route("/", Does(does));
    block_on(TestClient::new(app).get("/").send())
}

#[test]
fn b38_b40_a_value_that_is_none_is_an_error_where_it_is_set() {
    let all: [fn(&mut Response) -> Result; 5] = [
        |resp| resp.set_header("x", "a\r\nset-cookie: x=1").map(drop),
        |resp| resp.append_header("x", "a\0b").map(drop),
        |resp| resp.set_header("x", "\u{e9}").map(drop),
        |resp| resp.set_header("x y", "a").map(drop),
        |resp| resp.set_cache_control(["no-store\r\nx: y"]).map(drop),
    ];
    for does in all {
        done(does)
            .assert_status(500)
            .assert_no_header("x")
            .assert_no_header("set-cookie");
    }
}

#[test]
fn b41_a_cookie_that_a_browser_would_refuse_is_an_error_where_it_is_set() {
    let all: [fn(&mut Response) -> Result; 4] = [
        |resp| resp.set_cookie(&SetCookie::new("a", "1;b")).map(drop),
        |resp| resp.set_cookie(&SetCookie::new("a,b", "1")).map(drop),
        |resp| {
            resp.set_cookie(&SetCookie::new("__Host-a", "1").secure(false))
                .map(drop)
        },
        |resp| {
            resp.set_cookie(
                &SetCookie::new("a", "1")
                    .same_site(SameSite::None)
                    .secure(false),
            )
            .map(drop)
        },
    ];
    for does in all {
        done(does).assert_status(500).assert_no_header("set-cookie");
    }
}

#[test]
fn a_cookie_replaces_one_of_the_same_name_path_and_domain() {
    let result = done(|resp| {
        resp.set_cookie(&SetCookie::new("a", "1"))?;
        resp.set_cookie(&SetCookie::new("a", "2").path("/x"))?;
        resp.set_cookie(&SetCookie::new("b", "3"))?;
        resp.set_cookie(&SetCookie::new("a", "4"))?;
        Ok(())
    });
    let lines: Vec<_> = result.headers().get_all("set-cookie").iter().collect();
    assert_eq!(
        lines,
        [
            "a=2; Path=/x; HttpOnly; Secure",
            "b=3; HttpOnly; Secure",
            "a=4; HttpOnly; Secure"
        ]
    );
}

#[test]
fn b43_a_file_name_cannot_break_out_of_its_header() {
    let result = done(|resp| {
        resp.set_downloadable_as("a\"; filename=evil.exe\r\n");
        Ok(())
    });
    result.assert_header(
        "content-disposition",
        "attachment; filename=\"a_; filename=evil.exe__\"; \
         filename*=UTF-8''a%22%3B%20filename%3Devil.exe%0D%0A",
    );
}

#[test]
fn b44_the_length_of_a_whole_body_is_its_own() {
    let result = done(|resp| {
        resp.set_text("hello").set_content_length(99);
        Ok(())
    });
    result
        .assert_header("content-length", "5")
        .assert_text("hello");
}

#[test]
fn b46_b47_statuses_and_methods_without_content_have_none() {
    let result = done(|resp| {
        resp.set_status(http::StatusCode::NO_CONTENT).set_text("x");
        Ok(())
    });
    result.assert_text("").assert_no_header("content-length");
    let mut app = App::new();
    app.add_route(
        "/",
        Does(|resp| {
            resp.set_body(Body::stream(NeverPolled))
                .set_etag(&ETag::strong("a")?);
            Ok(())
        }),
    );
    block_on(TestClient::new(app).head("/").send())
        .assert_status(200)
        .assert_text("");
}

struct NeverPolled;

impl futures_util::Stream for NeverPolled {
    type Item = Result<&'static str>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        panic!("a body that HEAD does not send is not made")
    }
}

#[test]
fn b49_a_range_on_post_is_passed_over() {
    let mut app = App::new();
    app.add_route("/", Echo);
    let request = TestClient::new(app)
        .post("/")
        .header("range", "bytes=0-")
        .body("hello");
    block_on(request.send())
        .assert_status(200)
        .assert_text("hello");
}
