//! Bodies of a wanted size, out of recorded events.
//!
//! Recordings are cut anew: bodies of all sizes hold the same events in the same order. Where that is
//! not enough they are repeated, with other ids of sessions and nodes and with other letters in their
//! texts, so that a repetition is not known already.

use std::collections::BTreeMap;

use libdeflater::{CompressionLvl, Compressor};
use serde_json::{Map, Value};

use crate::Error;
use crate::corpus::Body;
use crate::packed;

/// One session's events, and what the SDK wraps around them.
pub struct Recording {
    template: Body,
    envelope: Map<String, Value>,
    events: Vec<Value>,
}

/// All recordings of a corpus.
///
/// # Errors
/// A body is not what the SDK sends.
pub fn recordings(bodies: &[Body]) -> Result<Vec<Recording>, Error> {
    let mut all: BTreeMap<u32, Recording> = BTreeMap::new();
    for body in bodies.iter().filter(|body| body.is_replay()) {
        let envelopes = match serde_json::from_slice(&packed::gunzip(&body.bytes)?)? {
            Value::Array(envelopes) => envelopes,
            envelope => vec![envelope],
        };
        for envelope in envelopes {
            let Value::Object(mut envelope) = envelope else { return Err("not an envelope".into()) };
            let events = envelope
                .get_mut("properties")
                .and_then(|properties| properties.get_mut("$snapshot_data"))
                .and_then(|data| data.as_array_mut().map(std::mem::take))
                .ok_or("an envelope without snapshots")?;
            let new = || Recording { template: body.clone(), envelope, events: Vec::new() };
            all.entry(body.session).or_insert_with(new).events.extend(events);
        }
    }
    Ok(all.into_values().collect())
}

impl Recording {
    /// An envelope around some of the events; `round` tells one repetition from another.
    fn envelope(&self, events: Vec<Value>, round: u32) -> Value {
        let mut envelope = self.envelope.clone();
        if let Some(Value::Object(properties)) = envelope.get_mut("properties") {
            if let Some(Value::String(session)) = properties.get_mut("$session_id") {
                session.push('-');
                session.push_str(&round.to_string());
            }
            properties.insert("$snapshot_data".to_owned(), Value::Array(events));
        }
        Value::Object(envelope)
    }
}

/// Cuts recordings into bodies of at least `json_len` bytes of JSON each, but for the last; the
/// recordings are gone through for the rounds given.
///
/// # Errors
/// A packed field does not open.
pub fn bodies(
    recordings: &[Recording],
    json_len: usize,
    rounds: std::ops::Range<u32>,
) -> Result<Vec<Body>, Error> {
    let mut made = Vec::new();
    let (mut envelopes, mut len) = (Vec::new(), 0);
    for round in rounds {
        for recording in recordings {
            let mut events = Vec::new();
            for event in &recording.events {
                let event = renewed(event, round)?;
                len += event.to_string().len() + 1;
                events.push(event);
                if len >= json_len {
                    envelopes.push(recording.envelope(std::mem::take(&mut events), round));
                    made.push(wrap(&recording.template, std::mem::take(&mut envelopes))?);
                    len = 0;
                }
            }
            if !events.is_empty() {
                envelopes.push(recording.envelope(events, round));
            }
        }
    }
    if let (false, Some(recording)) = (envelopes.is_empty(), recordings.last()) {
        made.push(wrap(&recording.template, envelopes)?);
    }
    Ok(made)
}

/// As the SDK does it: one gzip member at a middling level.
fn wrap(template: &Body, envelopes: Vec<Value>) -> Result<Body, Error> {
    Ok(Body { bytes: gzip(Value::Array(envelopes).to_string().as_bytes())?, ..template.clone() })
}

/// A gzip member at a middling level.
///
/// # Errors
/// The library fails.
pub fn gzip(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    let mut compressor = Compressor::new(CompressionLvl::default());
    let mut out = vec![0; compressor.gzip_compress_bound(bytes.len())];
    let len = compressor.gzip_compress(bytes, &mut out)?;
    out.truncate(len);
    Ok(out)
}

/// An event as it would be in another session of another visitor; in round 0 as it is.
fn renewed(event: &Value, round: u32) -> Result<Value, Error> {
    let mut event = event.clone();
    if round > 0 {
        renew(&mut event, round, Is::Other)?;
    }
    Ok(event)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Id,
    Text,
    Other,
}

fn renew(value: &mut Value, round: u32, is: Is) -> Result<(), Error> {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let is = match key.as_str() {
                    "id" | "parentId" | "nextId" | "previousId" | "rootId" => Is::Id,
                    "textContent" | "text" | "value" | "title" | "alt" | "placeholder" => Is::Text,
                    _ => Is::Other,
                };
                renew(value, round, is)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                renew(item, round, Is::Other)?;
            }
        }
        Value::Number(number) if is == Is::Id => {
            if let Some(id) = number.as_u64().filter(|&id| id > 0) {
                *number = (id + u64::from(round % 10) * 10_000).into();
            }
        }
        Value::String(text) if text.starts_with("\u{1f}\u{8b}") => {
            let bytes: Vec<u8> = text.chars().filter_map(|c| u8::try_from(u32::from(c)).ok()).collect();
            let mut inner: Value = serde_json::from_slice(&packed::gunzip(&bytes)?)?;
            renew(&mut inner, round, Is::Other)?;
            *text = gzip(inner.to_string().as_bytes())?.into_iter().map(char::from).collect();
        }
        Value::String(text) if is == Is::Text => {
            let shift = |letter: char| match letter {
                'a'..='z' => char::from(b'a' + ((letter as u32 - 97 + round) % 26) as u8),
                other => other,
            };
            *text = text.chars().map(shift).collect();
        }
        _ => {}
    }
    Ok(())
}
