//! Commands: posted, waited for, delivered, answered.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{Fixture, text};

#[tokio::test]
async fn a_command_goes_to_the_agent_and_its_result_comes_back() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    courier.next(&agent, 0).await.assert_status(204);
    let command = courier
        .post(&agent, json!({"kind": "ls", "args": {"path": "/"}}))
        .await;
    let posted = courier.command(&command).await;
    assert_eq!(
        (&posted["state"], &posted["args"]),
        (&json!("queued"), &json!({"path": "/"}))
    );

    let delivered: Value = courier.next(&agent, 0).await.json();
    assert_eq!(
        (&delivered["id"], &delivered["state"]),
        (&json!(command), &json!("delivered"))
    );
    let members: Vec<&String> = delivered.as_object().unwrap().keys().collect();
    assert_eq!(members.len(), 9, "{members:?}");
    courier.next(&agent, 0).await.assert_status(204);
    let seen = courier
        .client
        .get(&format!("/v1/agents/{agent}"))
        .send()
        .await
        .json::<Value>();
    assert!(seen["last_seen_at"].is_string());

    let url = format!("/v1/commands/{command}/result");
    let put = |result: Value| courier.client.put(&url).json(&result).send();
    put(json!({"status": "maybe", "output": 1}))
        .await
        .assert_problem(422, "validation_failed");
    put(json!({"status": "ok", "output": ["a", "b"]}))
        .await
        .assert_status(204);
    put(json!({"output": ["a", "b"], "status": "ok"}))
        .await
        .assert_status(204);
    put(json!({"status": "ok", "output": []}))
        .await
        .assert_problem(409, "result_exists");
    let done = courier.command(&command).await;
    assert_eq!(done["state"], "done");
    assert_eq!(
        done["result"],
        json!({"status": "ok", "output": ["a", "b"]})
    );
    assert!(done["done_at"].as_str().unwrap() >= done["delivered_at"].as_str().unwrap());
    let unknown = courier
        .client
        .put("/v1/commands/x/result")
        .json(&json!({"status": "ok", "output": 1}))
        .send()
        .await;
    unknown.assert_problem(404, "command_unknown");
    courier
        .client
        .get("/v1/commands/x")
        .send()
        .await
        .assert_problem(404, "command_unknown");
}

#[tokio::test]
async fn a_waiting_agent_is_woken_at_once_and_a_waiting_panel_too() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let since = Instant::now();
    let (next, command) = tokio::join!(courier.next(&agent, 30), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        courier.post(&agent, json!({"kind": "ls"})).await
    });
    assert_eq!(text(&next, "id"), command);
    let url = format!("/v1/commands/{command}");
    let (result, done) = tokio::join!(
        courier
            .client
            .put(&format!("{url}/result"))
            .json(&json!({"status": "failed", "output": null}))
            .send(),
        courier.client.get(&url).query("wait", 30).send(),
    );
    result.assert_status(204);
    assert_eq!(text(&done, "state"), "failed");
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn without_a_command_the_wait_ends_in_time() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let since = Instant::now();
    courier.next(&agent, 1).await.assert_status(204);
    let took = since.elapsed();
    assert!(
        took >= Duration::from_secs(1) && took < Duration::from_secs(3),
        "{took:?}"
    );
    for wait in ["61", "-1", "x"] {
        let url = format!("/v1/agents/{agent}/commands/next?wait={wait}");
        courier
            .client
            .get(&url)
            .send()
            .await
            .assert_problem(400, "invalid_parameters");
    }
}

#[tokio::test]
async fn of_many_polls_each_gets_another_command() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let polls = (0..8).map(|_| {
        let request = courier
            .client
            .get(&format!("/v1/agents/{agent}/commands/next?wait=10"))
            .send();
        tokio::spawn(request)
    });
    let polls: Vec<_> = polls.collect();
    let mut posted = Vec::new();
    for i in 0..8 {
        posted.push(courier.post(&agent, json!({"kind": format!("k{i}")})).await);
    }
    let mut delivered = Vec::new();
    for poll in polls {
        delivered.push(text(&poll.await.unwrap(), "id"));
    }
    posted.sort();
    delivered.sort();
    assert_eq!(posted, delivered);
}

#[tokio::test]
async fn a_client_that_goes_away_loses_no_command() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let url = format!("/v1/agents/{agent}/commands/next?wait=10");
    // It goes while it waits, and in the very moment in which its command is there.
    let waiting = tokio::spawn(courier.client.get(&url).send());
    tokio::time::sleep(Duration::from_millis(50)).await;
    waiting.abort();
    let command = courier.post(&agent, json!({"kind": "ls"})).await;
    let request = http_get(&url);
    drop(courier.client.service().handle(request).await);
    assert_eq!(text(&courier.next(&agent, 5).await, "id"), command);
}

fn http_get(url: &str) -> falcon::http::Request<String> {
    falcon::http::Request::get(url).body(String::new()).unwrap()
}

