//! Templates, converters, precedence, and paths that are none.

use falcon_core::routing::converter::Converter;
use falcon_core::{App, Request, Resource, Response, Result};
use falcon_testing::TestClient;

use crate::block_on;

/// Tells which route was taken, and its fields.
struct Shows;

impl Resource for Shows {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let route = req.route().unwrap();
        let fields = route
            .fields()
            .iter()
            .map(|field| format!(" {}={}", field.name(), req.param(field.name()).unwrap()));
        resp.set_text(format!(
            "{}{}",
            route.template(),
            fields.collect::<String>()
        ));
        Ok(())
    }
}

fn client(templates: &[&str]) -> TestClient {
    let mut app = App::new();
    for template in templates {
        app.add_route(template, Shows);
    }
    TestClient::new(app)
}

fn check(templates: &[&str], rows: &[(&str, &str)]) {
    // The order in which routes are added must not matter.
    let mut reversed = templates.to_vec();
    reversed.reverse();
    for client in [client(templates), client(&reversed)] {
        for (path, expected) in rows {
            let result = block_on(client.get(path).send());
            if expected.is_empty() {
                assert_eq!(result.status(), 404, "{path}: {}", result.text());
            } else {
                assert_eq!(result.text(), *expected, "{path}");
            }
        }
    }
}

#[test]
fn literals_beat_mixed_segments_beat_converters_beat_fields_beat_the_rest() {
    check(
        &[
            "/",
            "/a",
            "/{x}",
            "/{n:int}",
            "/{u:uuid}",
            "/v{n}",
            "/v{n:int}",
            "/{a}.{b}",
            "/{a}.json",
            "/{rest:path}",
            "/{n:int(max=9)}",
        ],
        &[
            ("/", "/"),
            ("/a", "/a"),
            ("/b", "/{x} x=b"),
            ("/12", "/{n:int} n=12"),
            ("/7", "/{n:int(max=9)} n=7"),
            (
                "/0190163d8694739baea5966c26f8ad91",
                "/{u:uuid} u=0190163d8694739baea5966c26f8ad91",
            ),
            ("/v1", "/v{n:int} n=1"),
            ("/vx", "/v{n} n=x"),
            ("/v", "/{x} x=v"),
            ("/x.json", "/{a}.json a=x"),
            ("/x.xml", "/{a}.{b} a=x b=xml"),
            ("/.xml", "/{x} x=.xml"),
            ("/a/b", "/{rest:path} rest=a/b"),
            ("/a/", "/{rest:path} rest=a/"),
        ],
    );
}

#[test]
fn what_fails_further_down_is_tried_another_way() {
    check(
        &[
            "/a/{x}/c",
            "/{y}/b/d",
            "/{z:int}/{w}",
            "/{p}/{q}/{r}/e",
            "/a/{rest:path}",
        ],
        &[
            ("/a/1/c", "/a/{x}/c x=1"),
            ("/a/b/d", "/a/{rest:path} rest=b/d"),
            ("/x/b/d", "/{y}/b/d y=x"),
            ("/5/6", "/{z:int}/{w} z=5 w=6"),
            ("/5/b/d", "/{y}/b/d y=5"),
            ("/5/b/d/e", "/{p}/{q}/{r}/e p=5 q=b r=d"),
            ("/a", ""),
            ("/a/", "/a/{rest:path} rest="),
            ("/x/y", ""),
        ],
    );
}

#[test]
fn several_fields_in_a_segment_take_as_much_as_they_can_from_the_left() {
    check(
        &[
            "/compare/{base}...{head}",
            "/t/{a}-{b}-{c}",
            "/q/('{name}')",
            "/m/{y:int}-{m:int}",
            "/e/{x}é{y}",
        ],
        &[
            (
                "/compare/v1...v2",
                "/compare/{base}...{head} base=v1 head=v2",
            ),
            ("/compare/a....b", "/compare/{base}...{head} base=a. head=b"),
            ("/compare/...b", ""),
            ("/compare/a...", ""),
            ("/t/1-2-3-4", "/t/{a}-{b}-{c} a=1-2 b=3 c=4"),
            ("/t/--", ""),
            ("/t/-----", "/t/{a}-{b}-{c} a=- b=- c=-"),
            ("/q/('x')", "/q/('{name}') name=x"),
            ("/q/('')", ""),
            ("/m/2026-11", "/m/{y:int}-{m:int} y=2026 m=11"),
            ("/m/2026-x", ""),
            ("/compare/a%2E..b", "/compare/{base}...{head} base=a head=b"),
            (
                "/compare/caf%C3%A9...%2F",
                "/compare/{base}...{head} base=café head=/",
            ),
            ("/m/2026%2D11", "/m/{y:int}-{m:int} y=2026 m=11"),
            ("/e/1%C3%A92", "/e/{x}é{y} x=1 y=2"),
        ],
    );
}

