//! Suppressions let through what they vouch for, where and as long as they do, and nothing else.

use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::Policy;
use blackbar_core::report::Report;
use serde_json::Value;
use serde_json::json;
use tempfile::NamedTempFile;

use crate::hostile::gz;
use crate::hostile::packed;
use crate::support::decoded;
use crate::support::harness::Harness;
use crate::support::harness::Setup;
use crate::support::harness::replay;

const ALL: &str = "[rules]\npacks = [\"all\"]\n[redaction]\n";

fn parsed(text: &str) -> config::RedactionOnly {
    config::parse_redaction_only(text, "blackbar.toml").unwrap_or_else(|e| panic!("{e}"))
}

fn policy(suppressions: &str) -> std::sync::Arc<Policy> {
    parsed(&format!("{ALL}{suppressions}")).policy.policy
}

fn redact(policy: &Policy, document: &Value) -> (Value, Report) {
    let bytes = document.to_string().into_bytes();
    let out = document::redact(&bytes, policy, &mut Workspace::default()).unwrap();
    (serde_json::from_slice(&out.bytes).unwrap(), out.report)
}

/// Properties of an ordinary event, redacted.
fn properties(suppressions: &str, properties: &Value) -> (Value, u64) {
    let (out, report) = redact(&policy(suppressions), &json!([{"event": "e", "properties": properties}]));
    (out[0]["properties"].clone(), report.n_suppressed())
}

fn pattern(pattern: &str) -> String {
    format!("[[suppressions]]\npattern = '{pattern}'\nreason = \"ours\"\n")
}

const HELP: &str = "[[suppressions]]\npattern = 'help@acme\\.test'\nreason = \"ours\"\n";

#[test]
fn a_pattern_suppresses_its_values_in_any_encoding_and_counts_each_once() {
    let (out, n) = properties(
        HELP,
        &json!({
            "a": "write to help@acme.test or ann@acme.test",
            "b": "https://x.example.test/?to=help%40acme.test",
            "c": "{\"to\":\"help@acme.test\",\"cc\":\"ann@acme.test\"}",
            "d": "not-help@acme.test",
            "email": "help@acme.test",
            "distinct_id": "help@acme.test",
            "$set": {"email": "help@acme.test"},
        }),
    );
    assert_eq!(out["a"], "write to help@acme.test or *************");
    assert_eq!(out["b"], "https://x.example.test/?to=help%40acme.test");
    assert_eq!(out["c"], "{\"to\":\"help@acme.test\",\"cc\":\"*************\"}");
    assert!(!out["d"].as_str().unwrap().contains("help"), "{out}");
    assert_eq!((&out["email"], &out["$set"]["email"]), (&json!("help@acme.test"), &json!("help@acme.test")));
    assert_eq!(out["distinct_id"], "help@acme.test");
    assert_eq!(n, 6, "{out}");
}

#[test]
fn a_hash_suppresses_one_value_under_its_key() {
    let key = NamedTempFile::new().unwrap();
    std::fs::write(key.path(), "0123456789abcdef0123456789abcdef").unwrap();
    let head = format!("{ALL}hash_key_file = {:?}\n", key.path());
    let hash_key = parsed(&head).policy.policy.hash_key;
    let hash = blackbar_core::policy::Suppression::hash_of("4111 1111 1111 1111", &hash_key);
    let text = format!("{head}[[suppressions]]\nvalue_hash = \"{hash}\"\nreason = \"a test card\"\n");
    let document = json!([{"event": "4111 1111 1111 1111 and 5555 5555 5555 4444"}]);
    let (out, report) = redact(&parsed(&text).policy.policy, &document);
    assert_eq!(out[0]["event"], "4111 1111 1111 1111 and **** **** **** ****");
    assert_eq!(report.n_suppressed(), 1);
    std::fs::write(key.path(), "another key of more than sixteen bytes").unwrap();
    let (out, report) = redact(&parsed(&text).policy.policy, &document);
    assert_eq!(out[0]["event"], "**** **** **** **** and **** **** **** ****");
    assert_eq!(report.n_suppressed(), 0);
}

