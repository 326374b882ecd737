//! What is said of routes, and read by whoever describes or checks them.

use std::sync::{Arc, Mutex};

use falcon_core::operation::{
    Answer, Describer, Operation, Parameter, Place, RequestBody, Schema, Security, SecurityScheme,
};
use falcon_core::routing::converter::Converter;
use falcon_core::{
    App, AppInfo, Body, Metadata, Method, Middleware, Request, Resource, Response, Result, Route,
    Setup, SetupError, StatusCode,
};
use falcon_testing::{TestClient, block_on};

/// A resource with the two methods that are told of.
struct Things;

impl Resource for Things {
    async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }

    async fn on_post(&self, _req: &mut Request, _resp: &mut Response) -> Result {
        Ok(())
    }
}

/// Middleware that keeps what is said of every route and method.
#[derive(Clone, Default)]
struct Reader(Arc<Mutex<Vec<Said>>>);

/// The route's number and template, the method, and what is said of it.
type Said = (usize, String, Method, Operation);

impl Middleware for Reader {
    fn check(&mut self, app: &AppInfo<'_>) -> Result<(), SetupError> {
        let said = |route: &Route, method: &Method| {
            let operation = route.operation(method);
            let template = route.template().to_owned();
            (route.index(), template, method.clone(), operation)
        };
        let mut all = self.0.lock().unwrap();
        for route in app.routes() {
            all.extend(route.methods().iter().map(|method| said(route, method)));
        }
        Ok(())
    }
}

fn read(fill: impl FnOnce(&mut App), method: &Method) -> Operation {
    let reader = Reader::default();
    let mut app = App::with(reader.clone());
    fill(&mut app);
    drop(app.freeze().unwrap());
    let all = reader.0.lock().unwrap();
    let found = all.iter().find(|(_, _, m, _)| m == method);
    found.unwrap().3.clone()
}

const TEXT: &str = r#"{"type":"string"}"#;

#[test]
fn the_nearest_text_counts_and_all_parameters_answers_and_tags_do() {
    let operation = read(
        |app| {
            app.add_metadata(
                Operation::new()
                    .summary("app")
                    .tag("all")
                    .parameter(Parameter::header("X-Trace", TEXT).description("from the app")),
            );
            app.add_route("/things", Things)
                .with(
                    Operation::new()
                        .summary("route")
                        .description("route")
                        .tag("things")
                        .problem(StatusCode::CONFLICT, "taken", "It is taken."),
                )
                .with_for(
                    Method::POST,
                    Operation::new()
                        .summary("method")
                        .tag("all")
                        .body(Schema::new(TEXT))
                        .parameter(Parameter::header("x-trace", TEXT).required())
                        .problem(StatusCode::CONFLICT, "late", "It is late.")
                        .answer(Answer::new(StatusCode::CREATED).schema(TEXT)),
                )
                .with_for(Method::GET, Operation::new().summary("another method"));
        },
        &Method::POST,
    );
    assert_eq!(operation.summary.as_deref(), Some("method"));
    assert_eq!(operation.description.as_deref(), Some("route"));
    assert_eq!(operation.tags, ["all", "things"]);
    assert_eq!(operation.parameters.len(), 1);
    assert!(operation.parameters[0].is_required);
    assert!(operation.body.unwrap().is_required);
    assert_eq!(operation.answers.len(), 2);
    let codes: Vec<&str> = operation.answers[0]
        .codes
        .iter()
        .map(|c| &*c.code)
        .collect();
    assert_eq!(codes, ["taken", "late"]);
}

