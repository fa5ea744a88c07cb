//! Explanations say which rule, where and why, and nothing of what stood there.

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::report::Outcome;
use serde_json::{Value, json};

use crate::canary::{self, Mint};

fn blackbar(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_blackbar"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // Who needs no input may have ended already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn explain(arguments: &[&str], input: &str) -> String {
    let output = blackbar(&[&["rules", "explain"], arguments].concat(), input);
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout).to_owned()
}

/// The lines of `redact --explain` for a document.
fn lines(arguments: &[&str], document: &Value) -> Vec<Value> {
    let output = blackbar(&[&["redact"], arguments].concat(), &document.to_string());
    assert!(output.status.success(), "{output:?}");
    text(&output.stderr)
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn without_a_text_the_rule_is_described() {
    let told = explain(&["--rule", "payment-card"], "");
    for part in [
        "payment-card: ",
        "tier        bounded: ",
        "check       card",
        "bytes before a match)",
        "finds       Card «4111 1111 1111 1111» on file",
        "leaves      1764000000123 (a time in milliseconds)",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
    assert!(!told.contains("in a text of") && !told.contains("pattern"), "{told}");
    let told = explain(&["--rule", "payment-card", "--patterns"], "");
    assert!(told.contains("  pattern     ") && told.contains("  boundary    number: "), "{told}");
    let told = explain(&["--rule", "secret-key-name"], "");
    assert!(told.contains("field names ") && !told.contains("pattern"), "{told}");
    let output = blackbar(&["rules", "explain", "--rule", "no-such-rule"], "");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no rule \"no-such-rule\""), "{output:?}");
}

#[test]
fn explaining_a_rule_says_why_it_matches_or_not() {
    for (rule, words, input, said) in [
        ("email", "", "mail ann@acme.test now", "5..18     found\n"),
        (
            "us-ssn",
            "",
            "078051120",
            "0..9      not found: no keyword of the rule is in the text or its context (no_keyword)",
        ),
        ("us-ssn", "social security", "078051120", "found by us-ssn: a field of this name is masked whole"),
        ("us-ssn", "my ssn here", "078051120", "0..9      found\n"),
        ("payment-card", "", "4111 1111 1111 1112", "(failed_check)"),
        ("payment-card", "", "x4111 1111 1111 1111", "(boundary)"),
        ("iccid", "email", "ann@acme.test", "found by email: a field of this name is masked whole"),
        ("email", "", "no match here", "not found: the pattern matches nothing\n  anchors in it: none\n"),
        ("us-ssn", "", "my ssn", "keywords in it: 3..6"),
    ] {
        let told = explain(&["--rule", rule, "--words", words, "-"], input);
        assert!(told.contains(said), "{rule} {input}: {told}");
    }
    let far = format!("the ssn is{}078-05-1120", " and nothing of interest".repeat(6));
    let told = explain(&["--rule", "us-ein", "-"], &far);
    assert!(told.contains("not found"), "{told}");
    let told = explain(
        &["--rule", "us-passport", "-"],
        &format!("passport{} 123456789", " and nothing else".repeat(12)),
    );
    assert!(told.contains("the nearest keyword is ") && told.contains("(keyword_too_far)"), "{told}");
}

#[test]
fn suppressed_and_overlapped_matches_name_the_suppression_or_rule() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("blackbar.toml");
    std::fs::write(&file, "[rules]\npacks = [\"all\"]\n[[suppressions]]\npattern = 'x+'\nreason = \"r\"\n[[suppressions]]\npattern = 'ann@acme\\.test'\nreason = \"r\"\n").unwrap();
    let config = file.to_str().unwrap();
    let told = explain(&["--rule", "email", "--config", config, "-"], "ann@acme.test joe@acme.test");
    assert!(
        told.contains("0..13     not found: suppressed by #2\n") && told.contains("14..27     found\n"),
        "{told}"
    );
    let told = explain(&["--rule", "email", "-"], "https://joe:secret@acme.test/");
    assert!(
        told.contains("the rule url-userinfo found the same text and is stricter (overlapped)"),
        "{told}"
    );
}

#[test]
fn each_field_lists_its_findings_and_near_misses() {
    let document = json!([{"event": "e", "properties": {
        "note": "mail ann@acme.test",
        "list": [{"number": "078051120"}],
        "body": "{\"user\":{\"mail\":\"joe@acme.test\"}}",
        "last_name": "Roe",
    }}]);
    let found = lines(&["--explain"], &document);
    let has = |wanted: Value| {
        let fits = |line: &&Value| wanted.as_object().unwrap().iter().all(|(key, value)| line[key] == *value);
        assert!(found.iter().any(|line| fits(&line)), "{wanted} is not in {found:#?}");
    };
    has(
        json!({"path": "[0].properties.note", "cause": "email", "outcome": "found", "start": 5, "end": 18, "text_bytes": 18}),
    );
    has(
        json!({"path": "[0].properties.list[0].number", "cause": "us-ssn", "outcome": "missed", "why": "no_keyword"}),
    );
    has(json!({"path": "[0].properties.body.user.mail", "cause": "email", "outcome": "found", "start": 0}));
    has(json!({"path": "[0].properties.last_name", "cause": "person-name", "outcome": "whole"}));
    assert!(found.iter().all(|line| line["cause"] != "us-driver-license"), "{found:#?}");
    let document_of_words = json!([{"event": "A1234567 and B1234567"}]);
    let words = lines(&["--explain", "--rule", "us-driver-license"], &document_of_words);
    assert!(words.iter().any(|line| line["why"] == "no_keyword" && line["count"] == 2), "{words:#?}");
    let of_one = lines(&["--explain", "--rule", "email"], &document);
    assert!(!of_one.is_empty() && of_one.iter().all(|line| line["cause"] == "email"), "{of_one:#?}");
    let output = blackbar(&["redact", "--explain", "--rule", "no-such-rule"], &document.to_string());
    assert_eq!(output.status.code(), Some(1));
    let output = blackbar(&["redact", "--rule", "email"], &document.to_string());
    assert_eq!(output.status.code(), Some(2), "a rule without --explain: {output:?}");
}

