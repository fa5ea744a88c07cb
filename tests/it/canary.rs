//! Secrets planted in every field, header, query and nested body are nowhere afterwards: not in
//! upstream bytes, logs at trace, metrics, audit or error replies.

use std::fmt::Write;
use std::path::Path;

use base64::Engine;
use serde_json::{Value, json};

use crate::hostile::{gz, packed};
use crate::support::decoded;
use crate::support::served::{Served, config};
use crate::support::upstream::Upstream;

/// Makes secrets that no two places share, so that a leak names its place.
#[derive(Default)]
pub(crate) struct Mint {
    made: Vec<(String, String)>,
}

impl Mint {
    fn make(&mut self, place: &str) -> String {
        let secret = format!("canary{}zq@leak.example.test", self.made.len());
        self.made.push((place.to_owned(), secret.clone()));
        secret
    }

    /// The places of the secrets that can be read in `text`.
    pub(crate) fn seen_in(&self, text: &str) -> Vec<&str> {
        let seen = |secret: &str| text.contains(secret) || text.contains(&secret.replace('@', "%40"));
        self.made.iter().filter(|(_, secret)| seen(secret)).map(|(place, _)| place.as_str()).collect()
    }
}

/// A replay event with a secret in every field that the grammar knows, and in some it does not.
fn snapshots(mint: &mut Mint, is_packed: bool) -> Vec<Value> {
    let mut m = |place: &str| mint.make(place);
    let node = json!({
        "type": 0, "id": 1, "childNodes": [
            {"type": 1, "name": m("doctype"), "publicId": m("publicId"), "systemId": "", "id": 2},
            {"type": 2, "tagName": "html", "id": 3, "attributes": {"lang": m("lang")}, "childNodes": [
                {"type": 2, "tagName": "style", "id": 4, "attributes": {"_cssText": format!(".a{{content:\"{}\"}}", m("css"))}, "childNodes": [
                    {"type": 3, "id": 5, "isStyle": true, "textContent": format!("/* {} */", m("css comment"))}]},
                {"type": 2, "tagName": "script", "id": 6, "attributes": {}, "childNodes": [
                    {"type": 3, "id": 7, "textContent": format!("var a='{}'", m("script"))}]},
                {"type": 2, "tagName": "input", "id": 8, "childNodes": [], "attributes": {
                    "type": "text", "value": m("value"), "placeholder": m("placeholder"), "name": m("name"), "data-x": m("data"),
                    "class": m("class"), "onclick": format!("f('{}')", m("onclick")), "style": format!("--a:{}", m("style"))}},
                {"type": 2, "tagName": "a", "id": 9, "attributes": {
                    "href": format!("https://x.example.test/{}?q={}#{}", m("path"), m("query"), m("fragment")),
                    "ping": format!("https://u:{}@x.example.test/", m("userinfo")), "title": m("title")},
                 "childNodes": [{"type": 3, "id": 10, "textContent": m("text")}, {"type": 5, "id": 11, "textContent": m("comment")}]},
                {"type": 2, "tagName": "iframe", "id": 12, "attributes": {"srcdoc": format!("<p>{}</p>", m("srcdoc"))}, "childNodes": []},
            ]}], "unknown": m("unknown node field")});
    let full = json!({"node": node, "initialOffset": {"top": 0, "left": 0}, "other": m("snapshot field")});
    let arrays = |m: &mut dyn FnMut(&str) -> String| {
        json!({
            "texts": [{"id": 10, "value": m("texts")}],
            "attributes": [{"id": 9, "attributes": {"title": m("attributes"), "style": {"color": m("style object")}}}],
            "removes": [],
            "adds": [{"parentId": 3, "nextId": null, "node": {"type": 3, "id": 20, "textContent": m("adds")}}],
        })
    };
    let mut mutation = arrays(&mut m);
    let mut full_event = json!({"type": 2, "timestamp": 2, "data": full});
    if is_packed {
        full_event["cv"] = "2024-10".into();
        full_event["data"] = packed(&gz(full_event["data"].to_string().as_bytes())).into();
        for (_, field) in mutation.as_object_mut().unwrap() {
            *field = packed(&gz(field.to_string().as_bytes())).into();
        }
    }
    mutation["source"] = 0.into();
    let mut mutation_event = json!({"type": 3, "timestamp": 3, "data": mutation});
    if is_packed {
        mutation_event["cv"] = "2024-10".into();
    }
    vec![
        json!({"type": 4, "timestamp": 1, "data": {"href": format!("https://x.example.test/?e={}", m("meta href")), "title": m("meta title"), "width": 1, "height": 1}}),
        full_event,
        mutation_event,
        json!({"type": 3, "timestamp": 4, "data": {"source": 5, "id": 8, "text": m("input"), "isChecked": false}}),
        json!({"type": 3, "timestamp": 4, "data": {"source": 5, "id": 999, "text": m("orphan input"), "isChecked": false}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 8, "id": 4, "adds": [{"rule": format!(".b{{content:'{}'}}", m("rule")), "index": 0}]}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 9, "id": 30, "type": 0, "commands": [{"property": "fillText", "args": [m("canvas"), 1, 2]}]}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 10, "family": m("family"), "fontSource": format!("url(https://f.example.test/{})", m("font"))}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 13, "id": 4, "index": [0], "set": {"property": "--a", "value": m("declaration")}}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 15, "id": 4, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": format!(".c{{content:\"{}\"}}", m("adopted"))}]}]}}),
        json!({"type": 3, "timestamp": 5, "data": {"source": 77, "x": [m("unknown source")]}}),
        json!({"type": 5, "timestamp": 6, "data": {"tag": m("tag"), "payload": {"a": m("custom"), m("custom key"): 1}}}),
        json!({"type": 6, "timestamp": 7, "data": {"plugin": "rrweb/console@1", "payload": {"level": "log", "trace": [format!("f (https://x.example.test/a.js?{}:1:2)", m("trace"))], "payload": [format!("\"{}\"", m("console"))]}}}),
        json!({"type": 6, "timestamp": 7, "data": {"plugin": "rrweb/network@1", "payload": {"requests": [{
            "name": format!("https://x.example.test/?t={}", m("network url")), "method": "POST", "status": 200,
            "requestHeaders": {"authorization": m("authorization"), "x-user": m("header")}, "responseHeaders": {"set-cookie": m("set-cookie")},
            "requestBody": json!({"a": {"b": m("request body")}}).to_string(), "responseBody": format!("a=1&b={}", m("response body").replace('@', "%40"))}]}}}),
        json!({"type": 7, "timestamp": 8, "data": {"url": format!("https://x.example.test/{}", m("asset"))}}),
        json!({"type": 88, "timestamp": 9, "data": m("unknown type"), "delay": m("delay"), "extra": m("event field")}),
    ]
}

