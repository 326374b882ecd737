//! Groups, mounts, sinks, and the metadata that they hand down.

use falcon_core::{App, HttpError, Metadata, Middleware, Request, Resource, Response, Result};
use falcon_testing::TestClient;
use http::Method;

use crate::{Log, Noting, Text, block_on};

#[test]
fn a_groups_middleware_runs_inside_the_apps() {
    block_on(async {
        let log = Log::default();
        let mut app = App::with(Noting("app", log.clone()));
        app.add_route("/", Text("root"));
        let mut outer = app.group("/api", Noting("outer", log.clone()));
        outer.add_route("/a", Text("a"));
        let mut inner = outer.group("/v1", Noting("inner", log.clone()));
        inner.add_route("/b", Text("b"));
        let client = TestClient::new(app);

        client.get("/api/v1/b").send().await.assert_text("b");
        let expected = [
            "app request",
            "app resource",
            "outer request",
            "inner request",
            "outer resource",
            "inner resource",
            "inner response true",
            "outer response true",
            "app response true",
        ];
        assert_eq!(log.take(), expected);
        client.get("/").send().await.assert_text("root");
        assert_eq!(log.take().len(), 3);
        client.options("/api/a").send().await.assert_status(204);
        assert_eq!(
            log.take(),
            [
                "app request",
                "outer request",
                "outer response true",
                "app response true"
            ]
        );
        client.delete("/api/a").send().await.assert_status(405);
        assert_eq!(log.take().last().unwrap(), "app response false");
    });
}

struct Recovers;

impl Middleware for Recovers {
    async fn process_response(&self, _req: &mut Request, resp: &mut Response) -> Result {
        assert!(!resp.succeeded());
        resp.set_header("x-seen", resp.status().as_str().to_owned())?;
        Ok(())
    }
}

struct Missing;

impl Resource for Missing {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::gone().into())
    }
}

#[test]
fn an_error_in_a_group_looks_like_one_outside_too() {
    block_on(async {
        let mut app = App::with(Recovers);
        app.group("/g", Recovers).add_route("/x", Missing);
        let client = TestClient::new(app);
        client
            .get("/g/x")
            .send()
            .await
            .assert_problem(410, "gone")
            .assert_header("x-seen", "410");
    });
}

struct Level(&'static str);

struct Described;

impl Resource for Described {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.meta::<Level>().map_or("none", |level| level.0));
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.on_get(req, resp).await
    }

    fn describe(&self, meta: &mut Metadata) {
        meta.with_for(Method::PUT, Level("nobody"));
    }
}

#[test]
fn the_nearest_metadata_counts_and_head_reads_gets() {
    block_on(async {
        let mut app = App::new();
        app.add_route("/none", Described);
        let mut group = app.group("/g", ()).with(Level("group"));
        group.add_route("/inherits", Described);
        group
            .add_route("/route", Described)
            .with(Level("first"))
            .with(Level("route"));
        group
            .add_route("/method", Described)
            .with(Level("route"))
            .with_for(Method::GET, Level("get"));
        let client = TestClient::new(app);
        for (method, path, level) in [
            ("GET", "/none", "none"),
            ("GET", "/g/inherits", "group"),
            ("GET", "/g/route", "route"),
            ("GET", "/g/method", "get"),
            ("POST", "/g/method", "route"),
        ] {
            client.request(method, path).send().await.assert_text(level);
        }
        client
            .head("/g/method")
            .send()
            .await
            .assert_header("content-length", "3");
        let route = client.service().route_for("/g/method").unwrap();
        assert_eq!(route.meta_for::<Level>(&Method::HEAD).unwrap().0, "get");
        assert_eq!(route.meta::<Level>().unwrap().0, "route");
    });
}

async fn sink(req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text(format!("sink {} {}", req.method(), req.path()));
    Ok(())
}

