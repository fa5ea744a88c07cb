//! Generated documents: grown at random from the fixtures, with secrets at random places in
//! random wrappings. None survives, redacting twice changes nothing, and the shape holds.
//!
//! `GROWN_CASES=n` runs more of them, `GROWN_SEED=n` others; a failure names both.

use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;

use base64::Engine;
use blackbar::config;
use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::policy::Policy;
use proptest::prelude::*;
use proptest::test_runner::Config;
use proptest::test_runner::RngAlgorithm;
use proptest::test_runner::TestRng;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use crate::support::decoded;

const N_CASES: u32 = 1000;
const SEED: u64 = 0x0b1a_c4ba_4000_0001;

/// A secret of each class: published samples, or made up.
const SECRETS: &[(&str, &str)] = &[
    ("email", "needle.4f1d@leak.example.test"),
    ("card", "5555555555554444"),
    ("card in groups", "5555 5555 5555 4444"),
    ("iban", "DE89370400440532013000"),
    ("ssn", "219-09-9999"),
    ("phone", "+44 20 7946 0958"),
    ("ipv4", "203.0.113.77"),
    ("jwt", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
    ("aws key", "AKIAIOSFODNN7EXAMPLE"),
];

/// A step of growth.
#[derive(Clone, Debug)]
enum Step {
    /// The subtree at one place is copied to another.
    Graft(u64, u64),
    /// A key gets another name.
    Rename(u64, u8),
    /// Items of an array stand twice.
    Repeat(u64),
    /// A string is wrapped in an encoding.
    Wrap(u64, Wrapping),
}

#[derive(Clone, Copy, Debug)]
enum Wrapping {
    Percent,
    PercentAll,
    Base64Json,
    Base64UrlJson,
    JsonString,
    JsonField,
    Entities,
    Escapes,
    Query,
    Sentence,
}

const WRAPPINGS: &[Wrapping] = &[
    Wrapping::Percent,
    Wrapping::PercentAll,
    Wrapping::Base64Json,
    Wrapping::Base64UrlJson,
    Wrapping::JsonString,
    Wrapping::JsonField,
    Wrapping::Entities,
    Wrapping::Escapes,
    Wrapping::Query,
    Wrapping::Sentence,
];

fn wrap(text: &str, wrapping: Wrapping) -> String {
    let standard = &base64::engine::general_purpose::STANDARD;
    let url_safe = &base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let field = serde_json::json!({"a": text}).to_string();
    let percent =
        || percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    match wrapping {
        Wrapping::Percent => percent(),
        Wrapping::PercentAll => text.bytes().map(|b| format!("%{b:02x}")).collect::<Vec<_>>().concat(),
        Wrapping::Base64Json => standard.encode(field),
        Wrapping::Base64UrlJson => url_safe.encode(field),
        Wrapping::JsonString => serde_json::to_string(text).unwrap(),
        Wrapping::JsonField => field,
        Wrapping::Entities => text
            .chars()
            .map(|c| if c.is_alphanumeric() { c.to_string() } else { format!("&#{};", c as u32) })
            .collect(),
        Wrapping::Escapes => text
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\u{:04x}", c as u32) })
            .collect(),
        Wrapping::Query => format!("https://x.example.test/a?b=1&q={}", percent()),
        Wrapping::Sentence => format!("so, {text} it is"),
    }
}

/// Where the secret is put.
#[derive(Clone, Copy, Debug)]
enum As {
    Value,
    Key,
}

#[derive(Clone, Debug)]
struct Case {
    fixture: usize,
    steps: Vec<Step>,
    secret: usize,
    wrappings: Vec<Wrapping>,
    position: u64,
    place: As,
}

fn wrapping() -> impl Strategy<Value = Wrapping> {
    prop::sample::select(WRAPPINGS)
}

fn case() -> impl Strategy<Value = Case> {
    let step = prop_oneof![
        (any::<u64>(), any::<u64>()).prop_map(|(from, to)| Step::Graft(from, to)),
        (any::<u64>(), any::<u8>()).prop_map(|(at, name)| Step::Rename(at, name)),
        any::<u64>().prop_map(Step::Repeat),
        (any::<u64>(), wrapping()).prop_map(|(at, wrapping)| Step::Wrap(at, wrapping)),
    ];
    let place = prop_oneof![5 => Just(As::Value), 1 => Just(As::Key)];
    (
        any::<prop::sample::Index>(),
        prop::collection::vec(step, 0..6),
        0..SECRETS.len(),
        prop::collection::vec(wrapping(), 0..=3),
        any::<u64>(),
        place,
    )
        .prop_map(|(fixture, steps, secret, wrappings, position, place)| Case {
            fixture: fixture.index(fixtures().len()),
            steps,
            secret,
            wrappings,
            position,
            place,
        })
}

/// The fixtures that are lists of events, small enough to be grown.
fn fixtures() -> &'static [(String, Vec<Value>)] {
    static ALL: OnceLock<Vec<(String, Vec<Value>)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let dir = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/fixtures"));
        let mut all = Vec::new();
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let bytes = std::fs::read(&path).unwrap();
            if path.extension() != Some("json".as_ref()) || name == "MANIFEST.json" || bytes.len() > 20_000 {
                continue;
            }
            if let Value::Array(events) = decoded::body(&bytes)
                && events.iter().all(|event| event["type"].is_number() && event["timestamp"].is_number())
            {
                all.push((name, events));
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    })
}

