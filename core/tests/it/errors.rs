//! From an error to what the client is told.

use std::time::{Duration, SystemTime};

use falcon_core::{
    App, Error, HttpError, HttpStatus, Member, Request, Resource, Response, Result, header,
    serializers,
};
use falcon_testing::TestClient;
use serde_json::json;

use crate::{Log, block_on};

struct Fails(fn() -> Result);

impl Resource for Fails {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("half an answer")
            .set_header("etag", "\"1\"")?
            .set_header("location", "/half")?
            .set_header("x-kept", "yes")?;
        (self.0)()
    }
}

fn client(fails: fn() -> Result) -> TestClient {
    let mut app = App::new();
    app.add_route("/", Fails(fails));
    TestClient::new(app)
}

fn conflict() -> Result {
    let place = vec![
        ("line", Member::from(3_u8)),
        ("name", Member::from("<a> \"b\"\n")),
    ];
    Err(HttpError::conflict()
        .title("Agent exists")
        .detail("There is one.")
        .code("agent_exists")
        .type_uri("https://example.test/agent-exists")
        .member("at", place)
        .member("codes", vec![1, 2])
        .member("none", None::<bool>)
        .member("status", 999)
        .header(http::header::RETRY_AFTER, 7.into())
        .caused_by("a secret")
        .into())
}

#[test]
fn an_http_error_is_a_problem() {
    block_on(async {
        let result = client(conflict).get("/").send().await;
        result
            .assert_problem(409, "agent_exists")
            .assert_json(&json!({
                "type": "https://example.test/agent-exists",
                "title": "Agent exists",
                "status": 409,
                "detail": "There is one.",
                "code": "agent_exists",
                "at": {"line": 3, "name": "<a> \"b\"\n"},
                "codes": [1, 2],
                "none": null,
            }));
        result
            .assert_header("retry-after", "7")
            .assert_header("vary", "accept")
            .assert_header("x-kept", "yes");
        result.assert_no_header("etag").assert_no_header("location");
        assert!(!result.text().contains('<') && !result.text().contains("secret"));
    });
}

#[test]
fn any_other_error_is_a_500_that_tells_nothing() {
    block_on(async {
        let fails: [fn() -> Result; 2] = [
            || Err("secret".parse::<u8>().unwrap_err())?,
            || Err(Error::boxed("secret")),
        ];
        for fails in fails {
            let result = client(fails).get("/").send().await;
            result.assert_problem(500, "internal_server_error");
            assert_eq!(
                result.text(),
                r#"{"title":"Internal Server Error","status":500,"code":"internal_server_error"}"#
            );
        }
    });
}

#[test]
fn xml_is_for_those_who_prefer_it() {
    block_on(async {
        let client = client(conflict);
        for (accept, xml) in [
            ("application/xml", true),
            ("text/xml;q=0.9, application/json;q=0.8", true),
            ("application/problem+xml", true),
            ("*/*", false),
            ("text/html", false),
            ("application/xml;q=0.5, application/json", false),
            ("application/xml;q=0", false),
            ("application/xml, */*", false),
        ] {
            let result = client.get("/").header("accept", accept).send().await;
            let expected = if xml {
                "application/problem+xml"
            } else {
                "application/problem+json"
            };
            result.assert_header("content-type", expected);
        }
        let result = client
            .get("/")
            .header("accept", "application/xml")
            .send()
            .await;
        result.assert_text(concat!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><problem xmlns=\"urn:ietf:rfc:7807\">",
            "<type>https://example.test/agent-exists</type><title>Agent exists</title><status>409</status>",
            "<detail>There is one.</detail><code>agent_exists</code>",
            "<at><line>3</line><name>&lt;a&gt; \"b\"\n</name></at><codes><i>1</i><i>2</i></codes><none></none></problem>",
        ));
    });
}

