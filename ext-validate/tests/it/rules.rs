//! Rules that are derived on types.

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_testing::{TestClient, block_on};
use falcon_validate::{Broken, Rules};
use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::errors;

#[derive(Deserialize, Validate)]
struct Order {
    #[garde(length(min = 1))]
    customer: String,
    #[garde(dive, length(max = 3))]
    items: Vec<Item>,
}

#[derive(Deserialize, Validate)]
struct Item {
    #[garde(range(min = 1))]
    count: u32,
}

falcon_validate::garde!(Order, Item);

struct Orders;

impl Resource for Orders {
    async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
        let order: Order = serde_json::from_slice(&req.read_body().await?)?;
        let order = order.checked()?;
        resp.set_text(format!("{} for {}", order.items.len(), order.customer));
        Ok(())
    }
}

#[test]
fn what_garde_says_has_the_problem_that_schemas_have() {
    let mut app = App::new();
    app.add_route("/", Orders);
    let client = TestClient::new(app);
    let send = |body| block_on(client.post("/").json(&body).send());
    send(json!({"customer": "A", "items": [{"count": 1}]})).assert_text("1 for A");

    let result = send(json!({"customer": "", "items": [{"count": 1}, {"count": 0}]}));
    result.assert_problem(422, "validation_failed");
    let mut pointers: Vec<String> = errors(&result).into_iter().map(|e| e.0).collect();
    pointers.sort();
    assert_eq!(pointers, ["/customer", "/items/1/count"]);
}

#[test]
fn no_more_than_fifty_are_told() {
    struct Hopeless;
    impl Rules for Hopeless {
        fn check(&self, broken: &mut Broken) {
            for i in 0..1000 {
                broken.add(&format!("list[{i}].a/b"), "It must be better.");
            }
        }
    }
    struct Tries;
    impl Resource for Tries {
        async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
            Hopeless.checked().map(drop)
        }
    }
    let mut app = App::new();
    app.add_route("/", Tries);
    let result = block_on(TestClient::new(app).post("/").send());
    let told = errors(&result);
    assert_eq!(told.len(), 50);
    assert_eq!(told[0].0, "/list/0/a~1b");
    assert_eq!(result.json::<Value>()["truncated"], true);
}
