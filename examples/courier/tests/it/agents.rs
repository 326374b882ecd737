//! Registering, listing, changing and removing agents.

use serde_json::{Value, json};

use crate::Fixture;

#[tokio::test]
async fn an_agent_is_registered_once() {
    let courier = Fixture::new();
    let new =
        json!({"hostname": "db1", "platform": "linux", "version": "1.2", "labels": {"role": "db"}});
    let result = courier.client.post("/v1/agents").json(&new).send().await;
    result.assert_status(201);
    let agent: Value = result.json();
    assert_eq!(
        result.header("location").unwrap(),
        format!("/v1/agents/{}", agent["id"].as_str().unwrap())
    );
    assert!(
        result.header("etag").unwrap().starts_with('"'),
        "a strong tag"
    );
    assert_eq!(agent["last_seen_at"], Value::Null);
    assert!(agent["registered_at"].as_str().unwrap().ends_with('Z'));
    for (member, value) in new.as_object().unwrap() {
        assert_eq!(&agent[member], value);
    }
    let members: Vec<&String> = agent.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 7, "{members:?}");
    courier
        .client
        .post("/v1/agents")
        .json(&new)
        .send()
        .await
        .assert_problem(409, "agent_exists");
}

#[tokio::test]
async fn what_is_wrong_with_a_registration_is_named() {
    let courier = Fixture::new();
    for (new, pointer) in [
        (json!({"platform": "linux", "version": "1"}), ""),
        (
            json!({"hostname": "", "platform": "linux", "version": "1"}),
            "/hostname",
        ),
        (
            json!({"hostname": "a", "platform": "amiga", "version": "1"}),
            "/platform",
        ),
        (
            json!({"hostname": "a", "platform": "linux", "version": 1}),
            "/version",
        ),
        (
            json!({"hostname": "a", "platform": "linux", "version": "1", "labels": {"x": 1}}),
            "/labels/x",
        ),
        (
            json!({"hostname": "a", "platform": "linux", "version": "1", "colour": "red"}),
            "/colour",
        ),
        (
            json!({"hostname": "a", "platform": {"linux": null}, "version": "1"}),
            "/platform",
        ),
        (json!(["a", "linux", "1"]), ""),
    ] {
        let result = courier.client.post("/v1/agents").json(&new).send().await;
        result.assert_problem(422, "validation_failed");
        let problem: Value = result.json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{new}");
    }
    courier
        .client
        .post("/v1/agents")
        .body("{}")
        .send()
        .await
        .assert_problem(415, "media_type_unsupported");
    courier
        .client
        .put("/v1/agents")
        .send()
        .await
        .assert_problem(405, "method_not_allowed");
    courier
        .client
        .get("/v1/nothing")
        .send()
        .await
        .assert_problem(404, "not_found");
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one listing, seen from all sides")]
async fn agents_are_listed_in_order_with_filters_and_pages() {
    let courier = Fixture::new();
    for i in 0..7 {
        let platform = if i % 2 == 0 { "linux" } else { "macos" };
        let labels = json!({"parity": if i % 2 == 0 { "even" } else { "odd" }, "a:b": "c d&e"});
        let new = json!({"hostname": format!("h{i}"), "platform": platform, "version": "1", "labels": labels});
        courier
            .client
            .post("/v1/agents")
            .json(&new)
            .send()
            .await
            .assert_status(201);
    }
    let list = async |url: &str| {
        let result = courier.client.get(url).send().await;
        result.assert_status(200);
        let page: Value = result.json();
        let hosts: Vec<_> = page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|a| a["hostname"].as_str().unwrap().to_owned())
            .collect();
        let link = result.header("link").map(|link| {
            link.strip_prefix('<')
                .unwrap()
                .split('>')
                .next()
                .unwrap()
                .to_owned()
        });
        assert_eq!(link.is_some(), page["next"].is_string());
        (hosts.join(" "), link)
    };
    assert_eq!(
        list("/v1/agents").await,
        ("h0 h1 h2 h3 h4 h5 h6".to_owned(), None)
    );
    assert_eq!(list("/v1/agents?platform=macos").await.0, "h1 h3 h5");
    assert_eq!(
        list("/v1/agents?label=parity:even&platform=macos").await.0,
        ""
    );
    assert_eq!(list("/v1/agents?label=parity:odd&label=a:b").await.0, "");

    let (first, next) = list("/v1/agents?limit=2&label=parity:even").await;
    assert_eq!(first, "h0 h2");
    // The cursor stays right though agents come and go.
    let gone = courier
        .client
        .get("/v1/agents?label=parity:even")
        .send()
        .await
        .json::<Value>()["items"][1]["id"]
        .clone();
    courier
        .client
        .delete(&format!("/v1/agents/{}", gone.as_str().unwrap()))
        .send()
        .await
        .assert_status(204);
    let (second, next) = list(&next.unwrap()).await;
    assert_eq!((second.as_str(), next), ("h4 h6", None));

    for (query, name) in [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=x", "limit"),
        ("cursor=zzz", "cursor"),
        ("label=x", "label"),
        ("platform=amiga", "platform"),
        (&"label=a:b&".repeat(17), "label"),
    ] {
        let result = courier
            .client
            .get(&format!("/v1/agents?{query}"))
            .send()
            .await;
        result.assert_problem(400, "invalid_parameters");
        let problem: Value = result.json();
        assert_eq!(problem["errors"][0]["name"], name, "{query}");
    }
}

