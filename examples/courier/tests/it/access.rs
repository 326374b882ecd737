//! Who may do what: panels by tokens with scopes, agents by keys.

use courier::{Access, Courier, Sources, create_app};
use falcon_testing::{TestClient, TestResult, block_on};
use serde_json::{Value, json};

use crate::Folder;

/// A courier that asks who is calling, and the keys that it has made.
struct Guarded {
    client: TestClient,
    keys: Value,
    folder: Folder,
}

impl Guarded {
    fn new(sources: impl FnOnce(&Folder, &mut Sources)) -> Self {
        let folder = Folder::new();
        let courier = Courier::open(&folder.0).unwrap();
        let mut chosen = Sources::default();
        sources(&folder, &mut chosen);
        let (access, made) = Access::of(&chosen, &folder.0).unwrap();
        assert!(made.is_some());
        let keys = std::fs::read(folder.0.join("development.json")).unwrap();
        Self {
            client: TestClient::new(create_app(&courier, Some(access))),
            keys: serde_json::from_slice(&keys).unwrap(),
            folder,
        }
    }

    fn send(&self, method: &str, path: &str, header: (&str, &str), body: &Value) -> TestResult {
        let request = self.client.request(method, path).json(body);
        block_on(request.header(header.0, header.1).send())
    }

    fn panel(&self, method: &str, path: &str, body: &Value) -> TestResult {
        let value = format!("Bearer {}", self.keys["token"].as_str().unwrap());
        self.send(method, path, ("authorization", &value), body)
    }

    fn agent(&self, method: &str, path: &str, key: &str, body: &Value) -> TestResult {
        self.send(method, path, ("x-agent-key", key), body)
    }
}

fn id(result: &TestResult) -> String {
    result.json::<Value>()["id"].as_str().unwrap().to_owned()
}

#[test]
fn nobody_gets_in_without_credentials_but_to_the_health() {
    let guarded = Guarded::new(|_, _| {});
    for (method, path) in [
        ("GET", "/v1/agents"),
        ("POST", "/v1/agents"),
        ("GET", "/v1/agents/a"),
        ("PATCH", "/v1/agents/a"),
        ("DELETE", "/v1/agents/a"),
        ("POST", "/v1/agents/a/commands"),
        ("GET", "/v1/agents/a/commands/next"),
        ("HEAD", "/v1/agents/a/commands/next"),
        ("GET", "/v1/commands/c"),
        ("PUT", "/v1/commands/c/result"),
    ] {
        let result = guarded.send(method, path, ("x-agent-key", "wrong"), &json!({}));
        assert_eq!(result.status(), 401, "{method} {path}");
    }
    guarded
        .send("GET", "/healthz", ("x-agent-key", "wrong"), &json!({}))
        .assert_status(200);
}

#[test]
fn a_panel_posts_an_agent_takes_and_neither_does_the_others_work() {
    let guarded = Guarded::new(|_, _| {});
    let new = json!({"hostname": "h", "platform": "linux", "version": "1"});
    let agent = id(guarded.panel("POST", "/v1/agents", &new).assert_status(201));
    let commands = format!("/v1/agents/{agent}/commands");
    let command = id(guarded
        .panel("POST", &commands, &json!({"kind": "ls"}))
        .assert_status(202));
    let (next, result) = (
        format!("{commands}/next"),
        format!("/v1/commands/{command}/result"),
    );
    let outcome = json!({"status": "ok", "output": 1});
    guarded
        .panel("GET", &next, &json!({}))
        .assert_problem(403, "forbidden");
    guarded
        .panel("PUT", &result, &outcome)
        .assert_problem(403, "forbidden");
    let key = guarded.keys["agent_key"].as_str().unwrap();
    guarded
        .agent("POST", &commands, key, &json!({"kind": "ls"}))
        .assert_problem(403, "insufficient_scope");
    guarded
        .agent("GET", "/v1/agents", key, &json!({}))
        .assert_status(403);
    guarded
        .agent("GET", &next, key, &json!({}))
        .assert_status(200);
    guarded
        .agent("PUT", &result, key, &outcome)
        .assert_status(204);
}

#[test]
fn an_agent_with_a_key_of_its_own_acts_for_itself_alone() {
    let guarded = Guarded::new(|folder, sources| {
        // Of `abc`, for an agent that is nobody here.
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let file = folder.0.join("agents");
        std::fs::write(&file, format!("# keys\n\n{abc} agent-7\n")).unwrap();
        sources.agent_keys = Some(file);
    });
    let new = json!({"hostname": "h", "platform": "linux", "version": "1"});
    let other = id(guarded.panel("POST", "/v1/agents", &new).assert_status(201));
    let commands = format!("/v1/agents/{other}/commands");
    let command = id(guarded
        .panel("POST", &commands, &json!({"kind": "ls"}))
        .assert_status(202));
    guarded
        .agent("GET", &format!("{commands}/next"), "abc", &json!({}))
        .assert_status(403);
    let result = format!("/v1/commands/{command}/result");
    guarded
        .agent("PUT", &result, "abc", &json!({"status": "ok", "output": 1}))
        .assert_problem(404, "command_unknown");
    // There is no such agent, but it may ask.
    guarded
        .agent("GET", "/v1/agents/agent-7/commands/next", "abc", &json!({}))
        .assert_problem(404, "agent_unknown");
    // With keys of their own, the development key is nobody's.
    let development = guarded.keys["agent_key"].as_str().unwrap();
    guarded
        .agent("GET", &format!("{commands}/next"), development, &json!({}))
        .assert_status(401);
}

#[test]
fn keys_for_development_are_made_once_and_for_their_owner() {
    let guarded = Guarded::new(|_, _| {});
    let (_, again) = Access::of(&Sources::default(), &guarded.folder.0).unwrap();
    assert!(again.is_none());
    let path = guarded.folder.0.join("development.json");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    std::fs::write(&path, "nonsense").unwrap();
    let told = Access::of(&Sources::default(), &guarded.folder.0)
        .unwrap_err()
        .to_string();
    assert!(told.contains("development.json"), "{told}");
}

#[test]
fn everybody_may_read_what_the_api_is() {
    let guarded = Guarded::new(|_, _| {});
    let get = |path: &str| block_on(guarded.client.get(path).send());
    let document: Value = get("/openapi.json").json();
    let next = &document["paths"]["/v1/agents/{id}/commands/next"]["get"];
    assert_eq!(next["operationId"], "nextCommand");
    assert_eq!(
        next["security"],
        json!([{"bearer": ["agent"]}, {"key": ["agent"]}])
    );
    assert_eq!(document["paths"]["/healthz"]["get"]["security"], json!([]));
    let new = &document["components"]["schemas"]["NewAgent"];
    assert_eq!(new["additionalProperties"], false);
    assert_eq!(new["properties"]["hostname"]["maxLength"], 255);
    get("/openapi.yaml").assert_header("content-type", "application/yaml");
    let page = get("/docs");
    page.assert_status(200);
    page.assert_header("content-type", "text/html; charset=utf-8");
}
