//! The span reader against `serde_json`: the same texts are JSON, and mean the same.

#![no_main]

use blackbar_core::internals::{Doc, JsonError, JsonKind, Tape, Truncated, Value as Node};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

/// `None` where the two differ on purpose: lone surrogates and numbers out of range.
fn rebuild(node: Node<'_>) -> Option<Value> {
    Some(match node.kind() {
        JsonKind::Object => {
            let entries = node.entries().map(|(k, v)| Some((k.text().into_owned(), rebuild(v)?)));
            Value::Object(entries.collect::<Option<_>>()?)
        }
        JsonKind::Array => Value::Array(node.items().map(rebuild).collect::<Option<_>>()?),
        JsonKind::String | JsonKind::Key => node.text().into_owned().into(),
        _ => serde_json::from_str(node.raw()).ok()?,
    })
}

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut tape = Tape::default();
    let ours = tape.read(text, 120, Truncated::Reject);
    let theirs: Result<Value, _> = serde_json::from_str(text);
    match (ours, theirs) {
        (Ok(()), Ok(theirs)) => {
            let ours = rebuild(Doc::new(text, &tape).root().expect("a document has a root"));
            assert!(ours.is_none_or(|ours| ours == theirs), "another meaning");
        }
        (Ok(()), Err(_)) => {
            let has_surrogate = text.contains("\\u") || text.contains("\\U");
            let has_number = text.bytes().any(|b| b.is_ascii_digit());
            assert!(has_surrogate || has_number, "we read what serde_json does not");
        }
        (Err(JsonError::TooDeep(_)), _) | (Err(_), Err(_)) => {}
        (Err(error), Ok(_)) => panic!("serde_json reads what we do not: {error}"),
    }
    // A cut text never makes it fall over.
    let _ = tape.read(text, 120, Truncated::Accept);
});
