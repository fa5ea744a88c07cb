//! Compresses and decompresses the packed fields of rrweb events, as the SDK and the player do.
//!
//! The demo's sample is readable in the repository and is packed when it is sent. The backend stores
//! a readable copy of what it receives. A field that cannot be unpacked stays as it is.

use blackbar_core::internals::{Bound, Codecs, Level};
use serde_json::Value;

/// The value of `cv` in an event whose fields are packed.
const PACKED_VERSION: &str = "2024-10";

/// How much one field may inflate to.
const FIELD_BOUND: Bound = Bound { bytes: 64 << 20, ratio: 1000 };

/// Packs the fields of an event that has a `cv` version.
pub(super) fn pack(event: &mut Value, codecs: &mut Codecs) {
    for field in packed_fields(event) {
        let mut zipped = Vec::new();
        codecs.gzip(field.to_string().as_bytes(), Level::Field, &mut zipped);
        *field = Value::String(zipped.into_iter().map(char::from).collect());
    }
}

/// Unpacks the fields of an event that has a `cv` version, and removes the version.
pub(super) fn unpack(event: &mut Value, codecs: &mut Codecs) {
    for field in packed_fields(event) {
        if let Some(unpacked) = field.as_str().and_then(|text| unpack_text(text, codecs)) {
            *field = unpacked;
        }
    }
    if let Some(event) = event.as_object_mut() {
        event.remove("cv");
    }
}

fn unpack_text(text: &str, codecs: &mut Codecs) -> Option<Value> {
    let zipped: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
    let mut plain = Vec::new();
    codecs.gunzip(&zipped?, FIELD_BOUND, &mut plain).ok()?;
    serde_json::from_slice(&plain).ok()
}

/// The fields that are packed in an event of this kind; none if it has no `cv` version.
fn packed_fields(event: &mut Value) -> Vec<&mut Value> {
    if event.get("cv").and_then(Value::as_str) != Some(PACKED_VERSION) {
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
    fn unpacks_what_it_packed() {
        let mut codecs = Codecs::default();
        for event in [
            json!({"type": 2, "timestamp": 1, "cv": PACKED_VERSION, "data": {"node": {"id": 1}}}),
            json!({"type": 3, "timestamp": 1, "cv": PACKED_VERSION,
                   "data": {"source": 0, "texts": [], "attributes": [], "removes": [], "adds": [{"id": 2}]}}),
        ] {
            let mut copy = event.clone();
            pack(&mut copy, &mut codecs);
            assert_ne!(copy, event);
            unpack(&mut copy, &mut codecs);
            let mut unpacked_event = event;
            unpacked_event.as_object_mut().unwrap().remove("cv");
            assert_eq!(copy, unpacked_event);
        }
    }

    #[test]
    fn events_without_a_version_stay_unchanged() {
        let event = json!({"type": 2, "timestamp": 1, "data": {"node": {"id": 1}}});
        let mut copy = event.clone();
        pack(&mut copy, &mut Codecs::default());
        assert_eq!(copy, event);
    }
}
