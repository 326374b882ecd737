//! Resources, and what the framework answers by itself.

use std::sync::Arc;

use falcon_core::{App, Request, Resource, Responders, Response, Result};
use falcon_testing::TestClient;
use http::Method;

use crate::block_on;

struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("things");
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let body = req.read_body().await?;
        resp.set_status(http::StatusCode::CREATED).set_text(body);
        Ok(())
    }
}

fn client() -> TestClient {
    let mut app = App::new();
    app.add_route("/things", Things);
    TestClient::new(app)
}

#[test]
fn a_responder_answers_its_method() {
    block_on(async {
        let client = client();
        client
            .get("/things")
            .send()
            .await
            .assert_status(200)
            .assert_text("things");
        client
            .post("/things")
            .body("new")
            .send()
            .await
            .assert_status(201)
            .assert_text("new");
    });
}

#[test]
fn other_methods_are_405_with_the_exact_allow() {
    block_on(async {
        for method in ["PUT", "DELETE", "PATCH", "TRACE", "QUERY"] {
            let result = client().request(method, "/things").send().await;
            result
                .assert_problem(405, "method_not_allowed")
                .assert_header("allow", "GET, HEAD, OPTIONS, POST");
        }
    });
}

#[test]
fn methods_that_nobody_knows_are_501_and_count_with_case() {
    block_on(async {
        for method in ["FOO-BAR", "get", "PROPFIND"] {
            client()
                .request(method, "/things")
                .send()
                .await
                .assert_problem(501, "not_implemented");
            client()
                .request(method, "/nothing")
                .send()
                .await
                .assert_problem(404, "not_found");
        }
    });
}

#[test]
fn options_is_answered_with_204_and_allow() {
    block_on(async {
        let result = client().options("/things").send().await;
        result
            .assert_status(204)
            .assert_header("allow", "GET, HEAD, OPTIONS, POST")
            .assert_text("");
        result
            .assert_no_header("content-type")
            .assert_no_header("content-length");
        client().options("/nothing").send().await.assert_status(404);
        client()
            .options("*")
            .send()
            .await
            .assert_status(204)
            .assert_header("allow", "GET, HEAD, OPTIONS, POST");
        client()
            .get("*")
            .send()
            .await
            .assert_problem(400, "invalid_path");
    });
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    block_on(async {
        let get = client().get("/things").send().await;
        let head = client().head("/things").send().await;
        assert_eq!(get.headers(), head.headers());
        head.assert_status(200)
            .assert_header("content-length", "6")
            .assert_text("");
    });
}

#[test]
fn each_automatism_can_be_switched_off() {
    block_on(async {
        let mut app = App::new();
        app.set_automatic_head(false).set_automatic_options(false);
        app.add_route("/things", Things);
        let client = TestClient::new(app);
        client
            .head("/things")
            .send()
            .await
            .assert_status(405)
            .assert_header("allow", "GET, POST");
        client
            .options("/things")
            .send()
            .await
            .assert_status(405)
            .assert_header("allow", "GET, POST");
    });
}

struct Users {
    name: &'static str,
}

impl Users {
    async fn list(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(self.name);
        Ok(())
    }

    async fn purge(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("purged");
        Ok(())
    }
}

async fn count(users: &Users, _req: &mut Request, resp: &mut Response) -> Result {
    resp.set_text(users.name.len().to_string());
    Ok(())
}

#[test]
fn responders_give_one_object_a_second_url_and_any_method() {
    block_on(async {
        let users = Arc::new(Users { name: "ada" });
        let mut app = App::new();
        app.add_route(
            "/users",
            Responders::of(Arc::clone(&users)).on_get(Users::list),
        );
        app.add_route("/users/count", Responders::of(users).on_get(count));
        let purge = Method::from_bytes(b"PURGE").unwrap();
        app.add_route(
            "/cache",
            Responders::of(Users { name: "" }).on(purge, Users::purge),
        );
        let client = TestClient::new(app);
        client.get("/users").send().await.assert_text("ada");
        client.get("/users/count").send().await.assert_text("3");
        client.head("/users").send().await.assert_status(200);
        client
            .request("PURGE", "/cache")
            .send()
            .await
            .assert_text("purged");
        client
            .get("/cache")
            .send()
            .await
            .assert_status(405)
            .assert_header("allow", "OPTIONS, PURGE");
        // Once one route serves it, the method is known to the server.
        client
            .request("PURGE", "/users")
            .send()
            .await
            .assert_status(405);
    });
}

struct Anything;

impl Resource for Anything {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("get");
        Ok(())
    }

    async fn on_request(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text(format!("any {}", req.method()));
        Ok(())
    }
}

#[test]
fn on_request_answers_what_has_no_responder_of_its_own() {
    block_on(async {
        let mut app = App::new();
        app.add_route("/", Anything);
        let client = TestClient::new(app);
        client.get("/").send().await.assert_text("get");
        client
            .head("/")
            .send()
            .await
            .assert_header("content-length", "3");
        client
            .request("FROB", "/")
            .send()
            .await
            .assert_text("any FROB");
        client.options("/").send().await.assert_status(204);
    });
}

#[test]
fn without_automatic_head_it_is_a_method_like_any_other() {
    block_on(async {
        let mut app = App::new();
        app.set_automatic_head(false);
        app.add_route("/", Anything);
        let head = TestClient::new(app).head("/").send().await;
        head.assert_status(200).assert_header("content-length", "8");
    });
}
