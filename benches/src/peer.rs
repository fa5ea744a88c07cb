//! The nearest peer: PostHog's own scrubber, over the same events.

use std::time::Duration;

use posthog_replay_anonymizer::{AllowLists, anonymize_line};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::Error;
use crate::clock;
use crate::corpus::Body;
use crate::packed;

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    properties: Properties<'a>,
}

#[derive(Deserialize)]
struct Properties<'a> {
    #[serde(borrow, rename = "$snapshot_data")]
    events: Vec<&'a RawValue>,
}

/// The rrweb events of replay bodies as they stand there, packed fields closed.
///
/// # Errors
/// A body is not what the SDK sends.
pub fn events(bodies: &[Body]) -> Result<Vec<Vec<u8>>, Error> {
    let mut lines = Vec::new();
    for body in bodies.iter().filter(|body| body.is_replay()) {
        let json = packed::gunzip(&body.bytes)?;
        let envelopes: Vec<Envelope<'_>> = match json.first() {
            Some(b'[') => serde_json::from_slice(&json)?,
            _ => vec![serde_json::from_slice(&json)?],
        };
        let events = envelopes.into_iter().flat_map(|envelope| envelope.properties.events);
        lines.extend(events.map(|event| event.get().as_bytes().to_vec()));
    }
    Ok(lines)
}

/// What a pass of the peer took and did.
#[derive(Default)]
pub struct Pass {
    /// CPU time of the calls alone.
    pub took: Duration,
    /// Events that changed.
    pub n_changed: usize,
    /// Events that it refused.
    pub n_refused: usize,
}

/// Takes events through the peer, one line each. It consumes its input: copies are made beforehand.
pub fn pass(allow: &AllowLists, lines: &[Vec<u8>]) -> Pass {
    let mut lines = lines.to_vec();
    let mut pass = Pass::default();
    let (took, ()) = clock::timed(|| {
        for line in &mut lines {
            match anonymize_line(allow, line) {
                Ok(changed) => pass.n_changed += usize::from(changed.is_some()),
                Err(_) => pass.n_refused += 1,
            }
        }
    });
    Pass { took, ..pass }
}