#[test]
fn the_resource_itself_says_less_than_the_route_and_the_group_less_than_the_resource() {
    struct Told;
    impl Resource for Told {
        async fn on_get(&self, _req: &mut Request, _resp: &mut Response) -> Result {
            Ok(())
        }

        fn describe(&self, meta: &mut Metadata) {
            meta.with(Operation::new().summary("resource").id("resource"));
        }
    }
    let operation = read(
        |app| {
            let mut group = app
                .group("/v1", ())
                .with(Operation::new().summary("group").tag("v1"));
            group
                .add_route("/told", Told)
                .with(Operation::new().id("route"));
        },
        &Method::GET,
    );
    assert_eq!(operation.summary.as_deref(), Some("resource"));
    assert_eq!(operation.id.as_deref(), Some("route"));
    assert_eq!(operation.tags, ["v1"]);
}

#[test]
fn head_says_what_get_says_and_more_where_it_has_words_of_its_own() {
    let said = |method| {
        read(
            |app| {
                app.add_route("/things", Things)
                    .with_for(Method::HEAD, Operation::new().id("peek"))
                    .with_for(
                        Method::GET,
                        Operation::new()
                            .summary("reads")
                            .parameter(Parameter::query("n", TEXT)),
                    );
            },
            method,
        )
    };
    let head = said(&Method::HEAD);
    assert_eq!(head.summary.as_deref(), Some("reads"));
    assert_eq!(
        (head.id.as_deref(), head.parameters.len()),
        (Some("peek"), 1)
    );
    assert_eq!(said(&Method::POST).summary, None);
}

