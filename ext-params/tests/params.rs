#![expect(
    clippy::tests_outside_test_module,
    clippy::unwrap_used,
    reason = "an integration test is one module of tests, with helpers that fail by panicking"
)]
//! Structs from queries, paths and headers, and everything that is wrong with them at once.

use falcon_core::{App, Request, Resource, Response, Result};
use falcon_params::ParamsRequest;
use falcon_testing::{TestClient, TestRequest, TestResult, block_on};
use proptest::prelude::{any, prop_assert_eq, proptest};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Order {
    Newest,
    Oldest,
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Filter {
    limit: u8,
    order: Order,
    name: String,
    #[serde(default)]
    tag: Vec<String>,
    ids: Option<Vec<i64>>,
    archived: Option<bool>,
    addr: Option<std::net::IpAddr>,
    share: Option<f64>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Strict {
    a: i8,
}

/// A type of the application's own, which takes none of the texts that stand in for others.
#[derive(Deserialize, Serialize)]
#[serde(try_from = "String")]
enum Colour {
    Red,
}

impl TryFrom<String> for Colour {
    type Error = &'static str;

    fn try_from(text: String) -> core::result::Result<Self, Self::Error> {
        match &*text {
            "#ff0000" => Ok(Self::Red),
            _ => Err("a colour"),
        }
    }
}

#[derive(Deserialize, Serialize)]
struct Painted {
    a: u8,
    b: u8,
    c: bool,
    colour: Colour,
}

#[derive(Deserialize, Serialize)]
struct Brush {
    #[serde(rename = "X-Colour")]
    colour: Colour,
    #[serde(rename = "X-Size")]
    size: u8,
}

#[derive(Deserialize, Serialize)]
struct Place {
    year: u16,
    slug: String,
}

#[derive(Deserialize, Serialize)]
struct Heads {
    x_count: u32,
    x_list: Option<Vec<u8>>,
    #[serde(rename = "X-Name")]
    name: Option<String>,
}

fn shown<T: Serialize>(value: &T, resp: &mut Response) -> Result {
    resp.set_text(serde_json::to_string(value)?);
    Ok(())
}

macro_rules! resource {
    ($name:ident, $of:ty, $read:ident) => {
        struct $name;

        impl Resource for $name {
            async fn on_get(&self, req: &mut Request, resp: &mut Response) -> Result {
                let value: $of = req.$read()?;
                shown(&value, resp)
            }
        }
    };
}

resource!(Filters, Filter, query_params);
resource!(Stricts, Strict, query_params);
resource!(Paints, Painted, query_params);
resource!(Places, Place, path_params);
resource!(Headers, Heads, header_params);
resource!(Brushes, Brush, header_params);

fn client() -> TestClient {
    let mut app = App::new();
    app.add_route("/filter", Filters);
    app.add_route("/strict", Stricts);
    app.add_route("/painted", Paints);
    app.add_route("/place/{year}/{slug}", Places);
    app.add_route("/headers", Headers);
    app.add_route("/brush", Brushes);
    TestClient::new(app)
}

fn get(target: &str) -> TestResult {
    block_on(client().get(target).send())
}

/// Name, code and expectation of each problem.
fn problems(result: &TestResult) -> Vec<(String, String, String)> {
    let problem: Value = result.json();
    let text = |error: &Value, name: &str| error[name].as_str().unwrap().to_owned();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            (
                text(error, "name"),
                text(error, "code"),
                text(error, "expected"),
            )
        })
        .collect()
}

#[test]
fn every_kind_of_field_is_read() {
    let result = get(
        "/filter?limit=200&order=oldest&name=a%20b&tag=x&tag=y&ids=1&ids=-2&archived&addr=%3A%3A1\
         &share=0.5&more=1",
    );
    let value: Value = result.json();
    assert_eq!(
        value,
        json!({"limit": 200, "order": "oldest", "name": "a b", "tag": ["x", "y"], "ids": [1, -2],
               "archived": true, "addr": "::1", "share": 0.5})
    );
}

#[test]
fn what_may_be_left_out_is_left_out_and_the_last_of_several_counts() {
    let value: Value = get("/filter?limit=1&limit=2&order=newest&name=").json();
    assert_eq!(value["limit"], 2);
    assert_eq!(value["tag"], json!([]));
    assert_eq!(value["ids"], Value::Null);
}

#[test]
fn everything_that_is_wrong_is_told_at_once() {
    let result = get("/filter?limit=256&order=best&archived=maybe&addr=here&share=nan&ids=1&ids=x");
    result.assert_problem(400, "invalid_parameters");
    let mut problems = problems(&result);
    problems.sort();
    let expected = [
        ("addr", "invalid", "IP address"),
        ("archived", "invalid", "true or false"),
        (
            "ids",
            "invalid",
            "an integer from -9223372036854775808 to 9223372036854775807",
        ),
        ("limit", "invalid", "an integer from 0 to 255"),
        ("name", "missing", "a value"),
        ("order", "invalid", "one of newest, oldest"),
        ("share", "invalid", "a finite number"),
    ];
    for (problem, (name, code, what)) in problems.iter().zip(expected) {
        assert_eq!((problem.0.as_str(), problem.1.as_str()), (name, code));
        assert!(problem.2.contains(what), "{problem:?}");
    }
    assert_eq!(problems.len(), expected.len());
    let detail = result.json::<Value>()["detail"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        detail.contains("`limit` is wrong; expected is an integer from 0 to 255."),
        "{detail}"
    );
}

