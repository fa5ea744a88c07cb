//! One fixture per surface: secrets are gone, everything else stays, and the structure is unchanged.

use std::path::Path;

use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use serde_json::Value;
use serde_json::json;

use crate::hostile::gz;
use crate::hostile::packed;
use crate::support::decoded;
use crate::support::harness::Harness;
use crate::support::harness::Setup;

/// Fixtures for features that are not built yet. A fixture that passes must not be listed.
const GAPS: &[&str] = &[];

fn dir() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures"))
}

fn list<'a>(fixture: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    fixture[key].as_array().into_iter().flatten()
}

/// All problems of one redacted fixture.
fn problems(fixture: &Value, original: &[u8], redacted: &[u8]) -> Vec<String> {
    let (before, after) =
        (decoded::opened(&decoded::body(original)), decoded::opened(&decoded::body(redacted)));
    let pretty = pretty(&after);
    let text = format!("{pretty}\n{}", pretty.replace("\\\"", "\""));
    let mut found = Vec::new();
    let word = |v: &Value| v.as_str().unwrap().to_owned();
    found.extend(
        list(fixture, "must_not_survive")
            .map(word)
            .filter(|w| text.contains(w))
            .map(|w| format!("leaks {w:?}")),
    );
    found.extend(
        list(fixture, "must_survive").map(word).filter(|w| !text.contains(w)).map(|w| format!("lost {w:?}")),
    );
    for at in list(fixture, "must_not_survive_at") {
        if after.pointer(at["pointer"].as_str().unwrap()) == Some(&at["value"]) {
            found.push(format!("leaks at {at}"));
        }
    }
    for concat in list(fixture, "must_not_survive_concat") {
        if reading::text(&after, concat).contains(concat["value"].as_str().unwrap()) {
            found.push(format!("leaks across nodes {concat}"));
        }
    }
    let deep = decoded::deep_strings(&after);
    for encoded in list(fixture, "encoded_forms_must_not_survive") {
        let plain = encoded["plain"].as_str().unwrap();
        if deep.iter().any(|text| text.contains(plain)) {
            found.push(format!("leaks encoded {encoded}"));
        }
    }
    if fixture["kind"].as_str().unwrap().ends_with("events") {
        shape(&before, &after, "", &mut found);
    }
    found
}

/// Printed like Python with an indent of one, from which the substrings of the manifest are taken.
fn pretty(value: &Value) -> String {
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    serde::Serialize::serialize(value, &mut serializer).unwrap();
    String::from_utf8(out).unwrap()
}