#[test]
fn the_classic_serializer_has_falcons_shape() {
    block_on(async {
        let mut app = App::new();
        app.set_error_serializer(serializers::classic);
        app.add_route("/", Fails(conflict));
        let client = TestClient::new(app);
        client
            .get("/nothing")
            .send()
            .await
            .assert_status(404)
            .assert_text(r#"{"title":"404 Not Found"}"#);
        client.get("/").send().await.assert_json(&json!({
            "title": "Agent exists",
            "description": "There is one.",
            "link": {
                "text": "Documentation related to this error",
                "href": "https://example.test/agent-exists",
                "rel": "help",
            },
        }));
        let xml = client
            .get("/nothing")
            .header("accept", "text/xml")
            .send()
            .await;
        xml.assert_header("content-type", "text/xml");
        assert!(
            xml.text()
                .ends_with("<error><title>404 Not Found</title></error>")
        );
    });
}

async fn not_a_number(
    error: &std::num::ParseIntError,
    req: &mut Request,
    resp: &mut Response,
) -> Result {
    resp.set_status(http::StatusCode::BAD_REQUEST)
        .set_text(format!("{}: {error}", req.path()));
    Ok(())
}

async fn every_http_error(error: &HttpError, _req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text(format!("mine: {}", error.status().as_u16()));
    Ok(())
}

async fn fails_itself(
    _error: &std::fmt::Error,
    _req: &mut Request,
    _resp: &mut Response,
) -> Result {
    Err(HttpError::bad_gateway().into())
}

#[test]
fn handlers_are_chosen_by_type_and_see_the_frameworks_own_rejections() {
    block_on(async {
        let log = Log::default();
        let mut app = App::new();
        app.add_error_handler(not_a_number)
            .add_error_handler(every_http_error)
            .add_error_handler(fails_itself);
        let seen = log.clone();
        app.add_error_observer(move |error, req| seen.add(format!("{} {error}", req.path())));
        app.add_error_observer(|_, _| panic!("an observer that panics"));
        app.add_route("/number", Fails(|| Err("x".parse::<u8>().unwrap_err())?));
        app.add_route("/format", Fails(|| Err(std::fmt::Error)?));
        app.add_route("/conflict", Fails(conflict));
        let client = TestClient::new(app);
        let result = client.get("/number").send().await;
        result
            .assert_status(400)
            .assert_text("/number: invalid digit found in string");
        client
            .get("/conflict")
            .send()
            .await
            .assert_status(409)
            .assert_text("mine: 409")
            .assert_header("retry-after", "7");
        client
            .get("/nothing")
            .send()
            .await
            .assert_status(404)
            .assert_text("mine: 404");
        client
            .post("/number")
            .send()
            .await
            .assert_text("mine: 405")
            .assert_header("allow", "GET, HEAD, OPTIONS");
        log.take();
        client
            .get("/format")
            .send()
            .await
            .assert_problem(502, "bad_gateway");
        assert_eq!(log.take().len(), 2);
    });
}

#[test]
fn redirects_and_plain_statuses_may_be_returned_as_errors() {
    block_on(async {
        let result = client(|| Err(HttpStatus::see_other("/new")))
            .get("/")
            .send()
            .await;
        result
            .assert_status(303)
            .assert_header("location", "/new")
            .assert_text("")
            .assert_no_header("content-type");
        let accepted = || {
            Err(HttpStatus::new(http::StatusCode::ACCEPTED)
                .text("later")
                .into())
        };
        client(accepted)
            .get("/")
            .send()
            .await
            .assert_status(202)
            .assert_text("later");
        let encoded = client(|| Err(HttpStatus::found("/a\r\nb \u{e9}?x=%20")));
        let result = encoded.get("/").send().await;
        result.assert_header("location", "/a%0D%0Ab%20%C3%A9?x=%20");
    });
}

struct Local(&'static str);

impl Resource for Local {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpStatus::redirect_local(http::StatusCode::FOUND, self.0))
    }
}

#[test]
fn b42_a_local_redirect_leads_nowhere_else() {
    let to = |path| {
        let mut app = App::new();
        app.add_route("/", Local(path));
        block_on(TestClient::new(app).get("/").send())
    };
    for path in [
        "//evil",
        "https://evil",
        "/\\evil",
        "/a\r\nx: y",
        "",
        "evil",
        "/\tevil",
    ] {
        to(path).assert_status(500).assert_no_header("location");
    }
    to("/here?to=//there")
        .assert_status(302)
        .assert_header("location", "/here?to=//there");
}

#[test]
fn a_header_value_cannot_carry_a_line_break() {
    block_on(async {
        for bad in ["a\r\nset-cookie: x=1", "a\nb", "a\0b"] {
            let mut app = App::new();
            app.add_route("/", Bad(bad));
            TestClient::new(app)
                .get("/")
                .send()
                .await
                .assert_status(500)
                .assert_no_header("x");
        }
    });
}

struct Bad(&'static str);

impl Resource for Bad {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("x", self.0)?;
        Ok(())
    }
}

#[test]
fn errors_convert_into_boxed_ones_and_back() {
    let boxed: falcon_core::BoxError = Error::from(HttpError::gone()).into();
    assert_eq!(Error::boxed(boxed).status(), 410);
    let boxed: falcon_core::BoxError = Error::from(std::fmt::Error).into();
    assert!(Error::boxed(boxed).is::<std::fmt::Error>());
    assert!(size_of::<Error>() <= 16, "{}", size_of::<Error>());
}

#[test]
fn a_default_handler_gets_what_no_other_takes() {
    async fn own(_error: &std::io::Error, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("own");
        Ok(())
    }
    async fn default(error: &Error, _req: &mut Request, resp: &mut Response) -> Result {
        if error.status() == 405 {
            Err(HttpError::not_found())?;
        }
        resp.set_text(format!("default {}", error.status().as_u16()));
        Ok(())
    }
    struct Fails;
    impl Resource for Fails {
        async fn on_get(&self, req: &mut Request, _resp: &mut Response) -> Result {
            match req.query_string() {
                "io" => Err(std::io::Error::other("io"))?,
                "text" => Err(Error::boxed("text")),
                "reply" => Err(HttpStatus::found("/x")),
                _ => Err(HttpError::gone())?,
            }
        }
    }
    let mut app = App::new();
    app.add_error_handler(own)
        .set_default_error_handler(default);
    app.add_route("/", Fails);
    let client = TestClient::new(app);
    block_on(async {
        for (target, status, text) in [
            ("/?io", 500, "own"),
            ("/?text", 500, "default 500"),
            ("/?http", 410, "default 410"),
            ("/nowhere", 404, "default 404"),
            ("/?reply", 302, ""),
        ] {
            let result = client.get(target).send().await;
            result.assert_status(status).assert_text(text);
        }
        client
            .put("/")
            .send()
            .await
            .assert_problem(404, "not_found");
    });
}

#[test]
fn a_client_is_told_when_to_come_again() {
    let header = |error: &HttpError| {
        let value = error.headers().get(header::RETRY_AFTER).unwrap();
        value.to_str().unwrap().to_owned()
    };
    let busy = HttpError::service_unavailable;
    assert_eq!(
        header(&busy().retry_after(Duration::from_millis(1500))),
        "2"
    );
    assert_eq!(
        header(&busy().retry_after(Duration::MAX)),
        u64::MAX.to_string()
    );
    let again = busy().retry_after_at(SystemTime::UNIX_EPOCH);
    assert_eq!(header(&again), "Thu, 01 Jan 1970 00:00:00 GMT");
}
