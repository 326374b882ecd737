//! Hooks on a route and on one responder.

use falcon_core::{App, Hook, HttpError, Request, Resource, Response, Result};
use falcon_testing::TestClient;
use http::Method;

use crate::{Log, block_on};

struct Note(&'static str, Log);

impl Hook for Note {
    async fn run(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.1.add(self.0);
        Ok(())
    }
}

struct Answers(Log);

impl Resource for Answers {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.0.add("get");
        Ok(())
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        self.0.add("post");
        Err(HttpError::conflict().into())
    }
}

#[test]
fn hooks_wrap_the_responder_and_only_that() {
    block_on(async {
        let log = Log::default();
        let note = |what| Note(what, log.clone());
        let mut app = App::new();
        app.add_route("/", Answers(log.clone()))
            .before(note("before 1"))
            .before(note("before 2"))
            .before_on(Method::GET, note("before get"))
            .after(note("after 1"))
            .after_on(Method::POST, note("after post"))
            .after(note("after 2"));
        let client = TestClient::new(app);
        for method in ["GET", "HEAD"] {
            client.request(method, "/").send().await.assert_status(200);
            assert_eq!(
                log.take(),
                [
                    "before get",
                    "before 2",
                    "before 1",
                    "get",
                    "after 1",
                    "after 2"
                ]
            );
        }
        client.post("/").send().await.assert_status(409);
        assert_eq!(log.take(), ["before 2", "before 1", "post"]);
        client.options("/").send().await.assert_status(204);
        client.put("/").send().await.assert_status(405);
        assert!(log.take().is_empty());
    });
}

async fn ends(_req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text("hook").complete();
    Ok(())
}

#[test]
fn a_before_hook_may_answer_itself() {
    block_on(async {
        let log = Log::default();
        let mut app = App::new();
        app.add_route("/", Answers(log.clone())).before(ends);
        app.add_route("/closure", Answers(log.clone())).after(
            async |_req: &mut Request, resp: &mut Response| {
                resp.set_header("x-closure", "yes")?;
                Ok(())
            },
        );
        let client = TestClient::new(app);
        client.get("/").send().await.assert_text("hook");
        assert!(log.take().is_empty());
        client
            .get("/closure")
            .send()
            .await
            .assert_header("x-closure", "yes");
    });
}

#[test]
fn what_is_said_for_get_holds_for_a_head_with_a_responder_of_its_own() {
    struct Both;
    impl Resource for Both {
        async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
            Ok(())
        }

        async fn on_head(&self, _req: &mut Request, _resp: &mut Response) -> Result {
            Ok(())
        }
    }
    struct Scope;
    async fn refuses(_req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::forbidden().into())
    }
    let mut app = App::new();
    app.add_route("/", Both)
        .with_for(Method::GET, Scope)
        .before_on(Method::GET, refuses);
    let service = app.freeze().unwrap();
    let route = service.route_for("/").unwrap();
    assert!(route.meta_for::<Scope>(&Method::HEAD).is_some());
    let request = http::Request::head("/").body(String::new()).unwrap();
    assert_eq!(block_on(service.handle(request)).status(), 403);
}
