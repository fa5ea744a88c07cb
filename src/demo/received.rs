//! What one region's backend received, on disk: raw bodies and a readable copy.
//!
//! In the region's directory: `SESSION/recording.jsonl` has lines of `[windowId, event]`,
//! `events.jsonl` has the bodies of other requests, and the `raw` directories have every body as it
//! arrived. It holds what the proxy forwarded and nothing else.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use blackbar_core::endpoint::{Class, Endpoint};
use blackbar_core::internals::Codecs;
use blackbar_core::pipeline::Request;
use blackbar_core::policy::Limits;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::demo::packing;
use crate::demo::setup::private_dir;

/// How much one body may inflate to.
const MAX_BODY_BYTES: usize = 256 << 20;
const MAX_BODY_RATIO: usize = 1000;

/// The file of a readable recording.
const RECORDING_FILE: &str = "recording.jsonl";

/// A request as the backend received it.
pub(super) struct ReceivedRequest {
    pub(super) endpoint: &'static Endpoint,
    pub(super) query: String,
    pub(super) content_type: Option<String>,
    pub(super) content_encoding: Option<String>,
    pub(super) body: Bytes,
}

/// How much was received.
#[derive(Clone, Copy, Default)]
pub(super) struct ReceivedTotals {
    pub(super) requests: u64,
    pub(super) snapshots: u64,
    pub(super) unreadable: u64,
}

/// What one region received.
pub(super) struct ReceivedStore {
    pub(super) region: &'static str,
    dir: PathBuf,
    totals: Mutex<ReceivedTotals>,
}

impl ReceivedStore {
    /// An empty store in a new directory inside `dir`.
    ///
    /// # Errors
    /// Its directory cannot be created.
    pub(super) fn new(dir: &Path, region: &'static str) -> io::Result<Self> {
        let dir = dir.join(region);
        private_dir(&dir)?;
        Ok(Self { region, dir, totals: Mutex::default() })
    }

    /// Stores a request. Blocks.
    ///
    /// # Errors
    /// A file cannot be written.
    pub(super) fn store(&self, received: &ReceivedRequest) -> io::Result<()> {
        // One request at a time: lines of one recording must not interleave.
        let mut totals = self.totals();
        totals.requests += 1;
        let number = totals.requests;
        let mut codecs = Codecs::default();
        let Some(body) = decode_body(received) else {
            totals.unreadable += 1;
            return store_raw(&self.dir, number, received);
        };
        if received.endpoint.class == Class::Replay {
            totals.snapshots += self.store_recording(number, received, body, &mut codecs)?;
            return Ok(());
        }
        store_raw(&self.dir, number, received)?;
        let line = json!({"endpoint": received.endpoint.path, "body": body});
        append(&self.dir.join("events.jsonl"), &format!("{line}\n"))
    }

    fn store_recording(
        &self,
        number: u64,
        received: &ReceivedRequest,
        body: Value,
        codecs: &mut Codecs,
    ) -> io::Result<u64> {
        let mut n_snapshots = 0;
        for (idx, mut event) in elements(body).into_iter().enumerate() {
            let Some(properties) = event.get_mut("properties") else { continue };
            let dir = self.dir.join(session_name(properties.get("$session_id")));
            if idx == 0 {
                store_raw(&dir, number, received)?;
            }
            let window = properties.get("$window_id").cloned().unwrap_or_default();
            let data = properties.get_mut("$snapshot_data").map(Value::take).unwrap_or_default();
            let mut lines = String::new();
            for mut snapshot in elements(data) {
                packing::unpack(&mut snapshot, codecs);
                lines.push_str(&json!([window, snapshot]).to_string());
                lines.push('\n');
                n_snapshots += 1;
            }
            private_dir(&dir)?;
            append(&dir.join(RECORDING_FILE), &lines)?;
        }
        Ok(n_snapshots)
    }

    /// How much was received.
    pub(super) fn totals(&self) -> MutexGuard<'_, ReceivedTotals> {
        self.totals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sessions and their recording files.
    pub(super) fn recordings(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut found: Vec<(String, PathBuf)> = entries
            .map(|entry| {
                (entry.file_name().to_string_lossy().into_owned(), entry.path().join(RECORDING_FILE))
            })
            .filter(|(_, file)| file.is_file())
            .collect();
        found.sort();
        found
    }

    /// The events of a recording, without their windows.
    pub(super) fn events(&self, session: &str) -> Vec<Value> {
        let named = self.recordings().into_iter().find(|(name, _)| name == session);
        let lines = named.map(|(_, file)| lines(&file)).unwrap_or_default();
        lines.into_iter().filter_map(|line| elements(line).into_iter().nth(1)).collect()
    }

    /// The bodies of requests that were not recordings, in order of arrival.
    pub(super) fn bodies(&self) -> Vec<Value> {
        let lines = lines(&self.dir.join("events.jsonl"));
        lines.into_iter().filter_map(|mut line| line.get_mut("body").map(Value::take)).collect()
    }

    /// Everything that was received and could be decoded.
    pub(super) fn everything(&self) -> Vec<Value> {
        let mut all = self.bodies();
        all.extend(self.recordings().iter().flat_map(|(session, _)| self.events(session)));
        all
    }
}

/// The elements of an array; null has none, any other value is the only one.
fn elements(value: Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items,
        Value::Null => Vec::new(),
        other => vec![other],
    }
}

fn store_raw(dir: &Path, number: u64, received: &ReceivedRequest) -> io::Result<()> {
    let dir = dir.join("raw");
    private_dir(&dir)?;
    fs::write(dir.join(format!("{number:05}-{}.body", received.endpoint.class.as_str())), &received.body)
}

fn decode_body(received: &ReceivedRequest) -> Option<Value> {
    let request = Request {
        endpoint: received.endpoint,
        path: received.endpoint.path,
        query: &received.query,
        content_type: received.content_type.as_deref(),
        content_encoding: received.content_encoding.as_deref(),
        bearer: None,
        headers: &[],
        body: &received.body,
    };
    let limits = Limits { inflated: MAX_BODY_BYTES, ratio: MAX_BODY_RATIO, ..Limits::default() };
    serde_json::from_str(&request.decoded_body(&limits).ok()?).ok()
}

/// A session id as the name of a directory; an id that could be a path is replaced.
fn session_name(id: Option<&Value>) -> &str {
    let is_name = |id: &&str| {
        (8..=70).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    id.and_then(Value::as_str).filter(is_name).unwrap_or("without-session")
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(file)?.write_all(text.as_bytes())
}

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_id_cannot_escape_the_output_directory() {
        for id in [json!("../../etc"), json!("a/b/c/d/e"), json!(7), json!("raw"), json!("")] {
            assert_eq!(session_name(Some(&id)), "without-session", "{id}");
        }
        assert_eq!(session_name(Some(&json!("01890a5d-ac96"))), "01890a5d-ac96");
    }
}
