//! What is said of routes, in the words of OpenAPI.

use std::time::{Duration, SystemTime};

use falcon_core::operation::{
    Answer, Operation, Parameter, RequestBody, Security, SecurityScheme, Style,
};
use falcon_core::{
    App, Consumes, Deprecated, HttpError, Method, Produces, Request, Response, Result, StatusCode,
};
use falcon_openapi::OpenApi;
use falcon_testing::TestClient;
use serde_json::{Value, json};

use crate::{Things, document, openapi, served};

const TEXT: &str = r#"{"type":"string"}"#;

#[test]
fn templates_lose_their_converters_and_fields_become_parameters() {
    let document = document(|app| {
        app.add_route("/compare/{base}...{head}/{n:int(min=1, max=9)}", Things);
        app.add_route("/files/{at:datetime}/{rest:path}", Things);
    });
    let paths = document["paths"].as_object().unwrap();
    let names: Vec<&String> = paths.keys().collect();
    assert_eq!(
        names,
        ["/compare/{base}...{head}/{n}", "/files/{at}/{rest}"]
    );
    let get = &paths["/compare/{base}...{head}/{n}"]["get"];
    assert_eq!(
        get["parameters"][2],
        json!({
            "name": "n", "in": "path", "required": true,
            "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": 9},
        })
    );
    assert_eq!(get["parameters"][0]["schema"], json!({"type": "string"}));
    assert_eq!(get["operationId"], "getCompareByBaseHeadByN");
    let methods: Vec<&String> = paths["/files/{at}/{rest}"]
        .as_object()
        .unwrap()
        .keys()
        .collect();
    assert_eq!(methods, ["delete", "get", "patch", "post", "put"]);
}