#[test]
fn fields_of_the_template_are_parameters_as_their_converters_have_them() {
    struct Version;
    impl Converter for Version {
        type Value = u16;

        fn convert(&self, text: &str) -> Option<u16> {
            text.strip_prefix('v')?.parse().ok()
        }

        fn schema(&self) -> Option<Schema> {
            Some(Schema::new(r#"{"type":"string","pattern":"^v[0-9]+$"}"#))
        }
    }
    let operation = read(
        |app| {
            app.add_converter("version", Version);
            let template = "/{v:version}/{id:int(min=1)}/{at:datetime}/{key:uuid}/{x:float(min=0, max=1)}/{y:float}/{n:int}/{name}";
            app.add_route(template, Things)
                .with(Operation::new().parameter(Parameter::path("name", r#"{"maxLength":3}"#)));
        },
        &Method::GET,
    );
    let mut said: Vec<(&str, &str)> = Vec::new();
    for parameter in &operation.parameters {
        assert_eq!(parameter.place, Place::Path);
        assert!(parameter.is_required);
        assert_eq!(parameter.is_from_template, parameter.name != "name");
        said.push((&parameter.name, parameter.schema.as_str()));
    }
    said.sort_unstable();
    let expected = [
        ("at", r#"{"type":"string","format":"date-time"}"#),
        ("id", r#"{"type":"integer","format":"int64","minimum":1}"#),
        ("key", r#"{"type":"string","format":"uuid"}"#),
        ("n", r#"{"type":"integer","format":"int64"}"#),
        ("name", r#"{"maxLength":3}"#),
        ("v", r#"{"type":"string","pattern":"^v[0-9]+$"}"#),
        (
            "x",
            r#"{"type":"number","format":"double","minimum":0.0,"maximum":1.0}"#,
        ),
        ("y", r#"{"type":"number","format":"double"}"#),
    ];
    assert_eq!(said, expected);
}

#[test]
fn a_path_parameter_that_the_template_does_not_have_is_a_problem_of_the_route() {
    let mut app = App::new();
    app.add_route("/things/{id}", Things).with_for(
        Method::GET,
        Operation::new().parameter(Parameter::path("ID", TEXT)),
    );
    let problems = app.freeze().unwrap_err().to_string();
    assert!(
        problems.contains("the template has no field `ID`"),
        "{problems}"
    );
    assert!(problems.contains("tells of one of: id"), "{problems}");
}

#[test]
fn middleware_adds_to_what_is_said_of_the_routes_that_it_stands_around() {
    struct Quota;
    impl Middleware for Quota {
        fn setup(&mut self, app: &mut Setup<'_>) -> Result<(), SetupError> {
            app.add_metadata(Describer::new(
                |route: &Route, method: &Method, operation: &mut Operation| {
                    let summary = format!("{method} {}", route.template());
                    operation.summary.get_or_insert(summary);
                    operation.add_problem(StatusCode::TOO_MANY_REQUESTS, "slow_down", "Too many.");
                    let bearer = SecurityScheme::bearer("token");
                    operation.security =
                        Some(vec![Security::new(bearer, ["read"]), Security::none()]);
                },
            ));
            Ok(())
        }
    }
    let reader = Reader::default();
    let mut app = App::with(reader.clone());
    app.group("/in", Quota).add_route("/things", Things);
    app.add_route("/out", Things).with(Operation::new().problem(
        StatusCode::CONFLICT,
        "taken",
        "It is taken.",
    ));
    drop(app.freeze().unwrap());
    let all = reader.0.lock().unwrap();
    let of = |template: &str| {
        let found = all
            .iter()
            .find(|(_, t, m, _)| t == template && *m == Method::POST);
        found.unwrap().clone()
    };
    let (index, _, _, inside) = of("/in/things");
    assert_eq!(inside.summary.as_deref(), Some("POST /in/things"));
    assert_eq!(inside.answers[0].codes[0].code, "slow_down");
    assert_eq!(inside.security.unwrap().len(), 2);
    let (other, _, _, outside) = of("/out");
    assert_eq!((index, other), (0, 1));
    assert_eq!(outside.answers.len(), 1);
    assert_eq!(outside.security, None);
}

#[test]
fn a_documentation_comment_is_a_summary_and_a_description() {
    let operation = Operation::doc("\nLists\nthings.\n\nOf all kinds.\n\nAnd more.\n");
    assert_eq!(operation.summary.as_deref(), Some("Lists things."));
    assert_eq!(
        operation.description.as_deref(),
        Some("Of all kinds.\n\nAnd more.")
    );
    assert_eq!(Operation::doc(" ").summary, None);

    let written = Operation::doc(
        "Lists things.
        \r
        Of all kinds:

            - these
            - those\r
        ",
    );
    assert_eq!(written.summary.as_deref(), Some("Lists things."));
    let expected = "Of all kinds:\n\n    - these\n    - those";
    assert_eq!(written.description.as_deref(), Some(expected));
}

#[test]
fn a_body_can_be_of_several_media_types() {
    let body = RequestBody::new(Schema::new(TEXT))
        .or_of_type("text/csv", None)
        .optional()
        .description("A list.");
    assert_eq!(body.contents[0].media_type, None);
    assert_eq!(body.contents[1].media_type.as_deref(), Some("text/csv"));
    assert!(!body.is_required);
    let named = Schema::new(TEXT).named("Text");
    assert_eq!((named.name(), named.as_str()), (Some("Text"), TEXT));
    assert_eq!(
        format!("{named:?} {:?}", Schema::from(TEXT)),
        format!("Schema(Text) Schema({TEXT})")
    );
}

#[test]
fn a_body_that_middleware_has_read_can_be_given_back() {
    struct Measure;
    impl Middleware for Measure {
        async fn process_request(&self, req: &mut Request, resp: &mut Response) -> Result {
            let body = req.read_body().await?;
            resp.set_header("x-length", body.len().to_string())?;
            req.set_body(body);
            Ok(())
        }
    }
    struct Echo;
    impl Resource for Echo {
        async fn on_post(&self, req: &mut Request, resp: &mut Response) -> Result {
            let body = req.take_body()?;
            resp.set_body(body);
            Ok(())
        }
    }
    let mut app = App::with(Measure);
    app.add_route("/", Echo);
    let client = TestClient::new(app);
    let body = Body::stream(futures_util::stream::iter(
        ["ab", "c"].map(Ok::<_, std::io::Error>),
    ));
    let result = block_on(client.post("/").streamed_body(body).send());
    result.assert_header("x-length", "3").assert_text("abc");
}
