//! What has become of an API, and whom that breaks.

use falcon_openapi::{Changes, Document, Impact, Snapshot};
use serde_json::{Value, json};

fn document(operation: Value) -> Document {
    let document = json!({
        "openapi": "3.1.1",
        "info": {"title": "Things", "version": "1"},
        "paths": {"/things/{id}": {"post": operation}},
        "components": {"schemas": {"Own": {"type": "string"}}},
    });
    Document::parse(&document.to_string()).unwrap()
}

fn changes(old: Value, new: Value) -> Changes {
    document(new).changes_since(&document(old))
}

/// The one change, without the name of the operation.
fn only(old: Value, new: Value) -> (String, Impact) {
    let changes = changes(old, new);
    let all: Vec<_> = changes.iter().collect();
    assert_eq!(all.len(), 1, "{changes}");
    let place = all[0]
        .place()
        .trim_start_matches("POST /things/{}")
        .trim_start_matches(": ");
    (format!("{place}: {}", all[0].what()), all[0].impact())
}

fn sent(schema: Value) -> Value {
    json!({"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}})
}

fn got(schema: Value) -> Value {
    json!({"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}})
}

/// Two schemas, and what the change does to clients that send such values, and to those that get them.
type Row = (&'static str, &'static str, &'static str, Impact, Impact);

use Impact::{Breaks, MayBreak, Safe};

const ROWS: &[Row] = &[
    (
        r#"{"type":"string"}"#,
        r#"{"type":"integer"}"#,
        "it is \"integer\", and was \"string\"",
        Breaks,
        Breaks,
    ),
    (
        r#"{"type":"integer"}"#,
        r#"{"type":"number"}"#,
        "it is \"number\", and was \"integer\"",
        Safe,
        Breaks,
    ),
    (
        r#"{"type":["string","null"]}"#,
        r#"{"type":"string"}"#,
        "it is \"string\", and was [\"string\",\"null\"]",
        Breaks,
        Safe,
    ),
    (
        r#"{"enum":[1,2]}"#,
        r#"{"enum":[1]}"#,
        "the value 2 is gone",
        Breaks,
        Safe,
    ),
    (
        r#"{"enum":[1]}"#,
        r#"{"enum":[1,2]}"#,
        "the value 2 is new",
        Safe,
        MayBreak,
    ),
    (
        r#"{"const":1}"#,
        r#"{"const":1,"enum":[1,2]}"#,
        "the value 2 is new",
        Safe,
        MayBreak,
    ),
    (
        "{}",
        r#"{"enum":[1]}"#,
        "only a few values are allowed",
        Breaks,
        Safe,
    ),
    (
        r#"{"maxLength":5}"#,
        r#"{"maxLength":3}"#,
        "`maxLength` is 3, and was 5",
        Breaks,
        Safe,
    ),
    (
        r#"{"maxLength":5}"#,
        "{}",
        "`maxLength` is nothing, and was 5",
        Safe,
        Breaks,
    ),
    (
        r#"{"minimum":5}"#,
        r#"{"minimum":7}"#,
        "`minimum` is 7, and was 5",
        Breaks,
        Safe,
    ),
    (
        r#"{"minimum":5}"#,
        r#"{"minimum":3}"#,
        "`minimum` is 3, and was 5",
        Safe,
        Breaks,
    ),
    (
        r#"{"pattern":"a"}"#,
        r#"{"pattern":"b"}"#,
        "`pattern` is \"b\", and was \"a\"",
        MayBreak,
        MayBreak,
    ),
    (
        "{}",
        r#"{"format":"email"}"#,
        "`format` is \"email\", and was nothing",
        Breaks,
        Safe,
    ),
    (
        r#"{"uniqueItems":true}"#,
        r#"{"uniqueItems":false}"#,
        "`uniqueItems` is nothing, and was true",
        Safe,
        Breaks,
    ),
    (
        r#"{"default":1}"#,
        r#"{"default":2}"#,
        "`default` is 2, and was 1",
        MayBreak,
        MayBreak,
    ),
    (
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{"a":{},"b":{}}}"#,
        "/b: it is new",
        Safe,
        Safe,
    ),
    (
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{}}"#,
        "/a: it is gone",
        MayBreak,
        MayBreak,
    ),
    (
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        r#"{"properties":{}}"#,
        "/a: it is gone",
        MayBreak,
        Breaks,
    ),
    (
        r#"{"properties":{"a":{}},"additionalProperties":false}"#,
        r#"{"properties":{},"additionalProperties":false}"#,
        "/a: it is gone",
        Breaks,
        MayBreak,
    ),
    (
        r#"{"properties":{"a":{}}}"#,
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        "/a: it is required, and was not",
        Breaks,
        Safe,
    ),
    (
        r#"{"properties":{"a":{}},"required":["a"]}"#,
        r#"{"properties":{"a":{}}}"#,
        "/a: it is no longer required",
        Safe,
        Breaks,
    ),
    (
        r#"{"properties":{"a":{"type":"string"}}}"#,
        r#"{"properties":{"a":{"type":"null"}}}"#,
        "/a: it is \"null\", and was \"string\"",
        Breaks,
        Breaks,
    ),
    (
        "{}",
        r#"{"additionalProperties":false}"#,
        "other members are refused",
        Breaks,
        Safe,
    ),
    (
        r#"{"additionalProperties":false}"#,
        "{}",
        "other members are allowed",
        Safe,
        MayBreak,
    ),
    (
        r#"{"additionalProperties":{"minimum":1}}"#,
        r#"{"additionalProperties":{"minimum":2}}"#,
        "/(others): `minimum` is 2, and was 1",
        Breaks,
        Safe,
    ),
    (
        r#"{"items":{"minimum":1}}"#,
        r#"{"items":{"minimum":2}}"#,
        "/*: `minimum` is 2, and was 1",
        Breaks,
        Safe,
    ),
    (
        r#"{"oneOf":[{"type":"null"}]}"#,
        r#"{"oneOf":[{"type":"null"},{"type":"string"}]}"#,
        "there are more in `oneOf`",
        Safe,
        MayBreak,
    ),
    (
        r#"{"anyOf":[{"type":"null"},{}]}"#,
        r#"{"anyOf":[{"type":"null"}]}"#,
        "there are fewer in `anyOf`",
        Breaks,
        Safe,
    ),
    (
        r#"{"allOf":[{"type":"null"}]}"#,
        r#"{"allOf":[{"type":"null"},{"minimum":1}]}"#,
        "there are more in `allOf`",
        Breaks,
        Safe,
    ),
    ("true", "false", "nothing is allowed any more", Breaks, Safe),
    (
        "false",
        "true",
        "something is allowed, where nothing was",
        Safe,
        Breaks,
    ),
    (
        r#"{"description":"a"}"#,
        r#"{"description":"b"}"#,
        "its description is another",
        Safe,
        Safe,
    ),
    (
        r#"{"multipleOf":2}"#,
        r#"{"multipleOf":3}"#,
        "`multipleOf` is 3, and was 2",
        MayBreak,
        MayBreak,
    ),
    (
        r##"{"$ref":"#/components/schemas/Own"}"##,
        r#"{"type":"integer"}"#,
        "it is \"integer\", and was \"string\"",
        Breaks,
        Breaks,
    ),
];

#[test]
fn what_a_change_of_a_schema_does_depends_on_who_makes_the_values() {
    for (old, new, what, to_senders, to_readers) in ROWS {
        let read = |text| serde_json::from_str::<Value>(text).unwrap();
        let seen = [
            (only(sent(read(old)), sent(read(new))), to_senders),
            (only(got(read(old)), got(read(new))), to_readers),
        ];
        for ((told, told_impact), impact) in seen {
            assert!(told.ends_with(what), "{old} {new}: {told}");
            assert_eq!(told_impact, *impact, "{old} {new}: {told}");
        }
    }
}

/// Two operations, where they differ and how, and what that does to clients.
const OPERATIONS: &[(&str, &str, &str, Impact)] = &[
    (
        "{}",
        r#"{"parameters":[{"name":"n","in":"query","required":true}]}"#,
        "the query parameter n: it is new, and required",
        Breaks,
    ),
    (
        "{}",
        r#"{"parameters":[{"name":"n","in":"query"}]}"#,
        "the query parameter n: it is new",
        Safe,
    ),
    (
        r#"{"parameters":[{"name":"n","in":"query"}]}"#,
        "{}",
        "the query parameter n: it is gone",
        MayBreak,
    ),
    (
        r#"{"parameters":[{"name":"n","in":"query"}]}"#,
        r#"{"parameters":[{"name":"n","in":"query","required":true}]}"#,
        "the query parameter n: it is required, and was not",
        Breaks,
    ),
    (
        "{}",
        r#"{"requestBody":{"required":true}}"#,
        "the body: it is new, and required",
        Breaks,
    ),
    ("{}", r#"{"requestBody":{}}"#, "the body: it is new", Safe),
    (
        r#"{"requestBody":{}}"#,
        "{}",
        "the body: it is gone",
        MayBreak,
    ),
    (
        r#"{"requestBody":{"content":{"a/b":{}}}}"#,
        r#"{"requestBody":{"content":{}}}"#,
        "the body, a/b: the media type is gone",
        Breaks,
    ),
    (
        "{}",
        r#"{"responses":{"404":{}}}"#,
        "the answer 404: it is new",
        Safe,
    ),
    (
        "{}",
        r#"{"responses":{"202":{}}}"#,
        "the answer 202: it is new",
        MayBreak,
    ),
    (
        r#"{"responses":{"201":{}}}"#,
        "{}",
        "the answer 201: it is gone",
        Breaks,
    ),
    (
        r#"{"responses":{"404":{}}}"#,
        "{}",
        "the answer 404: it is gone",
        Safe,
    ),
    (
        r#"{"responses":{"200":{"headers":{"X-A":{}}}}}"#,
        r#"{"responses":{"200":{}}}"#,
        "the answer 200, the header X-A: it is gone",
        Breaks,
    ),
    (
        r#"{"operationId":"a"}"#,
        r#"{"operationId":"b"}"#,
        ": it is called \"b\", and was \"a\"",
        MayBreak,
    ),
    (
        r#"{"summary":"a"}"#,
        r#"{"summary":"b"}"#,
        ": its summary is another",
        Safe,
    ),
    ("{}", r#"{"deprecated":true}"#, ": it is deprecated", Safe),
    (
        r#"{"security":[{"a":[]},{"b":[]}]}"#,
        r#"{"security":[{"a":[]}]}"#,
        ": b will no longer do",
        Breaks,
    ),
    (
        r#"{"security":[{"a":[]}]}"#,
        r#"{"security":[{"a":[]},{"b":["x","y"]}]}"#,
        ": b with x y will do",
        Safe,
    ),
];

#[test]
fn what_a_change_of_an_operation_does() {
    let read = |text| serde_json::from_str::<Value>(text).unwrap();
    for (old, new, what, impact) in OPERATIONS {
        let told = only(read(old), read(new));
        assert_eq!(told, ((*what).to_owned(), *impact), "{old} {new}");
    }
    let (closed, open) = (json!({"security": [{"a": []}]}), json!({"security": []}));
    assert!(!changes(closed.clone(), open.clone()).break_clients());
    assert!(changes(open, closed).break_clients());
}

#[test]
fn operations_come_and_go_and_their_fields_may_have_other_names() {
    let of = |paths: Value| {
        let document =
            json!({"openapi": "3.1.0", "info": {"title": "a", "version": "1"}, "paths": paths});
        Document::parse(&document.to_string()).unwrap()
    };
    let parameter = |name: &str| json!([{"name": name, "in": "path", "required": true, "schema": {"type": "string"}}]);
    let old = of(json!({"/a/{id}": {"get": {"parameters": parameter("id")}, "put": {}}}));
    let new = of(json!({"/a/{key}": {"get": {"parameters": parameter("key")}, "patch": {}}}));
    let changes = new.changes_since(&old);
    assert_eq!(
        changes.to_string(),
        "  BREAKS     PUT /a/{}: it is gone\n  safe       PATCH /a/{}: it is new"
    );
    assert!(changes.break_clients());
    assert!(old.changes_since(&old).is_empty());
}

#[test]
fn schemas_that_refer_to_themselves_come_to_an_end() {
    let of = |most: u32| {
        let node = json!({"properties": {"next": {"$ref": "#/components/schemas/Node"}, "n": {"maximum": most}}});
        let operation = got(json!({"$ref": "#/components/schemas/Node"}));
        let document = json!({"openapi": "3.1.0", "info": {}, "paths": {"/": {"get": operation}}, "components": {"schemas": {"Node": node}}});
        Document::parse(&document.to_string()).unwrap()
    };
    let changes = of(2).changes_since(&of(1));
    assert_eq!(
        changes.to_string(),
        "  BREAKS     GET /: the answer 200, application/json/n: `maximum` is 2, and was 1"
    );
}

#[test]
fn a_snapshot_says_what_is_different_and_what_to_do() {
    let folder = std::env::temp_dir().join(format!("falcon-drift-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("openapi.json");
    let snapshot = Snapshot::at(&file);
    let (old, new) = (
        document(sent(json!({"maxLength": 5}))),
        document(sent(json!({"maxLength": 3}))),
    );

    let missing = snapshot.check(&old).unwrap_err().to_string();
    assert!(
        missing.contains("cannot be used") && missing.contains("FALCON_UPDATE=1"),
        "{missing}"
    );
    std::fs::write(&file, old.to_json()).unwrap();
    snapshot.check(&old).unwrap();
    let drift = snapshot.check(&new).unwrap_err();
    assert!(drift.changes().unwrap().break_clients());
    let text = format!("{drift:?}");
    assert!(text.contains("THIS BREAKS CLIENTS"), "{text}");
    assert!(
        text.contains(
            "BREAKS     POST /things/{}: the body, application/json: `maxLength` is 3, and was 5"
        ),
        "{text}"
    );
    assert!(
        text.contains("If that is meant, run the test with FALCON_UPDATE=1"),
        "{text}"
    );
    std::fs::write(&file, "{}").unwrap();
    assert!(
        snapshot
            .check(&new)
            .unwrap_err()
            .to_string()
            .contains("is no document")
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