pub(crate) fn replay(mint: &mut Mint, is_packed: bool) -> Value {
    let events = snapshots(mint, is_packed);
    let mut m = |place: &str| mint.make(place);
    json!([{
        "event": "$snapshot", "uuid": "019ac0de-1111-7111-8111-111111111111", "timestamp": m("timestamp"), "offset": 5,
        "$set": {"email": m("root $set")}, "unknown": {"a": [m("root field")]},
        "properties": {
            "token": "phc_canary", "distinct_id": m("distinct_id"), "$device_id": m("device_id"),
            "$session_id": "019ac0de-1111-7111-8111-222222222222", "$window_id": m("window_id"),
            "$lib": m("lib"), "$snapshot_host": m("host"), "$snapshot_data": events, m("property key"): 1,
        },
    }])
}

pub(crate) fn event(mint: &mut Mint) -> Value {
    let mut m = |place: &str| mint.make(place);
    json!({"api_key": "phc_canary", "sent_at": m("sent_at"), "batch": [{
    "event": m("event name"), "distinct_id": m("event distinct_id"), "uuid": m("event uuid"),
    "properties": {
        "$current_url": format!("https://x.example.test/{}", m("current_url")), "$ip": m("$ip"), "$set": {"name": m("$set")},
        "$elements_chain": format!("a.b:attr__href=\"https://x.example.test/?q={}\"text=\"{}\"nth-child=\"1\"", m("chain href"), m("chain text")),
        "$exception_list": [{"value": m("exception"), "stacktrace": {"frames": [{"context_line": m("frame")}]}}],
        "nested": json!({"a": json!({"b": m("json in json")}).to_string()}).to_string(),
    }}]})
}

fn flags(mint: &mut Mint) -> Value {
    let mut m = |place: &str| mint.make(place);
    json!({"token": "phc_canary", "distinct_id": m("flags distinct_id"), "person_properties": {"email": m("person"), "plan": "pro"},
        "group_properties": {"org": {"name": m("group")}}, "$anon_distinct_id": m("anon")})
}

/// All that an upstream was sent, decoded.
fn sent(upstream: &Upstream) -> String {
    let mut all = String::new();
    for request in upstream.recorded() {
        let _ = writeln!(all, "{} {}\n{:?}", request.method, request.target, request.headers);
        if !request.body.is_empty() {
            let body = decoded::opened(&decoded::body(&request.body));
            for text in decoded::deep_strings(&body) {
                all.push_str(&text);
                all.push('\n');
            }
        }
    }
    all
}

