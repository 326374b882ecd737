//! Bodies in and out: limits, wrappers, and what HTTP allows.

use falcon_core::{App, Body, BodyLimit, End, HttpError, Request, Resource, Response, Result};
use falcon_testing::TestClient;
use futures_util::stream;
use http::StatusCode;

use crate::{Log, block_on};

struct Echo;

impl Resource for Echo {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let path = req.path();
        let body = req.read_body().await?;
        assert_eq!(path, req.path());
        resp.set_text(body);
        Ok(())
    }

    async fn on_put(&self, req: &mut Request, resp: &mut Response) -> Result {
        resp.set_body(req.take_body()?);
        Ok(())
    }

    async fn on_patch(&self, req: &mut Request, _resp: &mut Response) -> Result {
        req.read_body().await?;
        req.read_body().await?;
        Ok(())
    }
}

fn chunks(sizes: &[usize]) -> Body {
    let chunks: Vec<_> = sizes
        .iter()
        .map(|size| Ok::<_, std::io::Error>("x".repeat(*size)))
        .collect();
    Body::stream(stream::iter(chunks))
}

#[test]
fn a_body_over_the_limit_is_413_however_it_comes() {
    block_on(async {
        let mut app = App::new();
        app.set_max_body_bytes(10);
        app.add_route("/", Echo);
        app.add_route("/more", Echo).with(BodyLimit::bytes(20));
        let client = TestClient::new(app);
        client
            .post("/")
            .body("0123456789")
            .send()
            .await
            .assert_text("0123456789");
        client
            .post("/")
            .streamed_body(chunks(&[4, 6]))
            .send()
            .await
            .assert_status(200)
            .assert_text(&"x".repeat(10));
        client
            .post("/")
            .body("0123456789a")
            .send()
            .await
            .assert_problem(413, "content_too_large");
        client
            .post("/")
            .streamed_body(chunks(&[4, 7]))
            .send()
            .await
            .assert_problem(413, "content_too_large");
        client
            .post("/more")
            .body("0123456789a")
            .send()
            .await
            .assert_status(200);
        let streamed = client.put("/").streamed_body(chunks(&[4, 7])).send().await;
        assert_eq!(streamed.bytes(), b"xxxx");
        assert!(streamed.body_error().unwrap().is::<HttpError>());
    });
}

#[test]
fn a_broken_body_is_the_clients_fault_and_a_second_read_the_servers() {
    block_on(async {
        let mut app = App::new();
        app.add_route("/", Echo);
        let client = TestClient::new(app);
        let broken = stream::iter([Ok("x"), Err(std::io::Error::other("gone"))]);
        let result = client
            .post("/")
            .streamed_body(Body::stream(broken))
            .send()
            .await;
        result.assert_problem(400, "body_incomplete");
        client.patch("/").send().await.assert_status(500);
    });
}

struct Status(u16);

impl Resource for Status {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_status(StatusCode::from_u16(self.0)?)
            .set_text("content")
            .set_header("content-length", "7")?;
        Ok(())
    }
}

#[test]
fn statuses_without_content_have_none() {
    block_on(async {
        for (status, length) in [
            (204, None),
            (304, Some("7")),
            (205, Some("0")),
            (200, Some("7")),
            (404, Some("7")),
        ] {
            let mut app = App::new();
            app.add_route("/", Status(status));
            let result = TestClient::new(app).get("/").send().await;
            assert_eq!(
                result.bytes().len(),
                if matches!(status, 200 | 404) { 7 } else { 0 },
                "{status}"
            );
            assert_eq!(result.header("content-length"), length, "{status}");
        }
    });
}

struct Ends(Log);

impl Resource for Ends {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        for i in 0..2 {
            let log = self.0.clone();
            resp.on_end(move |end: &End| {
                log.add(format!(
                    "{i}: {} {} {}",
                    end.status.map_or(0, |status| status.as_u16()),
                    end.bytes,
                    end.complete
                ));
                assert!(i != 0, "one that panics does not stop the others");
            });
        }
        resp.set_body(chunks(&[3, 4]));
        resp.wrap_body(|body| {
            assert!(body.exact_len().is_none());
            body
        });
        Ok(())
    }

    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        self.on_get(req, resp).await?;
        std::future::pending().await
    }
}

#[test]
fn the_end_is_told_once_with_status_and_bytes() {
    std::panic::set_hook(Box::new(|_| {}));
    block_on(async {
        let log = Log::default();
        let mut app = App::new();
        app.add_route("/", Ends(log.clone()));
        let client = TestClient::new(app);
        client.get("/").send().await.assert_text("xxxxxxx");
        assert_eq!(log.take(), ["0: 200 7 true", "1: 200 7 true"]);
        client.head("/").send().await.assert_text("");
        assert_eq!(log.take(), ["0: 200 0 true", "1: 200 0 true"]);

        let unread = client
            .service()
            .handle(http::Request::get("/").body(String::new()).unwrap())
            .await;
        drop(unread);
        assert_eq!(log.take()[0], "0: 200 0 false");

        let mut cancelled = Box::pin(client.post("/").send());
        let waker = std::task::Waker::noop();
        let polled = cancelled
            .as_mut()
            .poll(&mut std::task::Context::from_waker(waker));
        assert!(polled.is_pending() && log.take().is_empty());
        drop(cancelled);
        assert_eq!(log.take()[0], "0: 0 0 false");
    });
}

struct Miscounts;

impl Resource for Miscounts {
    async fn on_get(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_text("content")
            .set_header("content-length", "999")?;
        Ok(())
    }

    async fn on_head(&self, _req: &mut Request, resp: &mut Response) -> Result {
        resp.set_header("content-length", "7")?;
        Ok(())
    }
}

#[test]
fn a_wrong_content_length_is_put_right() {
    block_on(async {
        let mut app = App::new();
        app.add_route("/", Miscounts);
        let client = TestClient::new(app);
        client
            .get("/")
            .send()
            .await
            .assert_header("content-length", "7")
            .assert_text("content");
        client
            .head("/")
            .send()
            .await
            .assert_header("content-length", "7")
            .assert_text("");
    });
}