#[test]
fn a_path_suppresses_one_place() {
    let path = |path: &str| format!("[[suppressions]]\npath = \"{path}\"\nreason = \"ours\"\n");
    let document = json!({
        "note": "ann@acme.test",
        "list": [{"note": "ann@acme.test"}, {"note": 4_111_111_111_111_111_u64}],
        "body": "{\"user\":{\"note\":\"ann@acme.test\",\"other\":\"ann@acme.test\"}}",
    });
    let masked = "*************";
    let (out, n) = properties(&path("properties.note"), &document);
    assert_eq!((&out["note"], &out["list"][0]["note"], n), (&json!("ann@acme.test"), &json!(masked), 1));
    let (out, n) = properties(&path("properties.list.note"), &document);
    assert_eq!((&out["note"], &out["list"]), (&json!(masked), &document["list"]));
    assert_eq!(n, 2);
    let (out, _) = properties(&path("properties.body.user.note"), &document);
    assert_eq!(out["body"], format!("{{\"user\":{{\"note\":\"ann@acme.test\",\"other\":\"{masked}\"}}}}"));
    let (out, _) = properties(&path("user.note"), &document);
    assert_eq!(out["body"], format!("{{\"user\":{{\"note\":\"{masked}\",\"other\":\"{masked}\"}}}}"));
    let (out, n) = properties(&path("**.note"), &document);
    assert_eq!((&out["note"], &out["list"], n), (&document["note"], &document["list"], 4));
}

#[test]
fn a_path_matches_at_the_end_of_a_long_document() {
    const N: usize = 9000;
    let event = json!({"event": "e", "properties": {"note": "ann@acme.test"}});
    let document = Value::Array(vec![event; N]);
    let (out, report) =
        redact(&policy("[[suppressions]]\npath = \"properties.note\"\nreason = \"r\"\n"), &document);
    assert_eq!((report.n_suppressed(), out == document), (N as u64, true));
}

#[test]
fn a_path_reaches_into_packed_fields() {
    let node = json!({"node": {"type": 0, "id": 1, "childNodes": []}, "note": "ann@acme.test"});
    let event =
        json!({"type": 2, "timestamp": 1, "cv": "2024-10", "data": packed(&gz(node.to_string().as_bytes()))});
    for (path, is_kept) in [("data.note", true), ("note", false), ("**.note", true)] {
        let policy = policy(&format!("[[suppressions]]\npath = \"{path}\"\nreason = \"ours\"\n"));
        let (out, report) = redact(&policy, &json!([event]));
        let opened = decoded::opened(&out).to_string();
        assert_eq!(opened.contains("ann@acme.test"), is_kept, "{path}: {opened}");
        assert_eq!(report.n_suppressed(), u64::from(is_kept));
    }
}

#[test]
fn secret_field_names_cannot_be_suppressed_but_personal_ones_can() {
    let all = "[[suppressions]]\npath = \"properties.**.x\"\nreason = \"r\"\n[[suppressions]]\npath = \"properties.*\"\nreason = \"r\"\n";
    let document = json!({"password": "open sesame", "ssn": 123_456_789, "last_name": "Roe", "phone": 2_025_550_143_u64,
        "apiKey": "abc", "card_number": "4111 1111 1111 1111", "street": "here"});
    let (out, n) = properties(all, &document);
    for key in ["password", "ssn", "apiKey", "card_number"] {
        assert_ne!(out[key], document[key], "{key}");
    }
    for key in ["last_name", "phone", "street"] {
        assert_eq!(out[key], document[key], "{key}");
    }
    assert_eq!(n, 3);
}

#[test]
fn a_suppression_does_not_affect_other_rules() {
    let text = json!({"a": "phone +49 30 901820", "b": "4111 1111 1111 1111"});
    let of =
        |rules: &str| format!("[[suppressions]]\npattern = '[+0-9 ]+'\nrules = {rules}\nreason = \"r\"\n");
    let (out, _) = properties(&of("[\"phone-international\"]"), &text);
    assert_eq!(out["b"], "**** **** **** ****");
    // Another rule finds the number next to its keyword, and no suppression names that rule.
    assert!(!out["a"].as_str().unwrap().contains("901820"), "{out}");
    let (out, n) = properties(&of("[\"phone-international\", \"phone-national\"]"), &text);
    assert_eq!((&out["a"], &out["b"]), (&text["a"], &json!("**** **** **** ****")));
    assert!(n > 0);
}

