//! The recorded corpus: its texts as labelled ones, and what the whole product does to each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use blackbar_core::endpoint::classify;
use blackbar_core::internals::{Doc, JsonKind, Tape, Truncated, Value as Node};
use blackbar_core::pipeline::{self, Memory, Request, Workspace};
use blackbar_core::session::InMemoryWindows;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::engine;
use crate::lines::{Out, Result};

#[derive(Deserialize)]
struct Row {
    id: u32,
    session: u32,
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    offset: usize,
    len: usize,
}

#[derive(Deserialize)]
struct Planted {
    session: u32,
    kind: String,
    value: String,
}

/// Kinds of planted values → families. What is not here is planted, too, but no rule's business
/// without the field that it stands in.
const FAMILIES: &[(&str, &str)] = &[
    ("email", "email"),
    ("phone", "phone"),
    ("iban", "iban"),
    ("card", "card"),
    ("ip", "ip"),
    ("jwt", "jwt"),
    ("gh", "github token"),
    ("aws", "secret"),
    ("stripe", "secret"),
    ("slack", "secret"),
    ("google", "secret"),
    ("bearer", "secret"),
    ("name", "person"),
    ("address", "street address"),
    ("street", "street address"),
];

/// What a rule finds wherever it stands; the session must not show it in any text.
const ANYWHERE: [&str; 9] =
    ["email", "phone", "iban", "card", "ip", "jwt", "github token", "secret", "US SSN"];

/// A value to look for, and what it is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Needle {
    text: String,
    family: String,
}

pub fn run(folder: &str, strings: &str, to: &str) -> Result<()> {
    let bodies = std::fs::read(format!("{folder}/bodies.bin"))?;
    let rows: Vec<Row> = serde_json::from_slice(&std::fs::read(format!("{folder}/index.json"))?)?;
    let planted: Vec<Planted> = serde_json::from_slice(&std::fs::read(format!("{folder}/planted.json"))?)?;
    let mut needles: BTreeMap<u32, BTreeSet<Needle>> = BTreeMap::new();
    for value in &planted {
        needles.entry(value.session).or_default().extend(parts(value));
    }
    let policy = engine::policy()?;
    let sessions = InMemoryWindows::default();
    let mut scratch = Workspace::default();
    let mut seen = BTreeSet::new();
    let mut out = Out::new(strings)?;
    let mut tally = Tally::default();
    let mut fields: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
    for row in &rows {
        let value = opened(&parse(&bodies[row.offset..row.offset + row.len])?)?;
        fields_of(&value, false, fields.entry(row.session).or_default());
    }
    for row in &rows {
        let fields = fields.get(&row.session).ok_or("a session without requests")?;
        let Some(needles) = needles.get(&row.session) else { continue };
        let body = &bodies[row.offset..row.offset + row.len];
        let (path, query) = row.url.split_once('?').unwrap_or((&row.url, ""));
        let request = Request {
            endpoint: classify(&row.method, path)
                .map_err(|_| format!("no endpoint for request {}", row.id))?,
            path,
            query,
            content_type: row.headers.get("content-type").map(String::as_str),
            content_encoding: row.headers.get("content-encoding").map(String::as_str),
            bearer: None,
            headers: &[],
            body,
        };
        let memory = Memory { store: &sessions, now_ms: u64::from(row.id) };
        let redacted = pipeline::run(&request, &policy, memory, &mut scratch)?;
        let before = leaves(&opened(&parse(body)?)?, fields);
        let after = leaves(&opened(&parse(&redacted.body)?)?, fields);
        if before.len() != after.len() {
            return Err(format!("request {}: {} texts became {}", row.id, before.len(), after.len()).into());
        }
        for (before, after) in before.iter().zip(&after) {
            tally.count(before, after, needles);
            let words = if is_own_key(&before.key) { &*before.key } else { "" };
            let is_worth = before.text.chars().filter(|c| c.is_alphanumeric()).count() >= 4;
            if is_worth && seen.insert((words.to_owned(), before.text.clone())) {
                out.line(&labelled(before, needles, seen.len()))?;
            }
        }
    }
    Ok(std::fs::write(to, serde_json::to_vec(&tally.report())?)?)
}

/// The values that a planted text holds: a sentence holds several.
fn parts(planted: &Planted) -> Vec<Needle> {
    let family =
        FAMILIES.iter().find(|(kind, _)| *kind == planted.kind).map(|(_, family)| (*family).to_owned());
    let whole = planted.value.trim().to_owned();
    let mut out = match (family, planted.kind.as_str()) {
        (Some(family), "iban") => vec![Needle { text: behind(&whole, " re "), family }],
        (Some(family), _) if !whole.contains(" call ") => vec![Needle { text: whole.clone(), family }],
        (_, "ssn" | "freetext" | "phone") => sentence(&whole),
        (_, kind) => vec![Needle { text: whole.clone(), family: format!("={kind}") }],
    };
    out.push(Needle { text: whole, family: TYPED.to_owned() });
    out
}

