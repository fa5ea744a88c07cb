//! The kinds of places that a peer lets through: each loses its text here, and it is counted where
//! it stood.
//!
//! One test a kind. What no rule can know (a bare name, a date without a word next to it) is tried
//! under `strict`, everything else under `rules`, so that nothing but a finding can explain it.

#![expect(clippy::needless_pass_by_value, reason = "values are written where they are passed")]

use std::sync::Arc;
use std::sync::OnceLock;

use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::Policy;
use blackbar_core::report::Surface;
use serde_json::Value;
use serde_json::json;

use crate::hostile::gz;
use crate::hostile::packed;
use crate::support::decoded;

const RULES: &str = "rules";
const STRICT: &str = "strict";

/// A text in its place: the preset, what is gone, the surface it is counted on, the event.
type Vector<'a> = (&'a str, &'a str, Surface, Value);

/// All packs under a preset.
fn policy(preset: &str) -> &'static Policy {
    static ALL: [OnceLock<Arc<Policy>>; 2] = [const { OnceLock::new() }; 2];
    ALL[usize::from(preset == STRICT)].get_or_init(|| {
        let config = format!("[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"{preset}\"");
        config::parse_redaction_only(&config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy
    })
}

/// Redacts a recording with `event` in it; `None` if it did not look as it should.
fn problems(preset: &str, secret: &str, surface: Surface, body: &[u8]) -> Option<String> {
    let out =
        document::redact(body, policy(preset), &mut Workspace::default()).unwrap_or_else(|e| panic!("{e}"));
    let opened = decoded::opened(&decoded::body(&out.bytes));
    let counted: Vec<_> =
        out.report.findings.iter().map(|((cause, on), n)| (cause.label(), *on, *n)).collect();
    if decoded::deep_strings(&opened).iter().any(|text| text.contains(secret)) {
        return Some(format!("{secret:?} is still there"));
    }
    (!counted.iter().any(|(_, on, n)| *on == surface && *n > 0))
        .then(|| format!("{secret:?} is not counted on {surface:?}: {counted:?}"))
}

/// The event as SDKs pack it, if they pack events of its kind.
fn packed_event(event: &Value) -> Option<Value> {
    let pack = |value: &Value| Value::from(packed(&gz(value.to_string().as_bytes())));
    let mut event = event.clone();
    let fields: &[&str] = match (event["type"].as_u64()?, event["data"]["source"].as_u64()) {
        (2, _) => &[],
        (3, Some(0)) => &["texts", "attributes", "removes", "adds"],
        (3, Some(8)) => &["adds", "removes"],
        _ => return None,
    };
    if fields.is_empty() {
        event["data"] = pack(&event["data"]);
    }
    for field in fields {
        if let Some(value) = event["data"].get_mut(*field) {
            *value = pack(value);
        }
    }
    event["cv"] = "2024-10".into();
    Some(event)
}