#[tokio::test]
async fn a_repeat_with_the_same_key_is_the_same_command() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let url = format!("/v1/agents/{agent}/commands");
    let post = |kind: &str, key: &str| {
        courier
            .client
            .post(&url)
            .header("idempotency-key", key)
            .json(&json!({"kind": kind}))
            .send()
    };
    let first = post("ls", "k1").await;
    courier.next(&agent, 0).await.assert_status(200);
    let again = post("ls", "k1").await;
    again.assert_status(202).assert_text(first.text());
    assert_eq!(again.header("location"), first.header("location"));
    courier.next(&agent, 0).await.assert_status(204);
    post("rm", "k1")
        .await
        .assert_problem(422, "idempotency_key_reused");
    assert_ne!(text(&post("ls", "k2").await, "id"), text(&first, "id"));
    post("ls", "")
        .await
        .assert_problem(400, "invalid_parameters");
}

#[tokio::test]
async fn what_is_wrong_with_a_command_is_named() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let url = format!("/v1/agents/{agent}/commands");
    for command in [
        json!({}),
        json!({"kind": 1}),
        json!({"kind": "a", "args": []}),
        json!({"kind": "a", "timeout_s": 0}),
        json!({"kind": "a", "timeout_s": 86_401}),
    ] {
        courier
            .client
            .post(&url)
            .json(&command)
            .send()
            .await
            .assert_problem(422, "validation_failed");
    }
    let unknown = courier
        .client
        .post("/v1/agents/x/commands")
        .json(&json!({"kind": "a"}))
        .send()
        .await;
    unknown.assert_problem(404, "agent_unknown");
}

#[tokio::test]
async fn a_command_without_a_result_is_queued_again_three_times_and_expires() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let command = courier
        .post(&agent, json!({"kind": "ls", "timeout_s": 1}))
        .await;
    for _ in 0..4 {
        assert_eq!(text(&courier.next(&agent, 5).await, "id"), command);
    }
    let over = courier
        .client
        .get(&format!("/v1/commands/{command}?wait=5"))
        .send()
        .await;
    assert_eq!(text(&over, "state"), "expired");
    courier.next(&agent, 0).await.assert_status(204);
    let late = courier
        .client
        .put(&format!("/v1/commands/{command}/result"))
        .json(&json!({"status": "ok", "output": 1}));
    late.send().await.assert_problem(409, "command_expired");
}

#[tokio::test]
async fn at_a_stop_those_who_wait_are_answered() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let command = courier
        .post(&courier.agent("b").await, json!({"kind": "ls"}))
        .await;
    let since = Instant::now();
    let stop = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        courier.courier.stop();
    };
    let panel = courier
        .client
        .get(&format!("/v1/commands/{command}?wait=30"))
        .send();
    let (next, shown, ()) = tokio::join!(courier.next(&agent, 30), panel, stop);
    next.assert_status(204);
    assert_eq!(text(&shown, "state"), "queued");
    assert!(since.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn health_is_told() {
    let courier = Fixture::new();
    courier
        .client
        .get("/healthz")
        .send()
        .await
        .assert_status(200)
        .assert_json(&json!({"status": "ok"}));
}

#[tokio::test]
async fn head_takes_no_command_away() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let command = courier.post(&agent, json!({"kind": "ls"})).await;
    let url = format!("/v1/agents/{agent}/commands/next");
    courier
        .client
        .head(&url)
        .send()
        .await
        .assert_status(200)
        .assert_text("");
    assert_eq!(text(&courier.next(&agent, 0).await, "id"), command);
    courier.client.head(&url).send().await.assert_status(204);
    courier
        .client
        .head("/v1/agents/x/commands/next")
        .send()
        .await
        .assert_status(404);
}

#[tokio::test]
async fn after_the_wait_a_command_is_shown_as_it_then_is() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let command = courier.post(&agent, json!({"kind": "ls"})).await;
    let url = format!("/v1/commands/{command}?wait=1");
    let (shown, ()) = tokio::join!(courier.client.get(&url).send(), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        courier.next(&agent, 0).await.assert_status(200);
    });
    assert_eq!(text(&shown, "state"), "delivered");
}

#[tokio::test]
async fn what_one_poll_gives_up_wakes_another() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let url = format!("/v1/agents/{agent}/commands/next?wait=10");
    for _ in 0..20 {
        let gone = tokio::spawn(courier.client.get(&url).send());
        let stays = tokio::spawn(courier.client.get(&url).send());
        tokio::time::sleep(Duration::from_millis(5)).await;
        let posting = courier.post(&agent, json!({"kind": "ls"}));
        gone.abort();
        posting.await;
        let since = Instant::now();
        stays.await.unwrap().assert_status(200);
        assert!(since.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn a_database_that_cannot_be_written_is_told_and_nothing_is_acknowledged() {
    let courier = Fixture::new();
    let agent = courier.agent("a").await;
    let other = rusqlite::Connection::open(courier.folder.0.join("courier.sqlite3")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let health = courier.client.get("/healthz").send().await;
    health.assert_problem(503, "database_unavailable");
    let url = format!("/v1/agents/{agent}/commands");
    let post = courier
        .client
        .post(&url)
        .json(&json!({"kind": "ls"}))
        .send()
        .await;
    post.assert_problem(503, "database_unavailable");
    other.execute_batch("ROLLBACK").unwrap();
    courier.next(&agent, 0).await.assert_status(204);
    courier
        .client
        .get("/healthz")
        .send()
        .await
        .assert_status(200);
}
