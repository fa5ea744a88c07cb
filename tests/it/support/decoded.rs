//! Decodes bodies as an attacker would: every wrapping removed, every packed field opened.

use std::collections::BTreeSet;
use std::io::Read;

use base64::Engine;
use blackbar_core::internals::{Doc, JsonKind, Tape, Truncated, Value as Node};
use serde_json::Value;

/// Parses JSON. Unlike `serde_json` it accepts lone surrogates, as U+FFFD.
pub(crate) fn json(text: &str) -> Value {
    let mut tape = Tape::default();
    tape.read(text, 2000, Truncated::Reject).expect("output is JSON");
    rebuild(Doc::new(text, &tape).root().expect("output is not empty"))
}

fn rebuild(node: Node<'_>) -> Value {
    match node.kind() {
        JsonKind::Object => node.entries().map(|(k, v)| (k.text().into_owned(), rebuild(v))).collect(),
        JsonKind::Array => node.items().map(rebuild).collect(),
        JsonKind::String | JsonKind::Key => node.text().into_owned().into(),
        _ => serde_json::from_str(node.raw()).unwrap(),
    }
}

/// Decompresses gzip with another library than the program uses.
pub(crate) fn gunzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).ok().map(|_| out)
}

/// A body: gzip or plain JSON.
pub(crate) fn body(bytes: &[u8]) -> Value {
    let plain = gunzip(bytes).unwrap_or_else(|| bytes.to_vec());
    json(std::str::from_utf8(&plain).expect("output is UTF-8"))
}

/// The content of a packed string.
pub(crate) fn unpacked(text: &str) -> Option<Value> {
    if !text.starts_with("\u{1f}\u{8b}") {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    Some(json(&String::from_utf8(gunzip(&bytes?)?).ok()?))
}

/// The value with each packed string replaced by its content.
pub(crate) fn opened(value: &Value) -> Value {
    match value {
        Value::String(text) => unpacked(text).map_or_else(|| value.clone(), |inner| opened(&inner)),
        Value::Array(items) => items.iter().map(opened).collect(),
        Value::Object(entries) => entries.iter().map(|(k, v)| (k.clone(), opened(v))).collect(),
        _ => value.clone(),
    }
}

/// All strings and keys of an opened value, and numbers as text.
pub(crate) fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Number(number) => out.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, out)),
        Value::Object(entries) => entries.iter().for_each(|(key, value)| {
            out.push(key.clone());
            strings(value, out);
        }),
        _ => {}
    }
}

/// All strings and their decodings (percent, base64, JSON, entities), three levels deep.
pub(crate) fn deep_strings(value: &Value) -> BTreeSet<String> {
    let mut first = Vec::new();
    strings(value, &mut first);
    let mut all: BTreeSet<String> = first.into_iter().collect();
    let mut fresh: Vec<String> = all.iter().cloned().collect();
    for _ in 0..3 {
        let next: BTreeSet<String> = fresh.iter().flat_map(|text| decodings(text)).collect();
        fresh = next.difference(&all).cloned().collect();
        all.extend(fresh.iter().cloned());
    }
    all
}

fn decodings(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    if text.contains('%') || text.contains('+') {
        out.push(percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned());
        out.push(
            percent_encoding::percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned(),
        );
    }
    if text.contains('&') {
        out.push(htmlize::unescape(text).into_owned());
    }
    if text.trim_start().starts_with(['{', '[', '"'])
        && let Ok(inner) = serde_json::from_str::<Value>(text)
    {
        strings(&inner, &mut out);
    }
    if text.contains("\\u")
        && let Ok(inner) = serde_json::from_str::<String>(&format!("\"{}\"", text.replace('"', "\\\"")))
    {
        out.push(inner);
    }
    let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/-_".contains(c);
    for run in text.split(|c| !is_digit(c)).filter(|run| run.len() >= 16) {
        let run = run.replace('-', "+").replace('_', "/");
        let run = &run[..run.len() - usize::from(run.len() % 4 == 1)];
        if let Ok(bytes) = base64::engine::general_purpose::STANDARD_NO_PAD.decode(run)
            && let Ok(inner) = String::from_utf8(bytes)
        {
            out.push(inner);
        }
    }
    out
}
