//! Intents: what is about to be forwarded, made durable before it is.
//!
//! An intent is void once the chain has a record with its request id. While requests come and go
//! the file is emptied whenever nothing is pending, and rewritten when it has grown.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::audit::entry::Entry;
use crate::audit::files::{JOURNAL, options};

/// Size at which void intents are worth removing.
const REWRITE_BYTES: u64 = 1 << 20;

pub(crate) struct Journal {
    path: PathBuf,
    file: File,
    len: u64,
    pending: HashMap<String, String>,
}

impl Journal {
    /// Opens the journal and gives the intents that stand in it. A torn last line is one that was
    /// never answered with yes, so nothing was forwarded for it.
    pub(crate) fn open(dir: &Path) -> io::Result<(Self, Vec<Entry>)> {
        let path = dir.join(JOURNAL);
        let file = options().create(true).read(true).append(true).open(&path)?;
        let bytes = std::fs::read(&path)?;
        let found = bytes.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
        let found = found.collect();
        Ok((Self { path, file, len: bytes.len() as u64, pending: HashMap::new() }, found))
    }

    /// Whether this request was promised a record.
    pub(crate) fn is_pending(&self, request_id: &str) -> bool {
        self.pending.contains_key(request_id)
    }

    /// Writes intents; on an error none of them counts.
    pub(crate) fn write(&mut self, intents: &[Entry], sync: bool) -> io::Result<()> {
        if intents.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::new();
        for intent in intents {
            let line = serde_json::to_string(intent).map_err(io::Error::other)? + "\n";
            let id = intent.exchange.as_ref().map(|exchange| exchange.request_id.clone());
            lines.push((id.unwrap_or_default(), line));
        }
        let block: String = lines.iter().map(|(_, line)| line.as_str()).collect();
        let written = self
            .file
            .write_all(block.as_bytes())
            .and_then(|()| if sync { self.file.sync_data() } else { Ok(()) });
        if let Err(error) = written {
            let _ = self.file.set_len(self.len);
            return Err(error);
        }
        self.len += block.len() as u64;
        self.pending.extend(lines);
        Ok(())
    }

    /// Voids intents whose records stand in the chain. Failing to shrink the file is harmless: the
    /// next start finds the records.
    pub(crate) fn void<'a>(&mut self, request_ids: impl Iterator<Item = &'a str>) {
        for id in request_ids {
            self.pending.remove(id);
        }
        if self.len == 0 {
            return;
        }
        if self.pending.is_empty() {
            if self.file.set_len(0).is_ok() {
                self.len = 0;
            }
        } else if self.len > REWRITE_BYTES {
            let still: usize = self.pending.values().map(String::len).sum();
            if (still as u64) < self.len / 2 {
                let _ = self.rewrite();
            }
        }
    }

    fn rewrite(&mut self) -> io::Result<()> {
        let next = self.path.with_extension("next");
        let block: String = self.pending.values().map(String::as_str).collect();
        let mut file = options().create(true).truncate(true).write(true).open(&next)?;
        file.write_all(block.as_bytes())?;
        file.sync_data()?;
        std::fs::rename(&next, &self.path)?;
        self.file = options().append(true).open(&self.path)?;
        self.len = block.len() as u64;
        Ok(())
    }
}
