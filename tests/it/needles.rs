//! A needle at every position of every fixture, in every encoding: none survives.
//!
//! Every position gets the plain needle and, in turn, one of the others; with `NEEDLES=all` in the
//! environment it gets all of them, which takes some minutes.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine;
use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::Policy;
use serde_json::Value;

use crate::hostile::gz;
use crate::hostile::packed;
use crate::support::decoded;

const EMAIL: &str = "needle.4f1d@leak.example.test";
const CARD: &str = "5555 5555 5555 4444";

/// One needle of each other class: what a rule finds without any word next to it.
const CLASSES: [(&str, &str); 7] = [
    ("iban", "DE89370400440532013000"),
    ("ssn", "219-09-9999"),
    ("phone", "+44 20 7946 0958"),
    ("ipv4", "203.0.113.77"),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    ("aws key", "AKIAIOSFODNN7EXAMPLE"),
    ("bitcoin", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
];

/// A needle as it is planted, and what must not be readable afterwards.
fn needles() -> Vec<(&'static str, String, &'static str)> {
    let base64 = base64::engine::general_purpose::STANDARD.encode(format!(r#"{{"to":"{EMAIL}"}}"#));
    let base64url = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("to: {EMAIL}"));
    let mut all = vec![
        ("plain", EMAIL.to_owned(), EMAIL),
        ("sentence", format!("mail to {EMAIL}, please"), EMAIL),
        ("card", format!("card {CARD}"), CARD),
        ("url", format!("https://x.example.test/a?next=%2Fu%3Fm%3D{}", EMAIL.replace('@', "%2540")), EMAIL),
        ("query", format!("a=1&to={}&b=2", EMAIL.replace('@', "%40")), EMAIL),
        ("json", format!(r#"{{"a":[1,{{"to":"{EMAIL}"}}]}}"#), EMAIL),
        ("json in json", serde_json::to_string(&format!(r#"{{"to":"{EMAIL}"}}"#)).unwrap(), EMAIL),
        ("cut json", format!(r#"{{"a":"b","to":"{EMAIL}","c":"d"#), EMAIL),
        ("escaped", EMAIL.replace('@', "\\u0040"), EMAIL),
        ("entities", EMAIL.replace('@', "&#64;"), EMAIL),
        ("base64", base64, EMAIL),
        ("base64url", base64url, EMAIL),
        ("packed", packed(&gz(format!(r#"["{EMAIL}"]"#).as_bytes())), EMAIL),
        (
            "full width",
            CARD.chars()
                .map(|c| char::from_u32(c as u32 + 0xfee0).filter(|_| c != ' ').unwrap_or(' '))
                .collect(),
            CARD,
        ),
    ];
    all.extend(CLASSES.iter().map(|(kind, secret)| (*kind, (*secret).to_owned(), *secret)));
    all
}

/// Calls `f` with each position of `value` and its path.
fn positions(value: &Value, path: &mut Vec<String>, f: &mut impl FnMut(&[String], &Value)) {
    f(path, value);
    match value {
        Value::Object(entries) => {
            for (key, inner) in entries {
                path.push(key.clone());
                positions(inner, path, f);
                path.pop();
            }
        }
        Value::Array(items) => {
            for (idx, inner) in items.iter().enumerate() {
                path.push(idx.to_string());
                positions(inner, path, f);
                path.pop();
            }
        }
        _ => {}
    }
}

fn at_mut<'v>(value: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(value, |value, step| match value {
        Value::Array(items) => &mut items[step.parse::<usize>().unwrap()],
        Value::Object(entries) => entries.get_mut(step).unwrap(),
        _ => unreachable!("a path leads through containers"),
    })
}

/// Whether the needle can be read in what comes out. A refusal lets nothing out.
fn survives(document: &Value, needle: &str, policy: &Policy, scratch: &mut Workspace) -> bool {
    let Ok(out) = document::redact(document.to_string().as_bytes(), policy, scratch) else { return false };
    let body = decoded::opened(&decoded::body(&out.bytes));
    let folded = |text: &str| -> String {
        text.chars()
            .map(|c| {
                char::from_u32((c as u32).wrapping_sub(0xfee0)).filter(char::is_ascii_digit).unwrap_or(c)
            })
            .collect()
    };
    decoded::deep_strings(&body).iter().any(|text| folded(text).contains(needle))
}

/// All values of the fixtures, packed fields open and closed.
fn fixtures() -> Vec<(String, Value)> {
    let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures"));
    let mut all = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if name == "fixtures.toml" || name == "MANIFEST.json" || name == "guard-deep-nesting.json" {
            continue;
        }
        all.push((name, decoded::body(&std::fs::read(&path).unwrap())));
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn leaks(config: &str) -> BTreeMap<String, usize> {
    let policy = config::parse_redaction_only(config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy;
    let mut scratch = Workspace::default();
    let mut leaks: BTreeMap<String, usize> = BTreeMap::new();
    let needles = needles();
    let mut turn = 0;
    for (name, document) in fixtures() {
        let mut places = Vec::new();
        positions(&document, &mut Vec::new(), &mut |path, value| places.push((path.to_vec(), value.clone())));
        for (path, value) in places {
            let at = path
                .iter()
                .map(|s| if s.parse::<usize>().is_ok() { "*" } else { s })
                .collect::<Vec<_>>()
                .join("/");
            // Every position gets the plain needle, and in turn one of the others.
            turn += 1;
            let some = [&needles[0], &needles[turn % needles.len()]];
            let all: Vec<_> =
                if std::env::var_os("NEEDLES").is_some() { needles.iter().collect() } else { some.to_vec() };
            for (kind, planted, secret) in all {
                let mut changed = document.clone();
                *at_mut(&mut changed, &path) = Value::String(planted.clone());
                if survives(&changed, secret, &policy, &mut scratch) {
                    *leaks.entry(format!("{name} {at} as {kind}")).or_default() += 1;
                }
            }
            if value.is_object() {
                let mut changed = document.clone();
                at_mut(&mut changed, &path)[EMAIL] = Value::from(1);
                if survives(&changed, EMAIL, &policy, &mut scratch) {
                    *leaks.entry(format!("{name} {at} as key")).or_default() += 1;
                }
            }
            if value.is_number() {
                let mut changed = document.clone();
                *at_mut(&mut changed, &path) = Value::from(5_555_555_555_554_444_u64);
                if survives(&changed, "5555555555554444", &policy, &mut scratch) {
                    *leaks.entry(format!("{name} {at} as number")).or_default() += 1;
                }
            }
        }
    }
    leaks
}

#[track_caller]
fn no_needle_survives(preset: &str) {
    let leaks = leaks(&format!("[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"{preset}\""));
    let lines: Vec<String> = leaks.iter().map(|(at, n)| format!("{n} {at}")).collect();
    assert!(lines.is_empty(), "{} leaks\n{}", lines.len(), lines.join("\n"));
}

#[test]
fn no_needle_survives_at_any_position() {
    no_needle_survives("rules");
}

#[test]
fn no_needle_survives_at_any_position_under_strict() {
    no_needle_survives("strict");
}

#[test]
fn no_needle_survives_at_any_position_under_balanced() {
    no_needle_survives("balanced");
}