fn files(dir: &Path) -> String {
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default()
    };
    std::fs::read_dir(dir).unwrap().map(read).collect()
}

#[tokio::test]
async fn no_secret_leaves_by_any_channel() {
    let upstream = Upstream::start().await;
    let more = "[telemetry]\nlog_level = \"trace\"\nlog_format = \"json\"\n";
    let (dir, file) = config(&upstream.url(), more);
    let mut served = Served::start(&file);
    let (client, admin) = served.clients();
    let mut mint = Mint::default();
    let mut replies = String::new();
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let percent = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let mut requests: Vec<(String, String, Vec<u8>)> = Vec::new();
    for is_packed in [false, true] {
        let body = gz(replay(&mut mint, is_packed).to_string().as_bytes());
        requests.push(("POST".into(), format!("/s/?ver=1&_={}", mint.make("switch")), body));
    }
    requests.push(("POST".into(), "/batch/".into(), event(&mut mint).to_string().into_bytes()));
    requests.push((
        "POST".into(),
        "/i/v0/e/".into(),
        format!("data={}", percent(&base64(event(&mut mint).to_string().as_bytes()))).into_bytes(),
    ));
    requests.push(("GET".into(), format!("/e/?data={}", percent(&event(&mut mint).to_string())), Vec::new()));
    requests.push((
        "POST".into(),
        "/i/v1/analytics/events".into(),
        event(&mut mint).to_string().into_bytes(),
    ));
    requests.push(("POST".into(), "/flags/?v=2".into(), flags(&mut mint).to_string().into_bytes()));
    requests.push((
        "POST".into(),
        "/i/v1/logs?token=phc_canary".into(),
        json!({"resourceLogs": [{"a": mint.make("logs")}]}).to_string().into_bytes(),
    ));
    requests.push((
        "GET".into(),
        format!("/api/surveys/?token=phc_canary&distinct_id={}", mint.make("survey query")),
        Vec::new(),
    ));
    // What is refused says nothing of it either.
    requests.push(("POST".into(), "/s/".into(), format!("not json {}", mint.make("malformed")).into_bytes()));
    requests.push((
        "POST".into(),
        "/s/".into(),
        format!(r#"{{"{0}":1,"properties":{{}},"properties":{{}}}}"#, mint.make("duplicate")).into_bytes(),
    ));
    requests.push(("POST".into(), format!("/nowhere/{}", percent(&mint.make("path"))), Vec::new()));
    requests.push(("PUT".into(), "/s/".into(), mint.make("method").into_bytes()));
    let mut n_forwarded = 0;
    for (method, target, body) in requests {
        let headers = [
            ("content-type", "text/plain".to_owned()),
            ("cookie", format!("ph={}", mint.make("cookie"))),
            (
                "referer",
                format!(
                    "https://app.example.test/{}?x={}",
                    mint.make("referer path"),
                    mint.make("referer query")
                ),
            ),
            ("origin", "https://app.example.test".to_owned()),
            ("x-custom", mint.make("custom header")),
            ("accept-language", mint.make("language")),
            ("user-agent", format!("Mozilla/5.0 ({}) Chrome/156.0.0.0", mint.make("user agent"))),
            ("posthog-sdk-info", mint.make("sdk info")),
            ("x-forwarded-for", mint.make("forwarded for")),
        ];
        let headers: Vec<(&str, &str)> =
            headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let reply = client.send(&method, &target, &headers, body).await;
        n_forwarded += usize::from(reply.status == 200);
        let _ = writeln!(replies, "{:?} {}", reply.headers, reply.text());
    }
    assert_eq!(n_forwarded, 9, "{replies}");
    assert_eq!(upstream.recorded().len(), n_forwarded);
    let metrics = admin.get("/metrics").await;
    let (code, log) = served.end();
    assert_eq!(code, Some(0));
    let audit = files(&dir.path().join("audit"));
    assert!(
        audit.contains("forwarded")
            && log.contains("exchange finished")
            && metrics.text().contains("blackbar_")
    );
    let mut leaks = Vec::new();
    for (way, text) in [
        ("upstream", &*sent(&upstream)),
        ("reply", &*replies),
        ("metrics", metrics.text()),
        ("log", &*log),
        ("audit", &*audit),
    ] {
        leaks.extend(mint.seen_in(text).into_iter().map(|place| format!("{way}: {place}")));
    }
    assert!(leaks.is_empty(), "{} of {} secrets\n{}", leaks.len(), mint.made.len(), leaks.join("\n"));
}

#[test]
fn the_search_finds_a_secret_that_is_present() {
    let mut mint = Mint::default();
    let secret = mint.make("here");
    assert_eq!(mint.seen_in(&format!("a {} b", secret.replace('@', "%40"))), ["here"]);
}