/// Of a whole text as it was typed: its beginnings were recorded, too.
const TYPED: &str = "~";

fn behind(text: &str, mark: &str) -> String {
    text.rsplit(mark).next().unwrap_or(text).trim().to_owned()
}

/// Addresses and numbers in a sentence.
fn sentence(text: &str) -> Vec<Needle> {
    let is_ssn = |word: &str| {
        word.len() == 11
            && word
                .bytes()
                .enumerate()
                .all(|(i, b)| if i == 3 || i == 6 { b == b'-' } else { b.is_ascii_digit() })
    };
    let mut out = Vec::new();
    for word in text.split([' ', ',', ';']) {
        let word = word.trim_end_matches('.');
        if word.contains('@') {
            out.push(Needle { text: word.to_owned(), family: "email".to_owned() });
        } else if is_ssn(word) {
            out.push(Needle { text: word.to_owned(), family: "US SSN".to_owned() });
        }
    }
    let number: String = text.chars().map(|c| if c.is_ascii_digit() || c == ' ' { c } else { 'x' }).collect();
    let at = number
        .split('x')
        .map(str::trim)
        .find(|run| run.len() == 19 && run.split(' ').all(|group| group.len() == 4));
    out.extend(at.map(|card| Needle { text: card.to_owned(), family: "card".to_owned() }));
    if let Some((_, phone)) = text.split_once(" call ") {
        let phone = phone.split(',').next().unwrap_or(phone);
        out.push(Needle { text: phone.trim().trim_end_matches('.').to_owned(), family: "phone".to_owned() });
    }
    out
}

/// A text of a body, and the key that it stands under.
struct Leaf {
    key: String,
    text: String,
    /// Typed into a field: masked whatever it says.
    is_typed: bool,
}

/// The ids of nodes that people type into, and of what stands in them.
fn fields_of(value: &Value, is_inside: bool, out: &mut BTreeSet<u64>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| fields_of(item, is_inside, out)),
        Value::Object(entries) => {
            let tag = entries.get("tagName").and_then(Value::as_str);
            let is_editable = entries.get("attributes").is_some_and(|a| a.get("contenteditable").is_some());
            let is_field = matches!(tag, Some("input" | "textarea" | "select" | "option")) || is_editable;
            let is_inside = is_inside || is_field;
            if is_inside && let Some(id) = entries.get("id").and_then(Value::as_u64) {
                out.insert(id);
            }
            entries.values().for_each(|value| fields_of(value, is_inside, out));
        }
        _ => {}
    }
}