fn page(nodes: &Value) -> Value {
    json!([{"type": 2, "timestamp": 1, "data": {"initialOffset": {"top": 0, "left": 0}, "node":
        {"type": 0, "id": 1, "childNodes": [{"type": 2, "id": 2, "tagName": "body", "attributes": {}, "childNodes": nodes}]}}}])
}

fn el(id: u32, attributes: &Value, nodes: &Value) -> Value {
    json!({"type": 2, "id": id, "tagName": "p", "attributes": attributes, "childNodes": nodes})
}

fn text(id: u32, text: &str) -> Value {
    json!({"type": 3, "id": id, "textContent": text})
}

const SELECTOR: &str = "[[suppressions]]\nselector = \".public .mail\"\nreason = \"printed on every page\"\n";

#[test]
fn a_selector_suppresses_in_its_elements_and_their_descendants() {
    let mail =
        || el(11, &json!({"class": "mail", "title": "ann@acme.test"}), &json!([text(12, "ann@acme.test")]));
    let mut document = page(&json!([
        el(
            10,
            &json!({"class": "public"}),
            &json!([mail(), el(13, &json!({}), &json!([text(14, "joe@acme.test")]))])
        ),
        el(20, &json!({"class": "mail"}), &json!([text(21, "eve@acme.test")])),
    ]));
    let texts = |value: &str| {
        json!({"type": 3, "timestamp": 2, "data": {"source": 0, "removes": [], "adds": [], "attributes": [],
        "texts": [{"id": 12, "value": value}]}})
    };
    for event in [texts("write to bob@acme.test"), texts("write to bob@acme.test now")] {
        document.as_array_mut().unwrap().push(event);
    }
    let (out, report) = redact(&policy(SELECTOR), &document);
    let seen = out.to_string();
    assert_eq!(seen.matches("ann@acme.test").count(), 2, "{seen}");
    assert_eq!(seen.matches("bob@acme.test").count(), 2, "{seen}");
    assert!(!seen.contains("joe@") && !seen.contains("eve@"), "{seen}");
    assert_eq!(report.n_suppressed(), 4);
    let gone = json!({"type": 3, "timestamp": 3, "data": {"source": 0, "removes": [], "adds": [], "texts": [],
        "attributes": [{"id": 10, "attributes": {"class": "private"}}]}});
    document.as_array_mut().unwrap().extend([gone, texts("eve@acme.test")]);
    document[4]["timestamp"] = 4.into();
    let (out, _) = redact(&policy(SELECTOR), &document);
    assert!(!out.to_string().contains("eve@"), "{out}");
}

#[test]
fn text_masked_for_another_reason_stays_masked() {
    let suppressions = format!("{}[[suppressions]]\nselector = \"body\"\nreason = \"all\"\n", pattern(".+"));
    let input = |id: u32, kind: &str, value: &str| {
        json!({"type": 2, "id": id, "tagName": "input", "childNodes": [],
        "attributes": {"type": kind, "value": value}})
    };
    let document = page(&json!([
        input(10, "text", "ann1@acme.test"),
        input(11, "password", "ann2@acme.test"),
        el(12, &json!({"class": "ph-no-capture"}), &json!([text(13, "ann3@acme.test")])),
        el(14, &json!({"class": "ph-mask"}), &json!([text(15, "ann4@acme.test")])),
        el(16, &json!({}), &json!([text(17, "ann5@acme.test")])),
    ]));
    let (out, _) = redact(&policy(&suppressions), &document);
    let seen = out.to_string();
    assert!(seen.contains("ann5@acme.test"), "{seen}");
    for n in 1..=4 {
        assert!(!seen.contains(&format!("ann{n}")), "{n}: {seen}");
    }
    let strict = format!("preset = \"strict\"\n{suppressions}");
    let (out, report) = redact(&policy(&strict), &document);
    assert!(!out.to_string().contains("ann"), "{out}");
    assert_eq!(report.n_suppressed(), 0);
}

