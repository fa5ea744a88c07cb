//! Packs and opens the fields of rrweb events, as the SDK and the player do.
//!
//! The demo's sample is kept readable and packed when it is sent; the backend keeps a readable copy
//! of what it receives. What does not open is kept as it is.

use blackbar_core::decode::codec::{Bound, Codecs, Level};
use serde_json::Value;

/// The mark of an event whose fields are packed.
const VERSION: &str = "2024-10";

/// What one field may inflate to.
const BOUND: Bound = Bound { bytes: 64 << 20, ratio: 1000 };

/// Packs the fields of an event that carries the mark.
pub(super) fn pack(event: &mut Value, codecs: &mut Codecs) {
    for field in fields(event) {
        let mut zipped = Vec::new();
        codecs.gzip(field.to_string().as_bytes(), Level::Field, &mut zipped);
        *field = Value::String(zipped.into_iter().map(char::from).collect());
    }
}

/// Opens the fields of an event that carries the mark, and takes the mark away.
pub(super) fn open(event: &mut Value, codecs: &mut Codecs) {
    for field in fields(event) {
        if let Some(opened) = field.as_str().and_then(|text| opened(text, codecs)) {
            *field = opened;
        }
    }
    if let Some(event) = event.as_object_mut() {
        event.remove("cv");
    }
}

fn opened(text: &str, codecs: &mut Codecs) -> Option<Value> {
    let zipped: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let mut plain = Vec::new();
    codecs.gunzip(&zipped?, BOUND, &mut plain).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// The fields that are packed in an event of this kind; none if it does not carry the mark.
fn fields(event: &mut Value) -> Vec<&mut Value> {
    if event.get("cv").and_then(Value::as_str) != Some(VERSION) {
        return Vec::new();
    }
    let kind = event.get("type").and_then(Value::as_u64);
    let Some(data) = event.get_mut("data") else { return Vec::new() };
    let source = data.get("source").and_then(Value::as_u64);
    let names: &[&str] = match (kind, source) {
        (Some(2), _) => return vec![data],
        (Some(3), Some(0)) => &["texts", "attributes", "removes", "adds"],
        (Some(3), Some(8)) => &["adds", "removes"],
        _ => &[],
    };
    let Some(data) = data.as_object_mut() else { return Vec::new() };
    data.iter_mut().filter(|(name, _)| names.contains(&name.as_str())).map(|(_, field)| field).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn opens_what_it_packed() {
        let mut codecs = Codecs::default();
        for event in [
            json!({"type": 2, "timestamp": 1, "cv": VERSION, "data": {"node": {"id": 1}}}),
            json!({"type": 3, "timestamp": 1, "cv": VERSION,
                   "data": {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [{"id": 2}]}}),
        ] {
            let mut copy = event.clone();
            pack(&mut copy, &mut codecs);
            assert_ne!(copy, event);
            open(&mut copy, &mut codecs);
            let mut unmarked = event;
            unmarked.as_object_mut().unwrap().remove("cv");
            assert_eq!(copy, unmarked);
        }
    }

    #[test]
    fn leaves_unmarked_events_alone() {
        let event = json!({"type": 2, "timestamp": 1, "data": {"node": {"id": 1}}});
        let mut copy = event.clone();
        pack(&mut copy, &mut Codecs::default());
        assert_eq!(copy, event);
    }
}