#[test]
fn a_sink_takes_what_no_route_does() {
    block_on(async {
        let mut app = App::new();
        app.add_route("/api/{id}/x", Text("route"));
        app.add_sink("/api", sink);
        app.add_sink("/api/deep", sink).with(Level("deep"));
        let client = TestClient::new(app);
        client.get("/api/deep/x").send().await.assert_text("route");
        client.get("/api").send().await.assert_text("sink GET /api");
        client
            .request("FROB", "/api/")
            .send()
            .await
            .assert_text("sink FROB /api/");
        client
            .options("/api/deep/y")
            .send()
            .await
            .assert_text("sink OPTIONS /api/deep/y");
        client.get("/apix").send().await.assert_status(404);
        client.delete("/api/1/x").send().await.assert_status(405);
        assert_eq!(
            client
                .service()
                .route_for("/api/deep/y")
                .unwrap()
                .meta::<Level>()
                .unwrap()
                .0,
            "deep"
        );
    });
}

#[test]
fn a_group_without_middleware_changes_no_automatic_answer() {
    block_on(async {
        let mut app = App::new();
        let refuse = async |_: &mut Request, _: &mut Response| Err(HttpError::forbidden().into());
        app.group("/v1", ())
            .add_route("/x", Text("x"))
            .before(refuse);
        let client = TestClient::new(app);
        client
            .options("/v1/x")
            .send()
            .await
            .assert_status(204)
            .assert_header("allow", "GET, HEAD, OPTIONS");
        client
            .delete("/v1/x")
            .send()
            .await
            .assert_status(405)
            .assert_header("allow", "GET, HEAD, OPTIONS");
        client
            .request("FROB", "/v1/x")
            .send()
            .await
            .assert_status(501);
        client.get("/v1/x").send().await.assert_status(403);
    });
}

struct Guard;

impl Middleware for Guard {
    async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
        if req.meta::<Level>().is_some() {
            Err(HttpError::unauthorized("Bearer").into())
        } else {
            Ok(())
        }
    }
}

#[test]
fn head_reads_gets_metadata_on_a_sink_too() {
    block_on(async {
        let mut app = App::with(Guard);
        app.add_sink("/s", sink)
            .with_for(Method::GET, Level("read"));
        app.add_sink("/t/{_}", sink)
            .with_for(Method::HEAD, Level("head"));
        let client = TestClient::new(app);
        client.get("/s/a").send().await.assert_status(401);
        client.head("/s/a").send().await.assert_status(401);
        client.post("/s/a").send().await.assert_status(200);
        client.get("/t/1/a").send().await.assert_status(200);
        client.head("/t/1/a").send().await.assert_status(401);
    });
}

#[test]
fn a_mounted_app_knows_where_it_is() {
    struct Where;
    impl Resource for Where {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            let (root, url) = (req.root_path(), req.url());
            let own = req.url_for("where", &[("id", &"x y")])?;
            resp.set_text(format!("{root} {url} {own}"));
            Ok(())
        }
    }
    let mut inner = App::new();
    inner.add_route("/things/{id}", Where).name("where");
    inner.add_route("/", Where);
    let mut middle = App::new();
    middle.mount("/v1", inner.freeze().unwrap());
    let mut app = App::new();
    app.mount("/api/{tenant}", middle.freeze().unwrap());
    let client = TestClient::new(app);
    for (path, root) in [
        ("/api/a%20b/v1/things/7?q=1", "/api/a%20b/v1"),
        ("/api/t/v1/", "/api/t/v1"),
        ("/api/t/v1", "/api/t/v1"),
    ] {
        let result = block_on(client.get(path).header("host", "h").send());
        let slash = if path.ends_with("v1") { "/" } else { "" };
        let text = format!("{root} http://h{path}{slash} {root}/things/x%20y");
        result.assert_text(&text);
    }
}

#[test]
fn a_url_is_what_a_request_finds_after_its_slash_was_taken_off() {
    let mut app = App::new();
    app.set_strip_trailing_slash(true);
    app.add_route("/files/{rest:path}", Text("")).name("files");
    let service = app.freeze().unwrap();
    assert!(service.url_for("files", &[("rest", &"x/")]).is_err());
    assert!(service.url_for("files", &[("rest", &"x")]).is_ok());
}

