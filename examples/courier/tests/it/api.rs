//! The API, as it was agreed to.

use falcon::openapi::{Document, Snapshot};

use crate::Fixture;

#[tokio::test]
async fn the_api_is_what_was_agreed_to() {
    let courier = Fixture::new();
    let served = courier.client.get("/openapi.json").send().await;
    let document = Document::parse(served.text()).unwrap();
    let result = Snapshot::at("tests/openapi.json").check(&document);
    result.unwrap();
}