/// Calls `f` with all places below `data` of the events: the frame of an event is not grown.
fn places(events: &[Value]) -> Vec<String> {
    fn walk(value: &Value, path: &str, out: &mut Vec<String>) {
        out.push(path.to_owned());
        match value {
            Value::Object(entries) => entries.iter().for_each(|(key, value)| {
                walk(value, &format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")), out);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(idx, value)| walk(value, &format!("{path}/{idx}"), out));
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    for (idx, event) in events.iter().enumerate() {
        if let Some(data) = event.get("data") {
            walk(data, &format!("/{idx}/data"), &mut out);
        }
    }
    out
}

fn pick<'p>(
    places: &'p [String],
    at: u64,
    events: &Value,
    is_fit: impl Fn(&Value) -> bool,
) -> Option<&'p String> {
    let fit: Vec<_> = places.iter().filter(|path| events.pointer(path).is_some_and(&is_fit)).collect();
    (!fit.is_empty()).then(|| fit[usize::try_from(at % fit.len() as u64).unwrap()])
}

fn grow(events: &mut Value, step: &Step) -> Option<()> {
    const NAMES: &[&str] =
        &["x", "value", "text", "href", "style", "payload", "id", "attributes", "name", "url", "0"];
    const MOST: usize = 2_000;
    let places = places(events.as_array()?);
    if places.len() > MOST {
        return None;
    }
    match step {
        Step::Graft(from, to) => {
            let grafted = events.pointer(pick(&places, *from, events, |_| true)?)?.clone();
            *events.pointer_mut(pick(&places, *to, events, |_| true)?)? = grafted;
        }
        Step::Rename(at, name) => {
            let object = pick(&places, *at, events, |v| v.as_object().is_some_and(|o| !o.is_empty()))?;
            let object = events.pointer_mut(object)?.as_object_mut()?;
            let key = object.keys().nth(usize::try_from(at % object.len() as u64).ok()?)?.clone();
            let value = object.remove(&key)?;
            object.insert(NAMES[usize::from(*name) % NAMES.len()].to_owned(), value);
        }
        Step::Repeat(at) => {
            let array = pick(&places, *at, events, |v| v.as_array().is_some_and(|a| !a.is_empty()))?;
            let array = events.pointer_mut(array)?.as_array_mut()?;
            array.extend_from_within(..array.len().min(3));
        }
        Step::Wrap(at, wrapping) => {
            let string = events.pointer_mut(pick(&places, *at, events, Value::is_string)?)?;
            *string = wrap(string.as_str()?, *wrapping).into();
        }
    }
    Some(())
}

/// The document of a case, and where its secret stands.
fn document(case: &Case) -> (Value, String) {
    let mut events = Value::Array(fixtures()[case.fixture].1.clone());
    for step in &case.steps {
        grow(&mut events, step);
    }
    let planted = case.wrappings.iter().fold(SECRETS[case.secret].1.to_owned(), |text, w| wrap(&text, *w));
    let places = places(events.as_array().unwrap());
    let at = match case.place {
        As::Value => pick(&places, case.position, &events, |_| true),
        As::Key => pick(&places, case.position, &events, Value::is_object),
    };
    let Some(at) = at.cloned() else { return (events, String::new()) };
    let value = events.pointer_mut(&at).unwrap();
    match case.place {
        As::Value => *value = planted.into(),
        As::Key => value[planted] = 1.into(),
    }
    (events, at)
}

fn policy(preset: &str) -> Arc<Policy> {
    let config = format!("[rules]\npacks = [\"all\"]\n[redaction]\npreset = \"{preset}\"");
    config::parse_redaction_only(&config, "test").unwrap_or_else(|e| panic!("{e}")).policy.policy
}

fn frame(events: &Value) -> Vec<(Value, Value)> {
    events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| (event["type"].clone(), event["timestamp"].clone()))
        .collect()
}

/// All ids of nodes, in order.
fn ids(value: &Value, out: &mut Vec<u64>) {
    match value {
        Value::Object(entries) => entries.iter().for_each(|(key, value)| match value.as_u64() {
            Some(id) if ["id", "parentId", "nextId"].contains(&key.as_str()) => out.push(id),
            _ => ids(value, out),
        }),
        Value::Array(items) => items.iter().for_each(|item| ids(item, out)),
        _ => {}
    }
}

fn problem(document: &Value, secret: &str, policy: &Policy, scratch: &mut Workspace) -> Option<String> {
    // A refusal lets nothing out.
    let once = document::redact(document.to_string().as_bytes(), policy, scratch).ok()?;
    let after = decoded::body(&once.bytes);
    if let Some(text) =
        decoded::deep_strings(&decoded::opened(&after)).iter().find(|text| text.contains(secret))
    {
        return Some(format!("survives in {text:?}"));
    }
    if frame(document) != frame(&after) {
        return Some("the events are not what they were".to_owned());
    }
    match document::redact(&once.bytes, policy, scratch) {
        Ok(twice) if twice.bytes == once.bytes => None,
        Ok(twice) => {
            let (a, b) = (String::from_utf8(once.bytes).unwrap(), String::from_utf8(twice.bytes).unwrap());
            let at = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count().saturating_sub(60);
            let cut = |text: &str| text.chars().skip(at).take(160).collect::<String>();
            Some(format!("changes when redacted twice:\n  {}\n  {}", cut(&a), cut(&b)))
        }
        Err(refusal) => Some(format!("is refused when redacted twice: {refusal}")),
    }
}

#[test]
fn no_secret_survives_in_randomly_grown_documents() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let cases = number("GROWN_CASES").map_or(N_CASES, |n| u32::try_from(n).unwrap());
    let seed = number("GROWN_SEED").unwrap_or(SEED);
    let presets = ["strict", "balanced"].map(|preset| (preset, policy(preset)));
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let scratch = std::cell::RefCell::new(Workspace::default());
    let result = TestRunner::new_with_rng(config, rng).run(&case(), |case| {
        let (document, at) = document(&case);
        let (class, secret) = SECRETS[case.secret];
        for (preset, policy) in &presets {
            if let Some(problem) = problem(&document, secret, policy, &mut scratch.borrow_mut()) {
                let name = &fixtures()[case.fixture].0;
                return Err(TestCaseError::fail(format!("{preset}: {class} at {at} of {name} {problem}")));
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("GROWN_SEED={seed} GROWN_CASES={cases}: {error}");
    }
}

#[test]
fn ids_stay_in_documents_without_secrets() {
    let policy = policy("strict");
    let mut scratch = Workspace::default();
    for (name, events) in fixtures() {
        let document = Value::Array(events.clone());
        let out = document::redact(document.to_string().as_bytes(), &policy, &mut scratch).unwrap();
        let (mut before, mut after) = (Vec::new(), Vec::new());
        ids(&decoded::opened(&document), &mut before);
        ids(&decoded::opened(&decoded::body(&out.bytes)), &mut after);
        let is_blocked = document.to_string().contains("ph-no-capture");
        assert!(before == after || is_blocked, "{name}: {before:?} became {after:?}");
    }
}
