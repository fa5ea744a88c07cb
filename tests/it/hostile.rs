//! Hostile bodies: refused with a status and code of their own, nothing passed on, nothing echoed.

use blackbar::config;
use blackbar_core::endpoint::classify;
use blackbar_core::internals::{Codecs, Level};
use blackbar_core::pipeline::{self, Memory, Redacted, Refusal, Request, Workspace};
use blackbar_core::session::InMemoryWindows;
use serde_json::json;

use crate::support::decoded;
use crate::support::harness::Harness;

pub(crate) const CANARY: &str = "canary-4f1d@leak.example.test";

pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    Codecs::default().gzip(bytes, Level::Body, &mut out);
    out
}

/// Bytes as the SDK writes them into a JSON string.
pub(crate) fn packed(bytes: &[u8]) -> String {
    bytes.iter().map(|&b| char::from(b)).collect()
}

fn run(body: &[u8]) -> Result<Redacted, Refusal> {
    run_with("", body)
}

fn run_with(query: &str, body: &[u8]) -> Result<Redacted, Refusal> {
    let policy = config::parse_redaction_only("[rules]\npacks = [\"all\"]", "defaults")
        .unwrap_or_else(|e| panic!("{e}"))
        .policy
        .policy;
    let request = Request {
        endpoint: classify("POST", "/s/").unwrap(),
        path: "/s/",
        query,
        content_type: Some("text/plain"),
        content_encoding: None,
        bearer: None,
        headers: &[],
        body,
    };
    let sessions = InMemoryWindows::default();
    let memory = Memory { store: &sessions, now_ms: 0 };
    pipeline::run(&request, &policy, memory, &mut Workspace::default())
}

#[track_caller]
fn refused(body: &[u8], status: u16, code: &str) {
    let refusal = run(body).err().expect("the body is refused");
    assert_eq!((refusal.status(), refusal.code()), (status, code));
    assert!(!refusal.to_string().contains("leak") && !format!("{refusal:?}").contains("leak"));
}

/// A replay body around one rrweb event.
pub(crate) fn replay(event: &serde_json::Value) -> String {
    json!([{
        "event": "$snapshot",
        "uuid": "019ac0de-1111-7111-8111-111111111111",
        "properties": {
            "token": "phc_test", "distinct_id": "d", "$session_id": "019ac0de-1111-7111-8111-222222222222",
            "$snapshot_data": [event],
        },
    }])
    .to_string()
}

#[test]
fn refuses_truncated_and_corrupt_gzip() {
    let whole =
        gz(replay(&json!({"type": 5, "timestamp": 1, "data": {"tag": "t", "payload": CANARY}})).as_bytes());
    refused(&whole[..whole.len() / 2], 400, "corrupt_compression");
    let mut flipped = whole;
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xff;
    refused(&flipped, 400, "corrupt_compression");
}

#[test]
fn refuses_decompression_bombs_in_bodies_and_fields() {
    refused(&gz(&vec![b' '; 65 << 20]), 413, "inflates_too_large");
    let bomb = packed(&gz(&vec![b' '; 65 << 20]));
    let event = json!({"type": 2, "timestamp": 1, "cv": "2024-10", "data": bomb});
    refused(&gz(replay(&event).as_bytes()), 413, "field_too_large");
    // Many fields, each within its limit, together beyond the budget of a body.
    let part = packed(&gz(format!("[{}]", " ".repeat(60 << 20)).as_bytes()));
    let many: Vec<_> =
        (0..6).map(|i| json!({"type": 2, "timestamp": i, "cv": "2024-10", "data": part})).collect();
    let body = replay(&json!(null)).replace("[null]", &serde_json::to_string(&many).unwrap());
    refused(&gz(body.as_bytes()), 413, "field_too_large");
}