/// Checks that types, lengths and structural fields are unchanged.
fn shape(before: &Value, after: &Value, path: &str, found: &mut Vec<String>) {
    const KEPT: &[&str] = &[
        "id",
        "type",
        "tagName",
        "parentId",
        "nextId",
        "previousId",
        "rootId",
        "isShadow",
        "isShadowHost",
        "isSVG",
        "isStyle",
        "source",
        "timestamp",
        "x",
        "y",
        "timeOffset",
        "index",
        "styleId",
        "styleIds",
        "width",
        "height",
        "startOffset",
        "endOffset",
        "isChecked",
        "pointerType",
        "plugin",
        "property",
        "rr_type",
        "isAttachIframe",
        "cv",
    ];
    let inner = ["/payload", "/attributes", "/properties/"].iter().any(|s| path.contains(s));
    match (before, after) {
        (Value::Object(a), Value::Object(b)) => {
            for (key, value) in a {
                let at = format!("{path}/{key}");
                match b.get(key) {
                    Some(other) => {
                        if KEPT.contains(&key.as_str())
                            && !inner
                            && !value.is_object()
                            && !value.is_array()
                            && value != other
                        {
                            found.push(format!("{at} changed"));
                        }
                        shape(value, other, &at, found);
                    }
                    None if KEPT.contains(&key.as_str()) && !inner => found.push(format!("{at} is gone")),
                    None => {}
                }
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            if a.len() != b.len() {
                found.push(format!("{path}: {} items became {}", a.len(), b.len()));
            }
            a.iter().zip(b).enumerate().for_each(|(i, (a, b))| shape(a, b, &format!("{path}/{i}"), found));
        }
        _ if std::mem::discriminant(before) != std::mem::discriminant(after) => {
            found.push(format!("{path}: another type"));
        }
        _ => {}
    }
}

#[test]
fn every_fixture_loses_its_secrets_and_keeps_the_rest() {
    let policy = config::load_redaction_only(&dir().join("fixtures.toml"))
        .unwrap_or_else(|e| panic!("{e}"))
        .policy
        .policy;
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(dir().join("MANIFEST.json")).unwrap()).unwrap();
    let mut failures = Vec::new();
    let mut scratch = Workspace::default();
    for fixture in list(&manifest, "fixtures") {
        let name = fixture["file"].as_str().unwrap();
        let original = std::fs::read(dir().join(name)).unwrap();
        let redacted =
            document::redact(&original, &policy, &mut scratch).unwrap_or_else(|e| panic!("{name}: {e}"));
        let found = problems(fixture, &original, &redacted.bytes);
        match (found.is_empty(), GAPS.contains(&name)) {
            (true, false) | (false, true) => {}
            (true, true) => failures.push(format!("{name} passes now: take it off the list of gaps")),
            (false, false) => {
                failures.push(format!("{name} [{}]: {found:?}", fixture["detection"].as_str().unwrap()));
            }
        }
        let again = document::redact(&redacted.bytes, &policy, &mut scratch).unwrap();
        if again.bytes != redacted.bytes {
            failures.push(format!("{name}: redacting twice changes it"));
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// The events of a fixture as the SDK sends them: in an envelope, packed or not.
fn enveloped(fixture: &Value, events: &Value, is_packed: bool) -> Value {
    let mut events = events.clone();
    if is_packed {
        events.as_array_mut().unwrap().iter_mut().for_each(pack);
    }
    // A session of its own each: a window must not know what another fixture showed.
    let session = format!("{}-{is_packed}", fixture["file"].as_str().unwrap().trim_end_matches(".json"));
    let source = if fixture["kind"] == "mobile-events" { "mobile" } else { "web" };
    json!([{
        "event": "$snapshot",
        "uuid": "019ac0de-1111-7111-8111-111111111111",
        "properties": {
            "token": "phc_eu", "distinct_id": "d", "$session_id": session,
            "$window_id": "019ac0de-1111-7111-8111-333333333333", "$snapshot_source": source, "$snapshot_data": events,
        },
    }])
}

/// Packs the fields that the SDK packs.
fn pack(event: &mut Value) {
    let packed = |value: &Value| Value::from(packed(&gz(value.to_string().as_bytes())));
    let fields: &[&str] = match (event["type"].as_u64(), event["data"]["source"].as_u64()) {
        (Some(2), _) => {
            event["data"] = packed(&event["data"]);
            &[]
        }
        (Some(3), Some(0)) => &["texts", "attributes", "removes", "adds"],
        (Some(3), Some(8)) => &["adds", "removes"],
        _ => return,
    };
    for field in fields {
        if let Some(value) = event["data"].get_mut(*field) {
            *value = packed(value);
        }
    }
    event["cv"] = "2024-10".into();
}

#[tokio::test]
async fn every_fixture_is_redacted_through_the_proxy_plain_and_packed() {
    const REDACTION: &str = r#"
text = "rules"
inputs = "rules"
attributes = "rules"
images = "placeholder"
canvas = "mask"
[[redaction.selector]]
css = ".ph-mask, [data-private]"
treat = "mask"
[[redaction.selector]]
css = ".ph-no-capture"
treat = "block"
"#;
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(dir().join("MANIFEST.json")).unwrap()).unwrap();
    let mut failures = Vec::new();
    let proxy = Harness::with(Setup { rules: Some(""), redaction: REDACTION, ..Setup::default() }).await;
    for is_packed in [false, true] {
        for fixture in list(&manifest, "fixtures").filter(|f| f["kind"].as_str().unwrap().ends_with("events"))
        {
            let name = fixture["file"].as_str().unwrap();
            let events = decoded::body(&std::fs::read(dir().join(name)).unwrap());
            let sent = enveloped(fixture, &events, is_packed);
            let reply = proxy.client.post("/s/", gz(sent.to_string().as_bytes())).await;
            assert_eq!(reply.status, 200, "{name}: {}", reply.text());
            let last = proxy.eu.recorded().pop().unwrap();
            let received = decoded::body(&last.body)[0]["properties"]["$snapshot_data"].take();
            let found = problems(fixture, events.to_string().as_bytes(), received.to_string().as_bytes());
            let found: Vec<&String> = found.iter().filter(|f| !(is_packed && f.contains("/cv "))).collect();
            if !found.is_empty() {
                failures.push(format!("{name} packed {is_packed}: {found:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

/// The text of a container as a reader sees it after all events were played.
mod reading {
    use std::collections::HashMap;

    use serde_json::Value;

    #[derive(Default)]
    struct Page {
        texts: HashMap<u64, String>,
        children: HashMap<u64, Vec<u64>>,
    }

    impl Page {
        fn add(&mut self, node: &Value, parent: u64, next: Option<u64>) {
            let id = node["id"].as_u64().unwrap();
            if node["type"] == 3 {
                self.texts.insert(id, node["textContent"].as_str().unwrap_or("").to_owned());
            }
            let siblings = self.children.entry(parent).or_default();
            let at = next.and_then(|next| siblings.iter().position(|s| *s == next)).unwrap_or(siblings.len());
            siblings.insert(at, id);
            node["childNodes"].as_array().into_iter().flatten().for_each(|child| self.add(child, id, None));
        }

        fn text(&self, id: u64) -> String {
            let own = self.texts.get(&id).cloned().unwrap_or_default();
            own + &self.children.get(&id).into_iter().flatten().map(|c| self.text(*c)).collect::<String>()
        }
    }

    pub(super) fn text(events: &Value, what: &Value) -> String {
        let mut page = Page::default();
        let mut other = String::new();
        for event in events.as_array().unwrap() {
            let data = &event["data"];
            match (event["type"].as_u64(), data["source"].as_u64()) {
                (Some(2), _) if data["wireframes"].is_array() => {
                    data["wireframes"]
                        .as_array()
                        .unwrap()
                        .iter()
                        .for_each(|w| wireframe(w, what, &mut other));
                }
                (Some(2), _) => {
                    page = Page::default();
                    page.add(&data["node"], 0, None);
                }
                (_, Some(0)) => {
                    for add in
                        data["adds"].as_array().into_iter().flatten().filter(|add| add["node"].is_object())
                    {
                        page.add(&add["node"], add["parentId"].as_u64().unwrap(), add["nextId"].as_u64());
                    }
                    for text in data["texts"].as_array().into_iter().flatten() {
                        page.texts.insert(
                            text["id"].as_u64().unwrap(),
                            text["value"].as_str().unwrap_or("").to_owned(),
                        );
                    }
                }
                (_, Some(9)) if data["id"] == what["canvas_id"] => {
                    for command in data["commands"].as_array().into_iter().flatten() {
                        if matches!(command["property"].as_str(), Some("fillText" | "strokeText")) {
                            other.push_str(command["args"][0].as_str().unwrap_or(""));
                        }
                    }
                }
                _ => {}
            }
        }
        what["container_id"].as_u64().map_or(other, |id| page.text(id))
    }

    fn wireframe(w: &Value, what: &Value, out: &mut String) {
        fn all(w: &Value) -> String {
            w["text"].as_str().unwrap_or("").to_owned()
                + &w["childWireframes"].as_array().into_iter().flatten().map(all).collect::<String>()
        }
        if w["id"] == what["wireframe_container_id"] {
            *out = all(w);
        }
        w["childWireframes"].as_array().into_iter().flatten().for_each(|child| wireframe(child, what, out));
    }
}
