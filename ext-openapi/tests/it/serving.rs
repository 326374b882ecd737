//! The document, as it is served.

use falcon_core::{App, Middleware, Request, Response, Result};
use falcon_openapi::OpenApi;
use falcon_testing::{TestClient, block_on};
use serde_json::Value;

use crate::Things;

fn client(openapi: OpenApi) -> TestClient {
    let mut app = App::with(openapi);
    app.add_route("/things/{id:int}", Things);
    TestClient::new(app)
}

#[test]
fn json_and_yaml_say_the_same_and_are_not_sent_twice() {
    let client = client(
        OpenApi::new("Things", "1.0")
            .json_at("/api.json")
            .yaml_at("/api.yaml"),
    );
    let json = block_on(client.get("/api.json").send());
    json.assert_header("content-type", "application/json")
        .assert_header("cache-control", "no-cache");
    assert!(
        json.text()
            .starts_with("{\n  \"openapi\": \"3.1.1\",\n  \"info\": {\n    \"title\": \"Things\",")
    );
    let yaml = block_on(client.get("/api.yaml").send());
    yaml.assert_header("content-type", "application/yaml");
    assert!(
        yaml.text().starts_with(
            "openapi: \"3.1.1\"\ninfo:\n  title: Things\n  version: \"1.0\"\npaths:\n"
        )
    );
    assert_ne!(json.header("etag"), yaml.header("etag"));

    let tag = json.header("etag").unwrap();
    let again = block_on(client.get("/api.json").header("if-none-match", tag).send());
    again.assert_status(304).assert_text("");
    block_on(client.head("/api.yaml").send())
        .assert_status(200)
        .assert_text("");
}

#[test]
fn the_document_does_not_tell_of_itself() {
    let client = client(
        OpenApi::new("Things", "1.0")
            .json_at("/api.json")
            .yaml_at("/api.yaml"),
    );
    let document: Value = block_on(client.get("/api.json").send()).json();
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/things/{id}"]);
}

#[test]
fn metadata_reaches_the_routes_of_the_document() {
    #[derive(Clone)]
    struct Public;
    struct Guard;
    impl Middleware for Guard {
        async fn process_resource(&self, req: &mut Request, _resp: &mut Response) -> Result {
            if req.meta::<Public>().is_none() {
                Err(falcon_core::HttpError::forbidden())?;
            }
            Ok(())
        }
    }
    let mut app = App::with((
        Guard,
        OpenApi::new("Things", "1.0")
            .json_at("/api.json")
            .with(Public),
    ));
    app.add_route("/things", Things);
    let client = TestClient::new(app);
    block_on(client.get("/api.json").send()).assert_status(200);
    block_on(client.get("/things").send()).assert_status(403);
}

#[test]
fn a_document_can_be_had_without_serving_it() {
    let mut app = App::new();
    app.add_route("/things", Things);
    let service = app.freeze().unwrap();
    let document = OpenApi::new("Things", "1.0")
        .document(service.routes())
        .unwrap();
    assert!(document.as_value()["paths"]["/things"].is_object());
    assert!(document.to_yaml().contains("\n  /things:\n"));
    assert!(document.to_json().ends_with("}\n"));
}