/// One method, of which everything is said that can be said.
fn told() -> Value {
    let making = Operation::doc("Makes a thing.\n\nAnd more.")
        .id("makeThing")
        .tag("things")
        .parameter(Parameter::query("ids", r#"{"type":"array"}"#).style(Style::Commas))
        .parameter(
            Parameter::query("f", "{}")
                .style(Style::Members)
                .description("A filter."),
        )
        .parameter(Parameter::header("X-Old", TEXT).deprecated().required())
        .parameter(Parameter::header("Authorization", TEXT))
        .parameter(Parameter::cookie("session", TEXT))
        .body(
            RequestBody::new(TEXT)
                .or_of_type("image/png", None)
                .optional()
                .description("It."),
        )
        .answer(
            Answer::new(StatusCode::CREATED)
                .description("Made.")
                .schema(TEXT)
                .header("Location", TEXT, "Where."),
        )
        .answer(Answer::others().of_type("text/plain", None))
        .problem(StatusCode::CONFLICT, "taken", "It is taken.")
        .problem(StatusCode::CONFLICT, "late", "It is late.")
        .security([
            Security::new(SecurityScheme::bearer("token"), ["write"]),
            Security::none(),
        ]);
    document(|app| {
        app.add_route("/things", Things)
            .with(Consumes::new(["application/json", "application/cbor"]))
            .with(Produces::new(["text/csv"]))
            .with_for(Method::POST, making);
    })
}

#[test]
fn what_a_method_takes_beside_the_body_is_told() {
    let document = told();
    let post = &document["paths"]["/things"]["post"];
    assert_eq!(post["operationId"], "makeThing");
    assert_eq!(
        (&post["summary"], &post["description"]),
        (&json!("Makes a thing."), &json!("And more."))
    );
    assert_eq!(post["tags"], json!(["things"]));
    assert_eq!(document["tags"], json!([{"name": "things"}]));
    let parameters = post["parameters"].as_array().unwrap();
    let names: Vec<&Value> = parameters.iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["ids", "f", "X-Old", "session"]);
    assert_eq!(
        (&parameters[0]["style"], &parameters[0]["explode"]),
        (&json!("form"), &json!(false))
    );
    assert_eq!(
        (&parameters[1]["style"], &parameters[1]["explode"]),
        (&json!("deepObject"), &json!(true))
    );
    assert_eq!(parameters[1]["description"], "A filter.");
    assert_eq!(
        (&parameters[2]["deprecated"], &parameters[2]["required"]),
        (&json!(true), &json!(true))
    );
}

#[test]
fn what_a_method_takes_and_answers_is_told() {
    let document = told();
    let post = &document["paths"]["/things"]["post"];
    let text = json!({"schema": {"type": "string"}});
    assert_eq!(
        post["requestBody"],
        json!({
            "required": false, "description": "It.",
            "content": {"application/json": text, "application/cbor": text, "image/png": {}},
        })
    );
    assert_eq!(
        post["responses"]["201"],
        json!({
            "description": "Made.",
            "content": {"text/csv": text},
            "headers": {"Location": {"description": "Where.", "schema": {"type": "string"}}},
        })
    );
    assert_eq!(
        post["responses"]["default"]["content"],
        json!({"text/plain": {}})
    );
    let conflict = &post["responses"]["409"];
    assert_eq!(
        conflict["description"],
        "- `taken`: It is taken.\n- `late`: It is late."
    );
    let problem = &conflict["content"]["application/problem+json"]["schema"]["$ref"];
    assert_eq!(problem, "#/components/schemas/Problem");
    assert_eq!(post["security"], json!([{"token": ["write"]}, {}]));
    assert_eq!(
        document["components"]["securitySchemes"]["token"],
        json!({"type": "http", "scheme": "bearer"})
    );
}

#[test]
fn what_nothing_is_said_of_is_told_all_the_same() {
    let document = document(|app| {
        app.add_route("/", Things);
    });
    let get = &document["paths"]["/"]["get"];
    assert_eq!(
        get,
        &json!({"operationId": "getRoot", "responses": {"default": {"description": "What it answers is not described."}}})
    );
    assert_eq!(document["openapi"], "3.1.1");
    assert_eq!(
        document["info"],
        json!({"title": "Things", "version": "1.0"})
    );
}

#[test]
fn what_is_deprecated_says_so_and_what_will_be_gone_does_not_yet() {
    let now = SystemTime::now();
    let later = now + Duration::from_secs(1_000);
    let document = document(|app| {
        app.add_route("/old", Things).with(Deprecated::since(now));
        app.add_route("/going", Things)
            .with(Deprecated::sunset_at(now));
        app.add_route("/later", Things)
            .with(Deprecated::since(later));
    });
    assert_eq!(document["paths"]["/later"]["get"].get("deprecated"), None);
    assert_eq!(document["paths"]["/old"]["get"]["deprecated"], true);
    assert_eq!(document["paths"]["/going"]["get"].get("deprecated"), None);
}

#[test]
fn what_is_hidden_or_has_no_word_is_left_out() {
    async fn sink(_req: &mut Request, _resp: &mut Response) -> Result {
        Err(HttpError::not_found())?
    }
    let document = document(|app| {
        app.add_route("/a", Things)
            .with_for(Method::POST, Operation::new().hidden())
            .with(Operation::new().summary("told"));
        app.add_route("/b", Things).with(Operation::new().hidden());
        app.add_sink("/sink", sink);
    });
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(paths, ["/a"]);
    assert_eq!(document["paths"]["/a"].get("post"), None);
    assert_eq!(document["paths"]["/a"].get("head"), None);
}

#[test]
fn of_routes_that_only_converters_tell_apart_the_first_is_described() {
    let document = document(|app| {
        app.add_route("/{id:int}", Things)
            .with(Operation::new().hidden());
        app.add_route("/x/{id:int}", Things)
            .with_for(Method::GET, Operation::new().summary("number"));
        app.add_route("/x/{id:uuid}", Things)
            .with(Operation::new().summary("name"));
    });
    assert_eq!(document["paths"]["/x/{id}"]["get"]["summary"], "number");
}

#[test]
fn an_api_tells_of_itself() {
    let openapi = OpenApi::new("Things", "2.1")
        .json_at("/openapi.json")
        .summary("Things and more.")
        .description("*All* things.")
        .terms_of_service("https://example.com/terms")
        .contact("Somebody", "https://example.com")
        .license("Apache 2.0", "Apache-2.0")
        .server("https://api.example.com", "For all")
        .tag("things", "About things.")
        .edit(|document| document["x-own"] = json!(true));
    let mut app = App::with(openapi);
    app.add_route("/", Things)
        .with(Operation::new().tag("other").tag("things"));
    // Every method has the same name, which is said of all.
    let document = served(&TestClient::new(app), "/openapi.json");
    assert_eq!(
        document["info"]["license"],
        json!({"name": "Apache 2.0", "identifier": "Apache-2.0"})
    );
    assert_eq!(document["info"]["contact"]["name"], "Somebody");
    assert_eq!(document["servers"][0]["url"], "https://api.example.com");
    assert_eq!(
        document["tags"],
        json!([{"name": "things", "description": "About things."}, {"name": "other"}])
    );
    assert_eq!(document["x-own"], true);
}

#[test]
fn each_version_of_an_api_has_its_own_document() {
    // A clone that is changed is another description.
    let all = OpenApi::new("Things", "1");
    let mut app = App::with((
        all.clone().below("/v1").json_at("/v1.json"),
        all.below("/v2/").json_at("/v2.json"),
    ));
    app.add_route("/v1/things", Things);
    app.add_route("/v2/things", Things);
    app.add_route("/v10/things", Things);
    let client = TestClient::new(app);
    for version in ["1", "2"] {
        let document = served(&client, &format!("/v{version}.json"));
        let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
        assert_eq!(paths, [&format!("/v{version}/things")]);
    }
}

#[test]
fn a_description_is_not_served_past_whoever_guards_a_group() {
    let mut app = App::new();
    app.group("/admin", openapi()).add_route("/things", Things);
    let text = app.freeze().unwrap_err().to_string();
    assert!(text.contains("would be served outside of it"), "{text}");
    let mut app = App::with(OpenApi::new("Things", "1").json_at("/{tenant}/openapi.json"));
    app.add_route("/things", Things);
    let text = app.freeze().unwrap_err().to_string();
    assert!(
        text.contains("`/{tenant}/openapi.json` has fields"),
        "{text}"
    );
}

#[test]
fn names_that_nobody_chose_are_numbered() {
    let document = document(|app| {
        app.add_route("/a-b", Things);
        app.add_route("/a/b", Things);
        app.add_route("/\u{fc}ber/{id}", Things);
        app.add_route("/x", Things)
            .with_for(Method::GET, Operation::new().id("getY"));
        app.add_route("/y", Things);
    });
    let id = |path: &str| {
        document["paths"][path]["get"]["operationId"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let ids = [
        id("/a-b"),
        id("/a/b"),
        id("/\u{fc}ber/{id}"),
        id("/x"),
        id("/y"),
    ];
    assert_eq!(
        ids,
        ["getAB", "getAB2", "get\u{dc}berById", "getY", "getY2"]
    );
}

#[test]
fn paths_of_one_shape_are_one_path() {
    let document = document(|app| {
        app.add_route("/u/{id:int}", Things)
            .with_for(Method::PUT, Operation::new().hidden());
        app.add_route("/u/{slug}", Things)
            .with_for(Method::PUT, Operation::new().summary("by its name"));
    });
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 1);
    let put = &paths["/u/{id}"]["put"];
    assert_eq!(put["summary"], "by its name");
    assert_eq!(put["parameters"][0]["name"], "id");
}

#[test]
fn media_types_alone_are_told_too() {
    let document = document(|app| {
        app.add_route("/things", Things)
            .with(Consumes::new(["text/csv"]))
            .with(Produces::new(["text/html"]))
            .with_for(
                Method::PUT,
                Operation::new()
                    .answer(Answer::new(StatusCode::OK).description("x"))
                    .answer(Answer::new(StatusCode::NO_CONTENT)),
            );
    });
    let put = &document["paths"]["/things"]["put"];
    assert_eq!(put["requestBody"], json!({"content": {"text/csv": {}}}));
    assert_eq!(put["responses"]["200"]["content"], json!({"text/html": {}}));
    assert_eq!(put["responses"]["204"].get("content"), None);
    let get = &document["paths"]["/things"]["get"];
    assert_eq!(get.get("requestBody"), None);
    assert_eq!(
        get["responses"]["default"]["content"],
        json!({"text/html": {}})
    );
}

#[test]
fn two_operations_of_one_name_are_refused() {
    let mut app = App::with(openapi());
    app.add_route("/a", Things)
        .with_for(Method::GET, Operation::new().id("same"));
    app.add_route("/b", Things)
        .with_for(Method::PUT, Operation::new().id("same"));
    let text = app.freeze().unwrap_err().to_string();
    assert!(
        text.contains("two operations are called `same`, GET /a and PUT /b"),
        "{text}"
    );
}