#[test]
fn a_path_is_split_as_it_came_and_each_field_is_decoded_once() {
    check(
        &[
            "/{x}",
            "/a/{y}",
            "/café/{z}",
            "/f/{rest:path}",
            "/n/{n:int}",
        ],
        &[
            ("/a%2Fb", "/{x} x=a/b"),
            ("/%252e%252e", "/{x} x=%2e%2e"),
            ("/a/caf%C3%A9", "/a/{y} y=café"),
            ("/%61/b", "/a/{y} y=b"),
            ("/caf%c3%a9/1", "/café/{z} z=1"),
            ("/f/a%20b/c", "/f/{rest:path} rest=a b/c"),
            ("/n/%37", "/n/{n:int} n=7"),
            ("/a+b", "/{x} x=a+b"),
        ],
    );
}

#[test]
fn a_path_that_is_none_is_400() {
    block_on(async {
        let client = client(&["/{x}"]);
        for path in [
            "/%zz",
            "/a%",
            "/a%4",
            "/%ff",
            "/%c0%ae%c0%ae/",
            "/%0d%0aSet-Cookie:x=1",
            "/%00",
            "/a\\..\\b",
        ] {
            client
                .get(path)
                .send()
                .await
                .assert_problem(400, "invalid_path");
        }
    });
}

struct NotesPath(crate::Log);

impl falcon_core::Middleware for NotesPath {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        self.0
            .add(format!("{} {}", req.path(), req.peek_route().is_some()));
        Ok(())
    }
}

#[test]
fn a_slash_at_the_end_is_taken_off_before_anybody_sees_it() {
    let log = crate::Log::default();
    let mut app = App::with(NotesPath(log.clone()));
    app.set_strip_trailing_slash(true)
        .add_route("/a", crate::Text("a"));
    let client = TestClient::new(app);
    block_on(async {
        client.get("/a/?x=1").send().await.assert_status(200);
        client.get("/a//").send().await.assert_status(404);
    });
    assert_eq!(log.take(), ["/a true", "/a/ false"]);
    assert!(client.service().route_for("/a/").is_some());
}

#[test]
fn near_misses_are_404() {
    check(
        &["/a/b", "/items", "/admin", "/{n:int}/x"],
        &[
            ("/a//b", ""),
            ("/items/", ""),
            ("//items", ""),
            ("/x/../admin", ""),
            ("/admin;/x", ""),
            ("/admin;a=1", ""),
            ("/Admin", ""),
            ("/admin%20", ""),
            ("/admin.", ""),
            ("/", ""),
            ("/-0/x", ""),
            ("/+1/x", ""),
            ("/1_0/x", ""),
        ],
    );
    let long = "/a".repeat(4000);
    check(&["/{a}/{b}", "/a/a"], &[(long.as_str(), "")]);
}

struct Version;

impl Converter for Version {
    type Value = u16;

    fn convert(&self, text: &str) -> Option<u16> {
        text.strip_prefix('v')?.parse().ok()
    }
}

struct OneOf(Vec<String>);

impl Converter for OneOf {
    type Value = String;

    fn convert(&self, text: &str) -> Option<String> {
        self.0.iter().find(|known| *known == text).cloned()
    }
}

struct Typed;

impl Resource for Typed {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let version: u16 = req.param_value("v")?;
        let id: i64 = req.param_value("id")?;
        let small: u8 = req.param_as("id")?;
        let wrong = req.param_value::<u64>("id").unwrap_err();
        let absent = req.param_as::<u8>("nothing").unwrap_err();
        resp.set_text(format!(
            "{version} {id} {small} {} {}",
            wrong.status().as_u16(),
            absent.status().as_u16()
        ));
        Ok(())
    }
}

#[test]
fn fields_have_typed_values_and_converters_can_be_added() {
    block_on(async {
        let mut app = App::new();
        app.add_converter("version", Version)
            .add_converter_with("one_of", |args| {
                let first = args.take("first")?.ok_or("needs at least one value")?;
                Ok(OneOf(vec![first, args.take("second")?.unwrap_or_default()]))
            });
        app.add_route("/{v:version}/{id:int}", Typed);
        app.add_route("/{v}/{color:one_of(red, blue)}", Shows);
        let client = TestClient::new(app);
        client
            .get("/v3/42")
            .send()
            .await
            .assert_text("3 42 42 500 500");
        client
            .get("/v3/300")
            .send()
            .await
            .assert_problem(404, "not_found");
        client
            .get("/x/blue")
            .send()
            .await
            .assert_text("/{v}/{color:one_of(red, blue)} v=x color=blue");
        client.get("/x/green").send().await.assert_status(404);
    });
}