/// All texts, in order. `fields` are the nodes that people type into.
fn leaves(value: &Value, fields: &BTreeSet<u64>) -> Vec<Leaf> {
    fn walk(value: &Value, key: &str, is_typed: bool, fields: &BTreeSet<u64>, out: &mut Vec<Leaf>) {
        match value {
            Value::String(text) => out.push(Leaf { key: key.to_owned(), text: text.clone(), is_typed }),
            Value::Number(number) => {
                out.push(Leaf { key: key.to_owned(), text: number.to_string(), is_typed })
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, key, is_typed, fields, out)),
            Value::Object(entries) => {
                let id = entries.get("id").and_then(Value::as_u64);
                let is_field = id.is_some_and(|id| fields.contains(&id));
                let is_input = entries.get("source") == Some(&json!(5));
                for (name, value) in entries {
                    let is_value = matches!(&**name, "value" | "text" | "textContent");
                    let holds = is_value || name == "attributes" && value.get("value").is_some();
                    let is_typed = holds && (is_field || is_input || key == "attributes" && is_typed);
                    walk(value, name, is_typed, fields, out);
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    walk(value, "", false, fields, &mut out);
    out
}

/// The text with what was planted in it.
fn labelled(leaf: &Leaf, needles: &BTreeSet<Needle>, n: usize) -> Value {
    let mut spans: Vec<(usize, usize, &str)> = Vec::new();
    for needle in needles.iter().filter(|needle| needle.family != TYPED) {
        if let Some(kind) = needle.family.strip_prefix('=') {
            if leaf.text.trim() == needle.text {
                spans.push((0, leaf.text.len(), kind));
            }
            continue;
        }
        spans.extend(
            leaf.text.match_indices(&needle.text).map(|(at, text)| (at, at + text.len(), &*needle.family)),
        );
    }
    let chars = |at: usize| leaf.text[..at].chars().count();
    let spans: Vec<Value> = spans
        .into_iter()
        .map(|(start, end, family)| json!({"start": chars(start), "end": chars(end), "family": family}))
        .collect();
    let words = if is_own_key(&leaf.key) { &leaf.key } else { "" };
    json!({"id": format!("corpus/{n}"), "set": "corpus", "text": leaf.text, "words": words, "spans": spans, "partial": leaf.is_typed || is_partial(&leaf.text, needles)})
}

/// A key of the application, not of the recorder: it says something about its value.
fn is_own_key(key: &str) -> bool {
    !matches!(
        key,
        "text" | "textContent" | "value" | "attributes" | "data" | "payload" | "id" | "type" | "timestamp"
    )
}

/// Whether the text is a value on its way to be typed, or holds a value in an encoding.
fn is_partial(text: &str, needles: &BTreeSet<Needle>) -> bool {
    let text = text.trim();
    let signs = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let short = signs(text);
    short.len() >= 2
        && needles.iter().any(|needle| {
            let whole = signs(&needle.text);
            whole.contains(&short)
                || short.contains(&whole)
                || needle.text.split(' ').any(|word| word.len() > 3 && text.contains(word))
        })
}

/// What became of the texts.
#[derive(Default)]
struct Tally {
    texts: usize,
    with_value: usize,
    survived: BTreeMap<String, usize>,
    without: usize,
    typed: usize,
    changed: usize,
    examples: BTreeMap<String, (usize, String, String)>,
}

impl Tally {
    fn count(&mut self, before: &Leaf, after: &Leaf, needles: &BTreeSet<Needle>) {
        self.texts += 1;
        let holds = |text: &str, needle: &Needle| match needle.family.strip_prefix('=') {
            Some(_) => false,
            None => needle.family != TYPED && text.contains(&needle.text),
        };
        let planted: Vec<&Needle> = needles.iter().filter(|needle| holds(&before.text, needle)).collect();
        if !planted.is_empty() {
            self.with_value += 1;
            for needle in planted {
                let left = holds(&after.text, needle) && ANYWHERE.contains(&&*needle.family);
                *self.survived.entry(needle.family.clone()).or_default() += usize::from(left);
            }
        } else if is_partial(&before.text, needles) {
            // On its way to be a value: neither one nor the other.
        } else if before.is_typed {
            self.typed += 1;
        } else {
            self.without += 1;
            if before.text != after.text {
                self.changed += 1;
                let entry = self
                    .examples
                    .entry(before.key.clone())
                    .or_insert_with(|| (0, before.text.clone(), after.text.clone()));
                entry.0 += 1;
            }
        }
    }

    fn report(&self) -> Value {
        json!({
            "texts": self.texts, "with_value": self.with_value, "survived": self.survived,
            "typed": self.typed, "without": self.without, "changed": self.changed,
            "changed_by_key": self.examples.iter().map(|(key, (n, _, _))| (key.clone(), json!(n))).collect::<Map<_, _>>(),
            "examples": self.examples.iter().map(|(key, (n, before, after))| json!([key, n, before.chars().take(300).collect::<String>(), after.chars().take(300).collect::<String>()])).collect::<Vec<_>>(),
        })
    }
}

/// A body: gzip or plain, as JSON. Lone surrogates become U+FFFD.
fn parse(body: &[u8]) -> Result<Value> {
    let mut plain = Vec::new();
    if flate2::read::GzDecoder::new(body).read_to_end(&mut plain).is_err() {
        plain = body.to_vec();
    }
    read_json(std::str::from_utf8(&plain)?)
}

fn read_json(text: &str) -> Result<Value> {
    let mut tape = Tape::default();
    tape.read(text, 2000, Truncated::Reject)?;
    rebuild(Doc::new(text, &tape).root().ok_or("an empty body")?)
}

fn rebuild(node: Node<'_>) -> Result<Value> {
    Ok(match node.kind() {
        JsonKind::Object => Value::Object(
            node.entries()
                .map(|(key, value)| Ok((key.text().into_owned(), rebuild(value)?)))
                .collect::<Result<_>>()?,
        ),
        JsonKind::Array => Value::Array(node.items().map(rebuild).collect::<Result<_>>()?),
        JsonKind::String | JsonKind::Key => node.text().into_owned().into(),
        _ => serde_json::from_str(node.raw())?,
    })
}

/// With each packed string replaced by what it holds.
fn opened(value: &Value) -> Result<Value> {
    Ok(match value {
        Value::String(text) if text.starts_with("\u{1f}\u{8b}") => {
            let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
            opened(&parse(&bytes.ok_or("a packed string that is none")?)?)?
        }
        Value::Array(items) => Value::Array(items.iter().map(opened).collect::<Result<_>>()?),
        Value::Object(entries) => Value::Object(
            entries.iter().map(|(key, value)| Ok((key.clone(), opened(value)?))).collect::<Result<_>>()?,
        ),
        _ => value.clone(),
    })
}