#[test]
fn text_split_across_elements_is_still_masked() {
    let span = |id: u32, part: &str| json!({"type": 2, "id": id, "tagName": "b", "attributes": {}, "childNodes": [text(id + 1, part)]});
    let document = page(&json!([el(10, &json!({}), &json!([span(20, "help@ac"), span(30, "me.test")]))]));
    let (out, report) = redact(&policy(HELP), &document);
    assert!(!out.to_string().contains("help@ac"), "{out}");
    assert_eq!(report.n_suppressed(), 0);
}

/// The time at which [`ENDS`] has ended.
const END: u64 = 4_102_444_800;

const ENDS: &str =
    "[[suppressions]]\npattern = 'help@acme\\.test'\nreason = \"ours\"\nexpires = 2099-12-31\n";

#[test]
fn a_suppression_expires_without_a_reload() {
    let policy = policy(ENDS);
    let document = json!([{"event": "help@acme.test is long enough"}]).to_string();
    let mut scratch = Workspace::default();
    let mut at = |now: Option<u64>| {
        scratch.set_time(now);
        let out = document::redact(document.as_bytes(), &policy, &mut scratch).unwrap();
        (String::from_utf8(out.bytes).unwrap().contains("help@"), out.report.n_suppressed())
    };
    assert_eq!(at(Some(END - 1)), (true, 1));
    assert_eq!(at(Some(END - 1)), (true, 1));
    assert_eq!(at(Some(END)), (false, 0));
    assert_eq!(at(None), (false, 0));
}

#[test]
fn text_suppressed_in_one_place_is_redacted_in_another() {
    let policy = policy("[[suppressions]]\npath = \"properties.a\"\nreason = \"r\"\n");
    let document = |first: &str, second: &str| {
        format!(
            r#"[{{"event":"e","properties":{{"{first}":"mail ann@acme.test","{second}":"mail ann@acme.test"}}}}]"#
        )
    };
    let mut scratch = Workspace::default();
    for (first, second) in [("a", "b"), ("b", "a"), ("a", "b")] {
        let out = document::redact(document(first, second).as_bytes(), &policy, &mut scratch).unwrap();
        let out = String::from_utf8(out.bytes).unwrap();
        assert!(
            out.contains(r#""a":"mail ann@acme.test""#) && out.contains(r#""b":"mail *************""#),
            "{out}"
        );
    }
}

#[test]
fn identical_elements_are_judged_by_their_position() {
    let mail = |id: u32| {
        el(
            id,
            &json!({"class": "mail", "title": "write to ann@acme.test"}),
            &json!([text(id + 1, "write to ann@acme.test")]),
        )
    };
    let around = |id: u32, class: &str, inner: Value| el(id, &json!({ "class": class }), &json!([inner]));
    let (public, private) = (around(10, "public", mail(11)), around(20, "private", mail(21)));
    let mut scratch = Workspace::default();
    for nodes in [json!([public, private]), json!([private, public]), json!([public, private])] {
        let document = page(&nodes).to_string();
        let out = document::redact(document.as_bytes(), &policy(SELECTOR), &mut scratch).unwrap();
        let seen = String::from_utf8(out.bytes).unwrap();
        assert_eq!((seen.matches("ann@").count(), out.report.n_suppressed()), (2, 2), "{seen}");
        let one = document::redact(document.as_bytes(), &policy(&pattern("ann@acme\\.test")), &mut scratch)
            .unwrap();
        assert_eq!(one.report.n_suppressed(), 4);
    }
}

#[test]
fn overlapping_findings_are_suppressed_together_until_expiry() {
    let ends = "[[suppressions]]\npattern = '[0-9]+@acme\\.test'\nrules = [\"email\"]\nreason = \"r\"\nexpires = 2099-12-31\n";
    let policy = policy(ends);
    let document = json!([{"event": "order 4111111111111111@acme.test is late"}]).to_string();
    let mut scratch = Workspace::default();
    let mut at = |now: u64| {
        scratch.set_time(Some(now));
        let out = document::redact(document.as_bytes(), &policy, &mut scratch).unwrap();
        assert!(!String::from_utf8(out.bytes.clone()).unwrap().contains("4111111111111111"));
        (String::from_utf8(out.bytes).unwrap().contains("@acme.test"), out.report.n_suppressed())
    };
    assert_eq!([at(END - 1), at(END - 1), at(END)], [(true, 1), (true, 1), (false, 0)]);
}

#[test]
fn unmatched_suppressions_change_nothing() {
    let values = pattern("no such value");
    let places = "[[suppressions]]\npath = \"no.such.**.place\"\nreason = \"r\"\n\
                        [[suppressions]]\nselector = \".no-such ~ .class\"\nreason = \"r\"\n\
                        [[suppressions]]\npattern = 'no such value'\nreason = \"r\"\n";
    let (plain, others) = (policy(""), [policy(&values), policy(places)]);
    let dir = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures"));
    let mut n_documents = 0;
    for file in std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        // Pseudonyms and masks depend on no suppression; the key is that of this process.
        let redact = |policy| document::redact(&bytes, policy, &mut Workspace::default());
        let Ok(expected) = redact(&plain) else { continue };
        for other in &others {
            let out = redact(other).unwrap();
            assert!(out.bytes == expected.bytes && out.report == expected.report, "{}", file.display());
        }
        n_documents += 1;
    }
    assert!(n_documents > 50, "{n_documents}");
}

