#![expect(
    clippy::tests_outside_test_module,
    reason = "an integration test is one module of tests"
)]
//! Cookies that a test sends.

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_testing::{TestClient, block_on};

struct Tells;

impl Resource for Tells {
    async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
        let lines = req.headers().get_all("cookie").iter();
        let lines: Vec<_> = lines
            .map(|line| String::from_utf8_lossy(line.as_bytes()))
            .collect();
        resp.set_text(lines.join(" | "));
        Ok(())
    }
}

#[test]
fn all_cookies_of_a_request_go_in_one_line() {
    let mut app = App::new();
    app.add_route("/", Tells);
    let request = TestClient::new(app)
        .get("/")
        .header("cookie", "a=1")
        .header("cookie", "b=J\u{f6}rg")
        .cookie("c", "3")
        .cookie("d", "4");
    block_on(request.send()).assert_text("a=1; b=J\u{f6}rg; c=3; d=4");
}
