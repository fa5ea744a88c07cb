//! Recorded requests, from a folder like `tests/data/corpus`.

use std::fs;
use std::path::{Path, PathBuf};

use blackbar_core::endpoint::{Endpoint, classify};
use serde::Deserialize;

use crate::Error;

/// One request as it was sent.
#[derive(Clone)]
pub struct Body {
    /// Which recording it belongs to.
    pub session: u32,
    /// The row of the table of endpoints.
    pub endpoint: &'static Endpoint,
    /// The path.
    pub path: String,
    /// The query, without the question mark.
    pub query: String,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// The body on the wire.
    pub bytes: Vec<u8>,
}

impl Body {
    /// Whether it carries replay data.
    pub fn is_replay(&self) -> bool {
        self.path == "/s/"
    }
}

#[derive(Deserialize)]
struct Entry {
    session: u32,
    method: String,
    url: String,
    headers: std::collections::BTreeMap<String, String>,
    offset: usize,
    len: usize,
}

/// The folder that is read unless another is named.
pub fn default_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/corpus")
}

/// Reads `index.json` and `bodies.bin`.
///
/// # Errors
/// A file is missing or not of that form.
pub fn read(folder: &Path) -> Result<Vec<Body>, Error> {
    let all = fs::read(folder.join("bodies.bin"))?;
    let entries: Vec<Entry> = serde_json::from_slice(&fs::read(folder.join("index.json"))?)?;
    entries.iter().map(|entry| body(entry, &all)).collect()
}

fn body(entry: &Entry, all: &[u8]) -> Result<Body, Error> {
    let (path, query) = entry.url.split_once('?').unwrap_or((&entry.url, ""));
    let endpoint = classify(&entry.method, path).map_err(|_| "an endpoint is not in the table")?;
    let bytes = all.get(entry.offset..entry.offset + entry.len).ok_or("bodies.bin is too short")?;
    Ok(Body {
        session: entry.session,
        endpoint,
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: entry.headers.get("content-type").cloned(),
        bytes: bytes.to_vec(),
    })
}