#[test]
fn a_root_path_of_dot_segments_makes_no_url() {
    struct Where;
    impl Resource for Where {
        async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
            resp.set_text(req.url_for("where", &[])?);
            Ok(())
        }
    }
    let mut inner = App::new();
    inner.add_route("/in", Where).name("where");
    let mut app = App::new();
    app.mount("/{tenant}", inner.freeze().unwrap());
    let client = TestClient::new(app);
    for path in ["/../in", "/%2e%2e/in", "/./in"] {
        block_on(client.get(path).send()).assert_problem(400, "invalid_path");
    }
    block_on(client.get("/t/in").send()).assert_text("/t/in");
}

#[test]
fn metadata_after_on_request_is_for_every_method_that_has_none() {
    async fn answers(_state: &(), _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
    let mut app = App::new();
    let responders = falcon_core::Responders::of(()).on_get(answers).with("get");
    app.add_route("/", responders.on_request(answers).with("others"));
    let service = app.freeze().unwrap();
    let route = service.route_for("/").unwrap();
    assert_eq!(route.meta_for::<&str>(&Method::GET), Some(&"get"));
    assert_eq!(route.meta_for::<&str>(&Method::DELETE), Some(&"others"));
}

#[test]
fn the_rest_below_a_prefix_can_be_written() {
    let mut app = App::new();
    app.add_prefix("/files/{user}", Text("")).name("files");
    let service = app.freeze().unwrap();
    let url = service.url_for("files", &[("user", &"me"), ("rest", &"a b/c.txt")]);
    assert_eq!(url.unwrap(), "/files/me/a%20b/c.txt");
    assert_eq!(
        service.url_for("files", &[("user", &"me")]).unwrap(),
        "/files/me"
    );
    let dots = service.url_for("files", &[("user", &"me"), ("rest", &"../x")]);
    assert!(dots.is_err());
}

#[cfg(feature = "regex")]
#[test]
fn a_sink_with_an_expression_can_stand_in_a_group() {
    async fn tells(req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(req.param("id").unwrap_or("none").to_owned());
        Ok(())
    }
    let log = Log::default();
    let mut app = App::new();
    let mut group = app.group("/v1.0", Noting("g", log.clone()));
    group.add_sink_matching(r"/(?P<id>\d+)?", tells);
    let client = TestClient::new(app);
    block_on(async {
        client.post("/v1.0/7/x").send().await.assert_text("7");
        assert_eq!(log.take().len(), 3);
        client.get("/v1.0/").send().await.assert_text("none");
        client.get("/v1x0/7").send().await.assert_status(404);
    });
    let mut app = App::new();
    let mut group = app.group("/g", ());
    group.add_sink_matching("^/a|/b", tells).name("named");
    let service = app.freeze().unwrap();
    for (path, found) in [("/g/a", true), ("/g/b/x", true), ("/b", false)] {
        assert_eq!(service.route_for(path).is_some(), found, "{path}");
    }
    assert!(service.url_for("named", &[]).is_err());
    let mut app = App::new();
    app.group("/g", ()).add_sink_matching("x/.*", tells);
    let errors = app.freeze().unwrap_err().to_string();
    assert!(errors.contains("write `/x/.*`"), "{errors}");
    let mut app = App::new();
    app.group("/{t}", ()).add_sink_matching("/x", tells);
    let errors = app.freeze().unwrap_err().to_string();
    assert!(errors.contains("cannot have fields before a regular expression"));
}

/// Changes what was found already.
struct TooLate;

impl Middleware for TooLate {
    async fn process_request(&self, req: &mut Request, _resp: &mut Response) -> Result {
        req.set_method(Method::POST);
        req.set_uri("/elsewhere".parse()?);
        Ok(())
    }
}

#[test]
fn what_was_routed_keeps_its_method_and_its_target() {
    block_on(async {
        let mut app = App::new();
        app.group("/g/{name}", TooLate).add_route("/x", Text("got"));
        let client = TestClient::new(app);
        client.get("/g/n/x").send().await.assert_text("got");
        client.post("/g/n/x").send().await.assert_status(405);
    });
}
