//! Parameters of the query, the path, headers and cookies.

use falcon_core::operation::{Operation, Parameter, Style};
use falcon_core::{App, Method};
use falcon_testing::{TestClient, TestResult, block_on};
use falcon_validate::Validation;
use serde_json::Value;

use crate::Echo;

const INTEGER: &str = r#"{"type":"integer","minimum":1,"maximum":200}"#;
const INTEGERS: &str = r#"{"type":"array","items":{"type":"integer"},"maxItems":3}"#;

fn app(validation: Validation, template: &str, parameters: Vec<Parameter>) -> TestClient {
    let operation = parameters
        .into_iter()
        .fold(Operation::new(), Operation::parameter);
    let mut app = App::with(validation);
    app.add_route(template, Echo)
        .with_for(Method::GET, operation);
    TestClient::new(app)
}

fn get(client: &TestClient, target: &str) -> TestResult {
    block_on(client.get(target).send())
}

/// The place, the name and the keyword of each error.
fn wrong(result: &TestResult) -> Vec<(String, String, String)> {
    result.assert_problem(400, "invalid_parameters");
    let problem: Value = result.json();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|e| (text(e, "in"), text(e, "name"), text(e, "keyword")))
        .collect()
}

fn is(place: &str, name: &str, keyword: &str) -> (String, String, String) {
    (place.to_owned(), name.to_owned(), keyword.to_owned())
}

#[test]
fn every_parameter_that_is_wrong_is_told_of_at_once() {
    let parameters = vec![
        Parameter::query("limit", INTEGER),
        Parameter::query("sort", r#"{"enum":["name","age"]}"#).required(),
        Parameter::header("X-Count", INTEGER),
        Parameter::cookie("theme", r#"{"enum":["dark","light"]}"#),
        Parameter::path("id", r#"{"type":"string","pattern":"^[a-z]+$"}"#),
    ];
    let client = app(Validation::new(), "/{id}", parameters);
    let request = client
        .get("/A?limit=0")
        .header("x-count", "many")
        .header("cookie", "theme=pink");
    let result = block_on(request.send());
    assert_eq!(
        wrong(&result),
        [
            is("query", "limit", "minimum"),
            is("query", "sort", "required"),
            is("header", "X-Count", "type"),
            is("cookie", "theme", "enum"),
            is("path", "id", "pattern"),
        ]
    );
    let detail = result.json::<Value>()["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        detail.starts_with("The parameter `limit`: It must be at least 1."),
        "{detail}"
    );
    assert!(detail.contains("And 2 more"), "{detail}");

    let request = client
        .get("/a?limit=7&sort=age")
        .header("x-count", "3")
        .header("cookie", "theme=dark");
    block_on(request.send()).assert_text("reached");
}

#[test]
fn i21_lists_and_objects_are_read_as_their_style_has_them() {
    let styled = |style| Parameter::query("id", INTEGERS).style(style);
    for (style, good, bad) in [
        (Style::Repeated, "id=1&id=2", "id=1,2"),
        (Style::Commas, "id=1,2", "id=1&id=2"),
        (Style::Spaces, "id=1%202", "id=1,2"),
        (Style::Pipes, "id=1|2", "id=1,2"),
    ] {
        let client = app(Validation::new(), "/", vec![styled(style)]);
        get(&client, &format!("/?{good}")).assert_text("reached");
        get(&client, &format!("/?{bad}")).assert_problem(400, "invalid_parameters");
        get(&client, "/?id=1").assert_text("reached");
        get(&client, "/").assert_text("reached");
    }
    let client = app(Validation::new(), "/", vec![styled(Style::Repeated)]);
    let result = get(&client, "/?id=1&id=x&id=3&id=4");
    let errors: Value = result.json::<Value>()["errors"].clone();
    assert_eq!(errors[0]["keyword"], "maxItems");
    assert_eq!(errors[1]["pointer"], "/1");

    let filter =
        r#"{"type":"object","properties":{"age":{"type":"integer"}},"additionalProperties":false}"#;
    let filter = Parameter::query("filter", filter).style(Style::Members);
    let client = app(Validation::new(), "/", vec![filter]);
    get(&client, "/?filter[age]=7").assert_text("reached");
    get(&client, "/").assert_text("reached");
    assert_eq!(
        wrong(&get(&client, "/?filter[age]=old")),
        [is("query", "filter", "type")]
    );
    assert_eq!(
        wrong(&get(&client, "/?filter[name]=x")),
        [is("query", "filter", "additionalProperties")]
    );
}

#[test]
fn i21_a_scalar_that_stands_twice_is_refused_wherever_it_stands() {
    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::query("id", INTEGER)],
    );
    assert_eq!(
        wrong(&get(&client, "/?id=1&id=2")),
        [is("query", "id", "single")]
    );
    assert_eq!(
        wrong(&get(&client, "/?id=1&id=1")),
        [is("query", "id", "single")]
    );

    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::header("x-id", INTEGER)],
    );
    let result = block_on(
        client
            .get("/")
            .header("x-id", "1")
            .header("x-id", "2")
            .send(),
    );
    assert_eq!(wrong(&result), [is("header", "x-id", "single")]);
}