#[test]
fn text_joined_across_elements_has_no_path() {
    let node = |id: u32, tag: &str, nodes: Value| json!({"type": 2, "id": id, "tagName": tag, "attributes": {}, "childNodes": nodes});
    let text = |id: u32, text: &str| json!({"type": 3, "id": id, "textContent": text});
    let page = |parts: [&str; 2]| {
        let [first, second] = parts;
        let body = node(
            2,
            "p",
            json!([node(3, "b", json!([text(4, first)])), node(5, "b", json!([text(6, second)]))]),
        );
        json!([{"type": 2, "timestamp": 1, "data": {"node": {"type": 0, "id": 1, "childNodes": [body]}}}])
    };
    let found = |parts| -> Vec<String> {
        let lines = lines(&["--explain", "--rule", "email"], &page(parts));
        let found = lines.iter().filter(|line| line["outcome"] == "found");
        found.map(|line| line["path"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(found(["ann@ac", "me.test"]), [""]);
    let alone = "[0].data.node.childNodes[0].childNodes[1].childNodes[0].textContent";
    assert_eq!(found(["write to ", "ann@acme.test"]), [alone]);
}

#[test]
fn explaining_does_not_change_the_output() {
    let mut mint = Mint::default();
    let document = canary::replay(&mut mint, true).to_string();
    let [plain, told] =
        [&["redact"][..], &["redact", "--explain"][..]].map(|arguments| blackbar(arguments, &document));
    assert!(plain.status.success() && told.status.success());
    let masks = |out: &Output| text(&out.stdout).len();
    assert_eq!(masks(&plain), masks(&told));
}

#[test]
fn explanations_contain_no_document_text() {
    let mut mint = Mint::default();
    let documents =
        [canary::replay(&mut mint, false), canary::replay(&mut mint, true), canary::event(&mut mint)];
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("why.jsonl");
    for document in &documents {
        let output = blackbar(&["redact", &format!("--explain={}", file.display())], &document.to_string());
        assert!(output.status.success(), "{output:?}");
        let told = std::fs::read_to_string(&file).unwrap();
        assert!(told.lines().count() > 20, "{told}");
        for said in [&*told, text(&output.stderr)] {
            assert!(mint.seen_in(said).is_empty() && !said.contains("canary"), "{:?}", mint.seen_in(said));
        }
    }
    let secret = "canary7zq@leak.example.test 078-05-1120";
    for rule in ["email", "us-ssn", "payment-card", "url-userinfo"] {
        let told = explain(&["--rule", rule, "-"], secret);
        let (_, of_the_text) = told.split_once("in a text of").unwrap();
        assert!(!of_the_text.contains("canary") && !of_the_text.contains("078-05"), "{told}");
    }
}

#[test]
fn explanations_of_fixtures_contain_no_secret() {
    let dir = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures"));
    let manifest: Value = serde_json::from_slice(&std::fs::read(dir.join("MANIFEST.json")).unwrap()).unwrap();
    let fixtures = manifest.as_array().or_else(|| manifest["fixtures"].as_array()).unwrap();
    let policy = config::parse_redaction_only("[rules]\npacks = [\"all\"]", "x").unwrap().policy.policy;
    let (mut n_notes, mut n_found) = (0, 0);
    for fixture in fixtures.iter().filter(|fixture| fixture["kind"].as_str().unwrap().ends_with("events")) {
        let bytes = std::fs::read(dir.join(fixture["file"].as_str().unwrap())).unwrap();
        if bytes.len() > 20_000 {
            continue;
        }
        let mut scratch = Workspace::default();
        scratch.take_notes(Vec::new());
        document::redact(&bytes, &policy, &mut scratch).unwrap();
        for note in scratch.notes() {
            n_notes += 1;
            n_found += usize::from(note.outcome == Outcome::Found);
            for word in fixture["must_not_survive"].as_array().into_iter().flatten() {
                let word = word.as_str().unwrap();
                assert!(
                    !note.path.contains(word) && !note.cause.contains(word),
                    "{} {note:?}",
                    fixture["file"]
                );
            }
        }
    }
    assert!(n_notes > 100 && n_found > 50, "{n_notes} {n_found}");
}