#[tokio::test]
async fn an_agent_is_read_conditionally() {
    let courier = Fixture::new();
    let url = format!("/v1/agents/{}", courier.agent("a").await);
    let etag = courier
        .client
        .get(&url)
        .send()
        .await
        .header("etag")
        .unwrap()
        .to_owned();
    for (tags, status) in [(etag.as_str(), 304), ("*", 304), ("\"x\"", 200)] {
        let result = courier
            .client
            .get(&url)
            .header("if-none-match", tags)
            .send()
            .await;
        result.assert_status(status).assert_header("etag", &etag);
        assert_eq!(result.bytes().is_empty(), status == 304);
    }
    courier
        .client
        .get(&url)
        .header("if-none-match", "x")
        .send()
        .await
        .assert_problem(400, "invalid_parameters");
    courier
        .client
        .get("/v1/agents/nobody")
        .send()
        .await
        .assert_problem(404, "agent_unknown");
}

#[tokio::test]
async fn an_agent_is_changed_by_a_merge_patch() {
    let courier = Fixture::new();
    let url = format!("/v1/agents/{}", courier.agent("a").await);
    let patch = |body: Value| {
        courier
            .client
            .patch(&url)
            .header("content-type", "application/merge-patch+json")
            .json(&body)
    };
    let result = patch(json!({"version": "2", "labels": {"a": "1", "b": "2"}}))
        .send()
        .await;
    result.assert_status(200);
    let changed = result.header("etag").unwrap().to_owned();
    let result = patch(json!({"labels": {"a": null, "c": "3"}}))
        .header("if-match", &changed)
        .send()
        .await;
    result.assert_status(200);
    let agent: Value = result.json();
    assert_eq!(
        (&agent["version"], &agent["labels"]),
        (&json!("2"), &json!({"b": "2", "c": "3"}))
    );
    patch(json!({"version": "3"}))
        .header("if-match", &changed)
        .send()
        .await
        .assert_problem(412, "precondition_failed");
    assert_eq!(
        courier.client.get(&url).send().await.json::<Value>()["version"],
        "2"
    );
    patch(json!({"labels": null}))
        .header("if-match", "*")
        .send()
        .await
        .assert_status(200);
    assert_eq!(
        courier.client.get(&url).send().await.json::<Value>()["labels"],
        json!({})
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_patch_is_named() {
    let courier = Fixture::new();
    let url = format!("/v1/agents/{}", courier.agent("a").await);
    let patch = |body: Value| {
        let request = courier
            .client
            .patch(&url)
            .header("content-type", "application/merge-patch+json");
        request.json(&body)
    };
    patch(json!({"hostname": "b"}))
        .send()
        .await
        .assert_problem(422, "validation_failed");
    patch(json!(["7"]))
        .send()
        .await
        .assert_problem(422, "validation_failed");
    patch(json!({"version": null}))
        .send()
        .await
        .assert_problem(422, "validation_failed");
    patch(json!({"version": 7}))
        .send()
        .await
        .assert_problem(422, "validation_failed");
    let json = courier
        .client
        .patch(&url)
        .json(&json!({"version": "3"}))
        .send()
        .await;
    json.assert_problem(415, "media_type_unsupported")
        .assert_header("accept-patch", "application/merge-patch+json");
}

#[tokio::test]
async fn with_an_agent_its_open_commands_expire() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let command = courier.post(&agent, json!({"kind": "ls"})).await;
    courier
        .client
        .delete(&format!("/v1/agents/{agent}"))
        .send()
        .await
        .assert_status(204);
    assert_eq!(courier.command(&command).await["state"], "expired");
    courier
        .client
        .delete(&format!("/v1/agents/{agent}"))
        .send()
        .await
        .assert_problem(404, "agent_unknown");
    courier
        .next(&agent, 0)
        .await
        .assert_problem(404, "agent_unknown");
    courier.agent("a").await;
}