#[test]
fn refuses_nesting_past_the_limit_only() {
    let nested = |n: usize| format!("{}\"{CANARY}\"{}", "[".repeat(n), "]".repeat(n));
    let body = |n: usize| format!(r#"[{{"event":"x","properties":{{"token":"phc_t","a":{}}}}}]"#, nested(n));
    refused(body(1025).as_bytes(), 400, "too_deep");
    refused(body(100_000).as_bytes(), 400, "too_deep");
    let out = run(body(1024 - 3).as_bytes()).unwrap();
    assert!(!decoded::body(&out.body).to_string().contains(CANARY));
}

#[test]
fn refuses_bodies_that_are_not_utf8_or_not_json() {
    refused(b"", 400, "empty_body");
    refused(b"[\"\xff\xfe\"]", 400, "invalid_utf8");
    refused(&gz(b"[{\"a\":\"\xc3\x28\"}]"), 400, "invalid_utf8");
    refused(format!("[\"{CANARY}\"").as_bytes(), 400, "malformed_json");
    refused(CANARY.to_string().as_bytes(), 400, "malformed_json");
    refused(format!("[\"{CANARY}\"] trailing").as_bytes(), 400, "malformed_json");
}

#[test]
fn withholds_events_with_unknown_field_packing() {
    let cases = [
        json!({"type": 2, "timestamp": 7, "cv": "2099-01", "data": CANARY}),
        json!({"type": 2, "timestamp": 7, "cv": 17, "data": CANARY}),
        json!({"type": 2, "timestamp": 7, "cv": "2024-10", "data": CANARY}),
        json!({"type": 2, "timestamp": 7, "cv": "2024-10", "data": "\u{1f}\u{8b}\u{8}garbage"}),
        json!({"type": 2, "timestamp": 7, "cv": "2024-10", "data": packed(&gz(b"not json"))}),
        json!({"type": 3, "timestamp": 7, "cv": "2024-10", "data": {"source": 0, "texts": CANARY, "adds": "", "removes": "", "attributes": ""}}),
        json!({"type": 2, "timestamp": 7, "cv": "2024-10", "data": packed(&gz(&vec![b'['; 2000]))}),
    ];
    for event in cases {
        let out = run(replay(&event).as_bytes()).unwrap_or_else(|e| panic!("{event}: {e}"));
        let body = decoded::body(&out.body);
        let kept = &body[0]["properties"]["$snapshot_data"][0];
        assert_eq!(kept["data"]["tag"], "blackbar/withheld", "{event}");
        assert_eq!(kept["timestamp"], 7);
        assert!(!body.to_string().contains("leak"));
        assert_eq!(out.report.n_findings(), 1);
    }
}

#[test]
fn redacts_wrong_types_in_typed_fields() {
    let c = CANARY;
    let cases = [
        json!({"type": c, "timestamp": c, "data": {"source": c, "text": c}}),
        json!({"type": 3, "timestamp": {"a": c}, "delay": c, "data": {"source": 0, "texts": c, "adds": {"x": c}, "removes": [c], "attributes": [c]}}),
        json!({"type": 3, "timestamp": 1, "data": {"source": 0, "texts": [{"id": c, "value": [c]}, c], "adds": [{"parentId": c, "nextId": [c], "node": c}]}}),
        json!({"type": 3, "timestamp": 1, "data": {"source": 0, "adds": [{"node": {"type": c, "id": c, "tagName": [c], "attributes": [c], "childNodes": c, "isShadow": c}}]}}),
        json!({"type": 3, "timestamp": 1, "data": {"source": 5, "id": c, "text": [c], "isChecked": c}}),
        json!({"type": 3, "timestamp": 1, "data": {"source": 1, "positions": [{"x": c, "id": [c]}]}}),
        json!({"type": 3, "timestamp": 1, "data": {"source": 9, "commands": c, "args": {"a": c}}}),
        json!({"type": 2, "timestamp": 1, "data": c}),
        json!({"type": 2, "timestamp": 1, "data": {"node": [c], "wireframes": c, "initialOffset": c}}),
        json!({"type": 6, "timestamp": 1, "data": {"plugin": c, "payload": c}}),
        json!({"type": 6, "timestamp": 1, "data": [c]}),
        json!(c),
        json!([c]),
        json!([[c]]),
    ];
    for event in cases {
        let out = run(replay(&event).as_bytes()).unwrap_or_else(|e| panic!("{event}: {e}"));
        let text = decoded::body(&out.body).to_string();
        assert!(!text.contains("leak.example"), "{event}\n{text}");
    }
}

#[test]
fn refuses_duplicate_routing_keys_and_redacts_both_of_other_duplicates() {
    for body in [
        r#"[{"event":"$snapshot","properties":{"token":"phc_t","$snapshot_data":[{"type":2,"t\u0079pe":3,"data":{}}]}}]"#,
        r#"[{"event":"$snapshot","properties":{"token":"phc_t","$snapshot_data":[],"$snapshot_d\u0061ta":[]}}]"#,
        r#"[{"event":"x","properties":{},"properti\u0065s":{}}]"#,
        r#"{"batch":[],"batch":[]}"#,
    ] {
        refused(body.as_bytes(), 400, "duplicate_key");
    }
    let both =
        format!(r#"[{{"event":"x","properties":{{"token":"phc_t","a":"{CANARY}","a":"x {CANARY}"}}}}]"#);
    let out = run(both.as_bytes()).unwrap();
    let plain = decoded::gunzip(&out.body).unwrap();
    assert!(!String::from_utf8(plain).unwrap().contains("leak.example"));
}

#[test]
fn refuses_a_body_that_names_two_projects() {
    let body =
        r#"[{"event":"a","properties":{"token":"phc_one"}},{"event":"a","properties":{"token":"phc_two"}}]"#;
    refused(body.as_bytes(), 400, "several_projects");
}

#[test]
fn returns_an_unchanged_gzip_body_byte_for_byte() {
    let body = gz(replay(&json!({"type": 4, "timestamp": 1, "data": {"href": "https://example.test/", "width": 1, "height": 2}})).as_bytes());
    let out = run(&body).unwrap();
    assert!(!out.report.changed);
    assert_eq!(out.body, body);
}

#[test]
fn lookalikes_of_tokens_and_switches_are_still_redacted() {
    let node = json!({"type": 0, "id": 1, "childNodes": [{"type": 2, "tagName": "input", "id": 2, "childNodes": [],
        "attributes": {"type": "password", "value": "phc_Jane_1987"}}]});
    let event =
        json!({"type": 2, "timestamp": 1, "data": {"node": node, "initialOffset": {"top": 0, "left": 0}}});
    let out = run(replay(&event).as_bytes()).unwrap();
    assert!(!decoded::body(&out.body).to_string().contains("Jane"));
    for query in
        ["ip=203.0.113.9", "_=4111111111111111", "ver=4111.1111.1111.1111", "v=jane@leak.example.test"]
    {
        let (_, value) = query.split_once('=').unwrap();
        let out =
            run_with(query, replay(&json!({"type": 5, "timestamp": 1, "data": {}})).as_bytes()).unwrap();
        assert!(!out.query.contains(value), "{query}");
    }
    let kept = "ip=0&_=1764000000123&ver=1.449.2&v=2";
    assert_eq!(
        run_with(kept, replay(&json!({"type": 5, "timestamp": 1, "data": {}})).as_bytes()).unwrap().query,
        kept
    );
}

#[tokio::test]
async fn an_oversized_body_is_refused_and_the_next_request_is_served() {
    let proxy = Harness::start().await;
    let reply = proxy.client.post("/s/", vec![b' '; 26 << 20]).await;
    assert_eq!((reply.status.as_u16(), reply.code().as_str()), (413, "body_too_large"));
    proxy.assert_nothing_was_sent();
    let event = json!({"type": 5, "timestamp": 1, "data": {"tag": "t", "payload": CANARY}});
    let body = replay(&event).replace("phc_test", "phc_eu");
    assert_eq!(proxy.client.post("/s/", body).await.status, 200);
    assert!(!decoded::body(&proxy.eu.only().body).to_string().contains(CANARY));
}

#[test]
fn an_event_cannot_address_another_sessions_window() {
    let config = "[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"rules\"";
    let policy = config::parse_redaction_only(config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy;
    let sessions = InMemoryWindows::default();
    let send = |session: &str, event: &serde_json::Value| {
        let body = replay(event).replace("019ac0de-1111-7111-8111-222222222222", session);
        let request = Request {
            endpoint: classify("POST", "/s/").unwrap(),
            path: "/s/",
            query: "",
            content_type: None,
            content_encoding: None,
            bearer: None,
            headers: &[],
            body: body.as_bytes(),
        };
        let memory = Memory { store: &sessions, now_ms: 0 };
        let out = pipeline::run(&request, &policy, memory, &mut Workspace::default()).unwrap();
        decoded::body(&out.body).to_string()
    };
    let field = json!({"type": 2, "id": 8, "tagName": "input", "childNodes": [], "attributes": {"type": "text", "name": "q"}});
    let node = json!({"type": 0, "id": 1, "childNodes": [field]});
    let page = json!({"type": 2, "timestamp": 1, "windowId": "w", "data": {"node": node, "initialOffset": {"top": 0, "left": 0}}});
    let typed = json!({"type": 3, "timestamp": 2, "windowId": "w", "data": {"source": 5, "id": 8, "text": "hunter two", "isChecked": false}});
    send("session-a", &page);
    assert!(send("session-a", &typed).contains("hunter two"), "a plain field of this session");
    assert!(!send("session-b", &typed).contains("hunter two"), "a field that this session has not shown");
}
