//! Recorded traffic of real sessions, through the running proxy into a recording upstream.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::decoded::{body, deep_strings, opened};
use crate::support::harness::{Harness, Setup};
use crate::support::recorded::{self, Request};
use crate::support::upstream::Recorded;

#[tokio::test]
async fn shop_sessions_arrive_intact_and_without_planted_secrets() {
    check(1).await;
}

#[tokio::test]
async fn bank_sessions_arrive_intact_and_without_planted_secrets() {
    check(2).await;
}

#[tokio::test]
async fn article_sessions_arrive_intact_and_without_planted_secrets() {
    check(3).await;
}

#[tokio::test]
async fn chat_sessions_arrive_intact_and_without_planted_secrets() {
    check(0).await;
}

/// The sessions of one of the four pages.
async fn check(page: u32) {
    let index = recorded::requests();
    let requests: Vec<&Request> = index.iter().filter(|request| request.session % 4 == page).collect();
    let received = send(&requests).await;
    assert_eq!(received.len(), requests.len());
    let mut problems = Vec::new();
    for session in requests.iter().map(|request| request.session).collect::<BTreeSet<_>>() {
        let secrets = recorded::secrets(session);
        let mut set_out = 0;
        for (request, received) in
            requests.iter().zip(&received).filter(|(request, _)| request.session == session)
        {
            let sent = opened(&body(request.body()));
            let arrived = opened(&body(&received.body));
            set_out += usize::from(deep_strings(&sent).iter().any(|text| secrets.is_match(text)));
            if outline(&sent) != outline(&arrived) {
                problems.push(format!("{}: other events, ids or times", request.id));
            }
            for text in typed(&arrived).filter(|text| text.chars().any(char::is_alphanumeric)) {
                problems.push(format!("{}: typed {text:?}", request.id));
            }
            for text in texts(&arrived, received) {
                for found in secrets.find_iter(&text) {
                    problems.push(format!(
                        "{}: {:?} survives in {} bytes",
                        request.id,
                        &text[found.range()],
                        text.len()
                    ));
                }
            }
        }
        assert!(set_out > 0, "session {session} sent nothing to find");
    }
    problems.sort();
    problems.dedup();
    assert!(
        problems.is_empty(),
        "{} problems\n{}",
        problems.len(),
        problems[..problems.len().min(60)].join("\n")
    );
}

/// Sends the requests one at a time, so that they arrive in order.
async fn send(requests: &[&Request]) -> Vec<Recorded> {
    let proxy = Harness::with(Setup { rules: Some(""), ..Setup::default() }).await;
    for request in requests {
        let headers = request.headers_from_edge();
        let reply = proxy.client.send(&request.method, &request.url, &headers, request.body()).await;
        assert_eq!(reply.status, 200, "request {}: {}", request.id, reply.text());
    }
    let received = proxy.eu.recorded();
    assert!(proxy.us.recorded().is_empty());
    let (records, _dir) = proxy.stop().await;
    assert_eq!(records.iter().filter(|record| record.exchange.is_some()).count(), requests.len());
    received
}

/// The events in a body: a bare array, a batch, or one.
fn events(body: &Value) -> Vec<&Value> {
    match body.as_array().or_else(|| body["batch"].as_array()) {
        Some(events) => events.iter().collect(),
        None => vec![body],
    }
}

fn snapshots(body: &Value) -> impl Iterator<Item = &Value> {
    events(body).into_iter().filter_map(|event| event["properties"]["$snapshot_data"].as_array()).flatten()
}

/// Everything that must not change: events, their order, timestamps and node ids.
fn outline(body: &Value) -> Vec<String> {
    let around = events(body).into_iter().map(|event| {
        let session = &event["properties"]["$session_id"];
        format!("{} {} {} {} {session}", event["event"], event["uuid"], event["timestamp"], event["offset"])
    });
    let inside = snapshots(body).map(|event| {
        let mut ids = Vec::new();
        node_ids(event, &mut ids);
        format!("{} {} {} {ids:?}", event["type"], event["timestamp"], event["data"]["source"])
    });
    around.chain(inside).collect()
}

fn node_ids<'a>(value: &'a Value, out: &mut Vec<(&'a str, u64)>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| node_ids(item, out)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value.as_u64()) {
                    ("id" | "parentId" | "nextId" | "previousId", Some(id)) => out.push((key, id)),
                    _ => node_ids(value, out),
                }
            }
        }
        _ => {}
    }
}

/// The texts of input events.
fn typed(body: &Value) -> impl Iterator<Item = &str> {
    snapshots(body)
        .filter(|event| event["type"] == 3 && event["data"]["source"] == 5)
        .filter_map(|event| event["data"]["text"].as_str())
}

/// Every text that reached the upstream: the decoded body, the target, the headers.
fn texts(body: &Value, received: &Recorded) -> BTreeSet<String> {
    let mut texts = deep_strings(body);
    texts.insert(received.target.clone());
    texts.extend(
        received.headers.values().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
    );
    assert!(!received.headers.contains_key("cookie"));
    texts
}
