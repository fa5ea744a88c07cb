//! Warm-up: what a worker does before its first request, so that the first request does not pay for it.
//!
//! Automata and buffers are built on first use. Each active rule has examples of what it finds, so a
//! synthetic recording and a synthetic event that hold all of them go through the pipeline. Their
//! session store is thrown away, and nothing is forwarded.

use blackbar_core::endpoint::classify;
use blackbar_core::internals::{Codecs, Level};
use blackbar_core::pipeline::{self, Memory, Request, Workspace};
use blackbar_core::policy::Policy;
use blackbar_core::rules::Rule;
use blackbar_core::session::InMemoryWindows;
use serde_json::{Value, json};

/// Runs a synthetic recording and a synthetic event through the pipeline.
pub(crate) fn warm_up(policy: &Policy, scratch: &mut Workspace) {
    let sessions = InMemoryWindows::default();
    for (path, document) in [("/s/", recording(policy)), ("/i/v0/e/", event())] {
        let Ok(endpoint) = classify("POST", path) else { continue };
        let mut body = Vec::new();
        Codecs::default().gzip(document.to_string().as_bytes(), Level::Body, &mut body);
        let request = Request {
            endpoint,
            path,
            query: "compression=gzip-js",
            content_type: Some("text/plain"),
            content_encoding: None,
            bearer: None,
            headers: &[],
            body: &body,
        };
        // The result is ignored: a policy may legitimately reject this request.
        let _ = pipeline::run(&request, policy, Memory { store: &sessions, now_ms: 0 }, scratch);
    }
}

/// A page with an example of each rule, then incremental events on it.
fn recording(policy: &Policy) -> Value {
    let rules = policy.rules().rules().iter();
    let texts = rules.flat_map(Rule::example_texts);
    let mut ids = 10..;
    let mut id = || ids.next().unwrap_or_default();
    let text = |id: i32, text: &str| json!({ "type": 3, "id": id, "textContent": text });
    let paragraphs: Vec<Value> = texts
        .map(|words| {
            json!({ "type": 2, "id": id(), "tagName": "p", "attributes": { "class": "a b", "title": words },
            "childNodes": [text(id(), &words)] })
        })
        .collect();
    let style = json!({ "type": 2, "id": 4, "tagName": "style", "attributes": { "_cssText": CSS }, "childNodes": [] });
    let input = json!({ "type": 2, "id": 5, "tagName": "input", "childNodes": [],
        "attributes": { "type": "text", "name": "email", "value": "a@example.com" } });
    let link = json!({ "type": 2, "id": 6, "tagName": "a", "childNodes": [],
        "attributes": { "href": "https://example.com/a/b?mail=a%40example.com&n=1#top", "style": "color: red" } });
    let body = [vec![style, input, link], paragraphs].concat();
    let page = json!({ "type": 0, "id": 1, "childNodes": [{ "type": 2, "id": 2, "tagName": "html", "attributes": {},
        "childNodes": [{ "type": 2, "id": 3, "tagName": "body", "attributes": {}, "childNodes": body }] }] });
    let added = json!({ "parentId": 3, "nextId": null, "node": text(7, "Call 555-0100") });
    let added = json!([added]);
    let events = [
        json!({ "type": 4, "data": { "href": "https://example.com/?q=1", "width": 800, "height": 600 } }),
        json!({ "type": 2, "cv": "2024-10", "data": packed(&json!({ "node": page, "initialOffset": {} })) }),
        json!({ "type": 3, "cv": "2024-10", "data": { "source": 0, "texts": packed(&json!([])),
            "attributes": packed(&json!([{ "id": 6, "attributes": { "title": "a" } }])), "removes": packed(&json!([])),
            "adds": packed(&added) } }),
        json!({ "type": 3, "data": { "source": 5, "id": 5, "text": "a@example.com", "isChecked": false } }),
        json!({ "type": 3, "data": { "source": 1, "positions": [{ "x": 1, "y": 2, "id": 5, "timeOffset": 0 }] } }),
        json!({ "type": 6, "data": { "plugin": "rrweb/console@1",
            "payload": { "level": "log", "trace": ["at f (https://example.com/a.js:1:2)"], "payload": ["\"a@example.com\""] } } }),
        json!({ "type": 6, "data": { "plugin": "rrweb/network@1", "payload": { "requests": [{
            "name": "https://example.com/api?token=1", "requestHeaders": { "authorization": "Bearer abc" },
            "responseBody": "{\"email\":\"a@example.com\",\"n\":[1,2]}" }] } } }),
    ];
    json!([{ "event": "$snapshot", "properties": {
        "token": "warm", "distinct_id": "warm", "$session_id": "warm", "$window_id": "warm", "$snapshot_data": events } }])
}

const CSS: &str = ".a{background:url(https://example.com/a.png)}.b::after{content:\"a@example.com\"}";

/// A field as the SDK compresses it.
fn packed(value: &Value) -> String {
    let mut gzip = Vec::new();
    Codecs::default().gzip(value.to_string().as_bytes(), Level::Field, &mut gzip);
    gzip.into_iter().map(char::from).collect()
}

/// An ordinary event.
fn event() -> Value {
    json!([{ "event": "$pageview", "properties": { "token": "warm", "distinct_id": "a@example.com", "$ip": "192.0.2.1",
        "$current_url": "https://example.com/?mail=a%40example.com", "$set": { "name": "A. Person" },
        "$elements_chain": "a.b:text=\"Call 555-0100\"attr__href=\"/a\"" } }])
}