/// Tries each vector plain, packed, and in a body that is gzip.
#[track_caller]
fn check(vectors: &[Vector<'_>]) {
    let mut failures = Vec::new();
    for (preset, secret, surface, event) in vectors {
        let plain = json!([event]).to_string();
        assert!(
            decoded::deep_strings(&json!([event])).iter().any(|t| t.contains(secret)),
            "{secret} is not planted"
        );
        let mut forms = vec![("plain", plain.clone().into_bytes()), ("gzip", gz(plain.as_bytes()))];
        if let Some(event) = packed_event(event) {
            forms.push(("cv", json!([event]).to_string().into_bytes()));
        }
        for (form, body) in forms {
            failures.extend(
                problems(preset, secret, *surface, &body)
                    .map(|problem| format!("{form} {preset}: {problem}\n  {event}")),
            );
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// A snapshot of a page with one element in its body.
fn page(tag: &str, attributes: Value, text: Option<&str>) -> Value {
    let children: Vec<Value> =
        text.iter().map(|text| json!({"type": 3, "textContent": text, "id": 6})).collect();
    let element =
        json!({"type": 2, "tagName": tag, "attributes": attributes, "id": 5, "childNodes": children});
    let body = json!({"type": 2, "tagName": "body", "attributes": {}, "id": 4, "childNodes": [element]});
    let html = json!({"type": 2, "tagName": "html", "attributes": {}, "id": 3, "childNodes": [body]});
    let node = json!({"type": 0, "id": 1, "childNodes": [{"type": 1, "name": "html", "publicId": "", "systemId": "", "id": 2}, html]});
    json!({"type": 2, "timestamp": 1_700_000_000_000_u64, "data": {"node": node, "initialOffset": {"top": 0, "left": 0}}})
}

fn attribute(tag: &str, name: &str, value: &str) -> Value {
    page(tag, json!({name: value}), None)
}

fn incremental(data: Value) -> Value {
    json!({"type": 3, "timestamp": 1_700_000_000_001_u64, "data": data})
}

fn mutated(attributes: Value) -> Value {
    incremental(
        json!({"source": 0, "texts": [], "removes": [], "adds": [], "attributes": [{"id": 5, "attributes": attributes}]}),
    )
}

fn custom(payload: Value) -> Value {
    json!({"type": 5, "timestamp": 1_700_000_000_001_u64, "data": {"tag": "state", "payload": payload}})
}

fn network(request: Value) -> Value {
    json!({"type": 6, "timestamp": 1_700_000_000_001_u64, "data": {"plugin": "rrweb/network@1", "payload": {"requests": [request]}}})
}

fn meta(data: Value) -> Value {
    json!({"type": 4, "timestamp": 1_700_000_000_000_u64, "data": data})
}

const MAIL: &str = "jane.testperson@example.test";

#[test]
fn unlisted_attributes_are_redacted() {
    let by_rules = |tag, name: &str, value: &str, secret| {
        (RULES, secret, Surface::Attribute, attribute(tag, name, value))
    };
    check(&[
        by_rules("iframe", "srcdoc", &format!("<p>Jane Testperson {MAIL}</p>"), MAIL),
        by_rules("meta", "content", MAIL, MAIL),
        by_rules("input", "name", MAIL, MAIL),
        by_rules("div", "id", &format!("row-{MAIL}"), MAIL),
        by_rules("div", "class", &format!("row {MAIL}"), MAIL),
        by_rules("label", "for", MAIL, MAIL),
        by_rules("input", "list", MAIL, MAIL),
        by_rules("input", "form", MAIL, MAIL),
        by_rules("input", "pattern", MAIL, MAIL),
        by_rules("th", "abbr", MAIL, MAIL),
        by_rules("button", "onclick", "pay('4111111111111111')", "4111111111111111"),
        by_rules("x-card", "holder", "4111 1111 1111 1111", "4111 1111 1111 1111"),
        (STRICT, "1980-01-02", Surface::Attribute, attribute("time", "datetime", "1980-01-02")),
        (STRICT, "Jane Testperson", Surface::Attribute, attribute("x-card", "holder", "Jane Testperson")),
        (RULES, MAIL, Surface::Attribute, mutated(json!({"srcdoc": format!("<p>{MAIL}</p>")}))),
        (RULES, MAIL, Surface::Attribute, mutated(json!({"for": MAIL}))),
    ]);
}

#[test]
fn data_attributes_of_a_single_token() {
    check(&[
        (RULES, "4111111111111111", Surface::Attribute, attribute("div", "data-id", "4111111111111111")),
        (RULES, "078-05-1120", Surface::Attribute, attribute("div", "data-ssn", "078-05-1120")),
        (STRICT, "1234567890123", Surface::Attribute, attribute("div", "data-id", "1234567890123")),
        (STRICT, "jsmith", Surface::Attribute, attribute("div", "data-x", "jsmith")),
    ]);
}

#[test]
fn script_text() {
    let script = format!("window.user={{name:'Jane Testperson',email:'{MAIL}'}}");
    let linked = format!(r#"{{"@type":"Person","email":"{MAIL}"}}"#);
    check(&[
        (RULES, MAIL, Surface::Text, page("script", json!({}), Some(&script))),
        (RULES, "Jane Testperson", Surface::Text, page("script", json!({}), Some(&script))),
        (RULES, MAIL, Surface::Text, page("script", json!({"type": "application/ld+json"}), Some(&linked))),
    ]);
}

#[test]
fn css_content() {
    let rule = r#".a::before{content:"Jane 078-05-1120"}"#;
    let adopted = json!({"source": 15, "id": 1, "styleIds": [1], "styles": [{"styleId": 1, "rules": [{"rule": rule, "index": 0}]}]});
    let added = json!({"source": 8, "id": 5, "adds": [{"rule": rule, "index": 0}]});
    let declared = json!({"source": 13, "id": 5, "index": [0], "set": {"property": "content", "value": "\"078-05-1120\""}});
    check(&[
        (RULES, "078-05-1120", Surface::Css, attribute("link", "_cssText", rule)),
        (RULES, "078-05-1120", Surface::Css, page("style", json!({}), Some(rule))),
        (RULES, "078-05-1120", Surface::Css, incremental(adopted)),
        (RULES, "078-05-1120", Surface::Css, incremental(added)),
        (RULES, "078-05-1120", Surface::Css, incremental(declared)),
    ]);
}

#[test]
fn json_numbers() {
    check(&[
        (RULES, "78051120", Surface::Custom, custom(json!({"ssn": 78_051_120}))),
        (RULES, "4111111111111111", Surface::Custom, custom(json!({"a": [4_111_111_111_111_111_u64]}))),
        (
            RULES,
            "4111111111111111",
            Surface::Network,
            network(json!({"responseBody": r#"{"pan":4111111111111111}"#})),
        ),
        (
            RULES,
            "4111111111111111",
            Surface::Attribute,
            page("div", json!({"data-n": 4_111_111_111_111_111_u64}), None),
        ),
    ]);
}

#[test]
fn object_keys() {
    check(&[
        (RULES, MAIL, Surface::Key, custom(json!({MAIL: true}))),
        (RULES, MAIL, Surface::Key, page("div", json!({MAIL: ""}), None)),
        (RULES, MAIL, Surface::Key, network(json!({"responseBody": json!({MAIL: 1}).to_string()}))),
    ]);
}

#[test]
fn fonts_and_legacy_logs() {
    let font = json!({"source": 10, "family": "x", "buffer": false, "fontSource": format!("url(https://cdn.example.test/{MAIL}.woff2)")});
    let family = json!({"source": 10, "family": MAIL, "buffer": false, "fontSource": "url(a)"});
    let log = json!({"source": 11, "level": "log", "trace": [], "payload": [format!("\"{MAIL}\"")]});
    check(&[
        (RULES, MAIL, Surface::Url, incremental(font)),
        (RULES, MAIL, Surface::Unknown, incremental(family)),
        (RULES, MAIL, Surface::Console, incremental(log)),
    ]);
}

#[test]
fn style_objects_of_mutations() {
    let url = format!("url(https://cdn.example.test/{MAIL}.png)");
    check(&[
        (RULES, MAIL, Surface::Css, mutated(json!({"style": {"background-image": url}}))),
        (RULES, MAIL, Surface::Css, mutated(json!({"style": {"background-image": [url, "important"]}}))),
    ]);
}

#[test]
fn meta_titles_and_addresses() {
    let href = |href: &str| meta(json!({"href": href, "width": 1, "height": 1}));
    check(&[
        (
            RULES,
            MAIL,
            Surface::Meta,
            meta(json!({"href": "https://a.example.test/", "title": format!("{MAIL} - Example")})),
        ),
        (
            STRICT,
            "Jane Testperson",
            Surface::Meta,
            meta(json!({"href": "https://a.example.test/", "title": "Jane Testperson - Example"})),
        ),
        (RULES, MAIL, Surface::Url, href(&format!("https://a.example.test/u/{MAIL}"))),
        (RULES, "4111111111111111", Surface::Url, href("https://4111111111111111.example.test/")),
    ]);
}

#[test]
fn the_url_of_a_network_request() {
    let to = |url: &str| network(json!({"url": url, "method": "GET", "status": 200}));
    check(&[
        (RULES, MAIL, Surface::Url, to(&format!("https://api.example.test/u/{MAIL}"))),
        (
            RULES,
            MAIL,
            Surface::Url,
            to(&format!("https://api.example.test/u?m={}", MAIL.replace('@', "%40"))),
        ),
        (STRICT, "Jane", Surface::Url, to("https://api.example.test/u?first_name=Jane")),
    ]);
}

#[test]
fn unknown_event_types() {
    let event = |data: Value| json!({"type": 99, "timestamp": 1_700_000_000_001_u64, "data": data});
    check(&[
        (RULES, MAIL, Surface::Unknown, event(json!({"a": [MAIL]}))),
        (RULES, MAIL, Surface::Unknown, event(json!(MAIL))),
        (RULES, MAIL, Surface::Unknown, incremental(json!({"source": 99, "a": {"b": MAIL}}))),
        (
            RULES,
            MAIL,
            Surface::Unknown,
            json!({"type": 6, "timestamp": 1, "data": {"plugin": "x/y@1", "payload": MAIL}}),
        ),
    ]);
}

#[test]
fn names_that_are_common_words() {
    check(&[
        (STRICT, "May", Surface::Text, page("p", json!({}), Some("Mark May"))),
        (STRICT, "Mark", Surface::Text, page("p", json!({}), Some("Mark May"))),
        (RULES, "Mark May", Surface::Custom, custom(json!({"full_name": "Mark May"}))),
    ]);
}

#[test]
fn mobile_wireframes() {
    let frame = |mut wireframe: Value| {
        for (key, value) in [("id", 100), ("x", 1), ("y", 2), ("width", 3), ("height", 4)] {
            wireframe[key] = value.into();
        }
        wireframe
    };
    let full = |wireframe: Value| json!({"type": 2, "timestamp": 1, "data": {"initialOffset": {"top": 0, "left": 0}, "wireframes": [frame(wireframe)]}});
    let update = |wireframe: Value| {
        incremental(json!({"source": 0, "updates": [{"parentId": 1, "wireframe": frame(wireframe)}]}))
    };
    const PIXEL: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let ssn = "Jane Testperson 078-05-1120";
    check(&[
        (RULES, "078-05-1120", Surface::Wireframe, full(json!({"type": "text", "text": ssn}))),
        (
            RULES,
            "078-05-1120",
            Surface::Wireframe,
            full(json!({"type": "input", "inputType": "text", "value": ssn})),
        ),
        (RULES, "078-05-1120", Surface::Wireframe, full(json!({"type": "placeholder", "label": ssn}))),
        (
            RULES,
            "078-05-1120",
            Surface::Wireframe,
            full(json!({"type": "input", "inputType": "select", "options": [ssn]})),
        ),
        (
            RULES,
            MAIL,
            Surface::Url,
            full(json!({"type": "web_view", "url": format!("https://a.example.test/{MAIL}")})),
        ),
        (
            RULES,
            "078-05-1120",
            Surface::Wireframe,
            full(json!({"type": "div", "childWireframes": [frame(json!({"type": "text", "text": ssn}))]})),
        ),
        (RULES, "078-05-1120", Surface::Wireframe, update(json!({"type": "text", "text": ssn}))),
        (STRICT, "Jane Testperson", Surface::Wireframe, update(json!({"type": "text", "text": ssn}))),
        (STRICT, &PIXEL[40..], Surface::Image, full(json!({"type": "image", "base64": PIXEL}))),
    ]);
}