#[test]
fn everything_that_is_missing_is_told_with_what_it_should_be() {
    let names: Vec<_> = problems(&get("/filter"));
    let told = |name: &str| {
        names
            .iter()
            .find(|problem| problem.0 == name)
            .unwrap()
            .2
            .clone()
    };
    assert_eq!(names.len(), 3);
    assert_eq!(told("limit"), "an integer from 0 to 255");
    assert_eq!(told("order"), "one of newest, oldest");
}

#[test]
fn a_name_that_is_not_known_is_told_where_the_struct_says_so() {
    let result = get("/strict?b=1&a=x");
    let problems = problems(&result);
    assert_eq!(problems[0].0, "b");
    assert_eq!(problems[0].2, "nothing of this name");
    assert_eq!(
        problems[1],
        (
            "a".into(),
            "invalid".into(),
            "an integer from -128 to 127".into()
        )
    );
}

#[test]
fn what_is_missing_is_told_with_what_it_should_have_been() {
    let told: Vec<_> = problems(&get("/painted?colour=%23ff0000"))
        .into_iter()
        .map(|(name, _, expected)| (name, expected))
        .collect();
    let integer = "an integer from 0 to 255".to_owned();
    assert_eq!(
        told,
        [
            ("a".to_owned(), integer.clone()),
            ("b".to_owned(), integer),
            ("c".to_owned(), "true or false".to_owned()),
        ]
    );
}

#[test]
fn a_type_that_takes_no_other_text_hides_no_other_fault() {
    for query in [
        "colour=x&a=1&b=zz&c=y",
        "a=1&b=zz&colour=x&c=y",
        "c=y&b=zz&a=1&colour=x",
    ] {
        let mut names: Vec<_> = problems(&get(&format!("/painted?{query}")))
            .into_iter()
            .map(|problem| problem.0)
            .collect();
        names.sort();
        assert_eq!(names, ["b", "colour"], "{query}");
    }
    let names = problems(&get("/painted"));
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn a_header_that_is_wrong_is_not_told_to_be_missing_too() {
    let request = client().get("/brush").header("x-colour", "bad");
    let result = block_on(request.header("x-size", "300").send());
    let mut told: Vec<_> = problems(&result)
        .into_iter()
        .map(|(name, code, _)| (name.to_lowercase(), code))
        .collect();
    told.sort();
    let invalid = |name: &str| (name.to_owned(), "invalid".to_owned());
    assert_eq!(told, [invalid("x-colour"), invalid("x-size")]);
}

#[test]
fn a_thousand_names_that_are_not_known_make_no_long_answer() {
    let query: String = (0..999).map(|i| format!("n{i}&")).collect();
    let result = get(&format!("/strict?{query}a=1"));
    assert_eq!(problems(&result).len(), 50);
    assert!(
        result
            .text()
            .contains("There can be only a. There may be more")
    );
    assert!(result.text().len() < 10_000);
}

#[test]
fn a_path_that_is_none_is_404() {
    let value: Value = get("/place/2026/caf%C3%A9").json();
    assert_eq!(value, json!({"year": 2026, "slug": "caf\u{e9}"}));
    let result = get("/place/never/x");
    result.assert_status(404);
    assert_eq!(problems(&result)[0].0, "year");
}

#[test]
fn headers_are_found_by_their_names_and_lists_are_lists() {
    let send = |request: TestRequest| block_on(request.send());
    let request = client()
        .get("/headers")
        .header("X-Count", "3")
        .header("x-name", "n");
    let value: Value = send(request.header("x-list", "1, 2").header("x-list", "3")).json();
    assert_eq!(
        value,
        json!({"x_count": 3, "x_list": [1, 2, 3], "X-Name": "n"})
    );
    let result = send(client().get("/headers").header("x-list", "1, x"));
    result.assert_problem(400, "invalid_headers");
    let mut problems = problems(&result);
    problems.sort();
    assert_eq!(
        problems[0],
        (
            "x-count".into(),
            "missing".into(),
            "an integer from 0 to 4294967295".into()
        )
    );
    assert_eq!(problems[1].0, "x-list");
}

#[test]
fn a_plus_and_a_space_are_no_part_of_a_number() {
    for number in ["%2B5", "5%20", "0x5", "5.0", ""] {
        assert_eq!(
            problems(&get(&format!("/strict?a={number}")))[0].0,
            "a",
            "{number}"
        );
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(
        limit: u8, name in "\\PC{0,12}", tag in proptest::collection::vec("\\PC{0,6}", 0..4),
        archived in any::<Option<bool>>(),
    ) {
        let mut request = client().get("/filter").query("limit", limit).query("order", "newest");
        request = request.query("name", &name);
        for tag in &tag {
            request = request.query("tag", tag);
        }
        if let Some(archived) = archived {
            request = request.query("archived", archived);
        }
        let read: Filter = block_on(request.send()).json();
        prop_assert_eq!(read.limit, limit);
        prop_assert_eq!(read.name, name);
        prop_assert_eq!(read.tag, tag);
        prop_assert_eq!(read.archived, archived);
    }

    #[test]
    fn no_query_panics_and_every_answer_is_one_of_two(query in "[a-z%0-9&=+\\[\\]]{0,60}") {
        let status = get(&format!("/filter?{query}")).status().as_u16();
        assert!(status == 200 || status == 400);
    }
}