#[test]
fn lines_of_a_header_that_is_a_list_are_one_list() {
    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::header("x-id", INTEGERS)],
    );
    let send = |lines: &[&str]| {
        let request = lines
            .iter()
            .fold(client.get("/"), |r, line| r.header("x-id", line));
        block_on(request.send())
    };
    send(&["1, 2", "3"]).assert_text("reached");
    assert_eq!(
        wrong(&send(&["1, 2", "3,4"])),
        [is("header", "x-id", "maxItems")]
    );
    assert_eq!(wrong(&send(&["1,,2"])), [is("header", "x-id", "type")]);
}

#[test]
fn i22_an_integer_is_written_as_one() {
    let client = app(
        Validation::new(),
        "/{id}",
        vec![Parameter::path("id", INTEGER)],
    );
    get(&client, "/7").assert_text("reached");
    for odd in ["1.0", "%EF%BC%91", "0x1", "+1", "1e1", "%201", "1%20", "01"] {
        get(&client, &format!("/{odd}")).assert_problem(400, "invalid_parameters");
    }
}

#[test]
fn a_field_of_the_template_is_left_to_its_converter() {
    let client = app(Validation::new(), "/{id:int(min=5)}", Vec::new());
    get(&client, "/7").assert_text("reached");
    get(&client, "/3").assert_status(404);
}

#[test]
fn i23_what_is_not_declared_is_passed_over_or_refused() {
    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::query("id", INTEGER)],
    );
    get(&client, "/?other=1").assert_text("reached");

    let strict = || Validation::new().refuse_unknown_parameters();
    let filter = Parameter::query("filter", r#"{"type":"object"}"#).style(Style::Members);
    let client = app(strict(), "/", vec![Parameter::query("id", INTEGER), filter]);
    get(&client, "/?id=1&filter[a]=b").assert_text("reached");
    assert_eq!(
        wrong(&get(&client, "/?other=1&id=0&other=2&id[a]=1")),
        [
            is("query", "id", "minimum"),
            is("query", "other", "unknown"),
            is("query", "id[a]", "unknown")
        ]
    );
    // Where nothing is declared, nothing is known.
    let client = app(strict(), "/", Vec::new());
    assert_eq!(
        wrong(&get(&client, "/?other=1")),
        [is("query", "other", "unknown")]
    );
}

#[test]
fn null_and_truth_values_are_written_in_one_way() {
    let nullable = Parameter::query("n", r#"{"type":["integer","null"]}"#);
    let truth = Parameter::query("t", r#"{"type":"boolean"}"#);
    let client = app(Validation::new(), "/", vec![nullable, truth]);
    for good in ["n=", "n=3", "t=true", "t=false"] {
        get(&client, &format!("/?{good}")).assert_text("reached");
    }
    for bad in ["n=null", "t=1", "t=TRUE", "t="] {
        get(&client, &format!("/?{bad}")).assert_status(400);
    }
}

#[test]
fn head_is_held_to_what_is_said_of_get() {
    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::query("id", INTEGER).required()],
    );
    block_on(client.head("/").send()).assert_status(400);
    block_on(client.head("/?id=1").send()).assert_status(200);
    block_on(client.options("/").send()).assert_status(204);
}

#[test]
fn a_hundred_wrong_parameters_are_told_of_up_to_a_bound() {
    let parameters = (0..100).map(|i| Parameter::query(format!("p{i}"), INTEGER).required());
    let client = app(Validation::new(), "/", parameters.collect());
    let result = get(&client, "/");
    assert_eq!(wrong(&result).len(), 50);
    assert_eq!(result.json::<Value>()["truncated"], true);

    let many: String = (0..500).map(|i| format!("&x{i}=1")).collect();
    let strict = Validation::new().refuse_unknown_parameters().max_errors(7);
    let client = app(strict, "/", vec![Parameter::query("id", INTEGER)]);
    let result = get(&client, &format!("/?{many}"));
    assert_eq!(wrong(&result).len(), 7);
    assert_eq!(result.json::<Value>()["truncated"], true);
}

#[test]
fn a_header_that_is_no_text_is_refused() {
    let client = app(
        Validation::new(),
        "/",
        vec![Parameter::header("x-name", r#"{"type":"string"}"#)],
    );
    let result = block_on(client.get("/").header("x-name", "caf\u{e9}").send());
    assert_eq!(wrong(&result), [is("header", "x-name", "text")]);
}