#[test]
fn the_digest_distinguishes_suppressions() {
    let one = |what: &str| parsed(&format!("{ALL}[[suppressions]]\n{what}\n")).policy.digest.to_string();
    let digests = [
        parsed(ALL).policy.digest.to_string(),
        one("pattern = \"a+\"\nreason = \"r\""),
        one("pattern = \"b+\"\nreason = \"r\""),
        one("path = \"a\"\nreason = \"r\""),
        one("selector = \".a\"\nreason = \"r\""),
        one("pattern = \"a+\"\nreason = \"r\"\nrules = [\"email\"]"),
        one("pattern = \"a+\"\nreason = \"r\"\nexpires = 2099-12-31"),
        one("pattern = \"a+\"\nreason = \"r\"\nexpires = 2099-12-30"),
    ];
    for (idx, digest) in digests.iter().enumerate() {
        assert!(!digests[..idx].contains(digest), "{idx}");
    }
    assert_eq!(digests[1], one("reason = \"another reason\"\npattern = \"a+\""));
}

#[tokio::test]
async fn the_proxy_applies_suppressions_and_records_them() {
    let more = format!("{HELP}{ENDS}").replace(
        "help@acme\\.test'\nreason = \"ours\"\nexpires = 2099-12-31",
        "old@acme\\.test'\nreason = \"was ours\"\nexpires = 2020-02-29",
    );
    let proxy = Harness::with(Setup { more, ..Setup::default() }).await;
    let body = replay("phc_eu", "s").replace("https://app.example/", "help@acme.test old@acme.test");
    assert_eq!(proxy.client.post("/s/", body).await.status, 200);
    let sent = decoded::body(&proxy.eu.only().body).to_string();
    assert!(sent.contains("help@acme.test") && !sent.contains("old@acme.test"), "{sent}");
    let metrics = String::from_utf8(proxy.running.metrics().render()).unwrap();
    assert!(metrics.contains("blackbar_suppressed_total{rule=\"email\",suppression=\"1\"} 1"), "{metrics}");
    let audit = proxy.audit_dir();
    let suppressed = proxy.exchanges()[0].suppressed.clone();
    assert_eq!(suppressed.len(), 1, "{suppressed:?}");
    assert_eq!((suppressed[0].suppression, &*suppressed[0].rule, suppressed[0].count), (1, "email", 1));
    let files = std::fs::read_dir(&audit).unwrap().map(|file| file.unwrap().path());
    let in_force = files
        .filter(|file| file.to_str().unwrap().contains("config-"))
        .map(|file| std::fs::read_to_string(file).unwrap());
    let in_force: Vec<Value> = in_force.map(|text| serde_json::from_str(&text).unwrap()).collect();
    assert_eq!(in_force[0]["suppressions"][1]["reason"], "was ours");
    assert_eq!(in_force[0]["suppressions"][1]["until"], "2020-03-01T00:00:00Z");
    let (entries, _dir) = proxy.stop().await;
    let mut summary = blackbar::audit::report::Summary::default();
    for entry in &entries {
        summary.add(entry);
    }
    assert_eq!(summary.suppressed.values().sum::<u64>(), 1);
    assert!(summary.suppressed.keys().all(|name| name.ends_with(" #1 email")), "{:?}", summary.suppressed);
}
