//! The write-ahead journal `pending.jsonl`: intents, and with `sync = "each"` records, too.
//!
//! An intent is written here before its exchange is forwarded. It is void once the chain has a record
//! with its request id. The file is emptied when the writer is idle and no intent is pending, and
//! rewritten when it has grown: emptying it for each request would cost more than writing it.
//!
//! With `sync = "each"` only this file is flushed for a request. It has the lines of the chain next
//! to the intents, so one flush makes both durable; the segment is flushed a little later, and a
//! start copies the lines that it lacks from here. The file is preallocated with zeros, because
//! flushing new content costs less than flushing a new length. When it is full and the segment is
//! flushed, it is replaced by a larger one.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::audit::chain;
use crate::audit::files::{JOURNAL, options};
use crate::audit::record::AuditRecord;
use crate::config::audit::Sync;

/// Size from which void intents are removed while requests keep coming.
const REWRITE_BYTES: u64 = 256 << 10;

/// The first and the largest preallocated size: a few hundred, and several thousand lines.
const PREALLOCATED_BYTES: std::ops::RangeInclusive<u64> = 256 << 10..=8 << 20;

/// The expected upper size of a batch. A larger batch extends the file, which is only slower.
const BATCH_BYTES: u64 = 64 << 10;

pub(crate) struct Journal {
    dir: PathBuf,
    file: File,
    /// Whether each line is flushed.
    is_flushed: bool,
    /// How many bytes are written.
    len: u64,
    /// The preallocated size; 0 without preallocation.
    preallocated: u64,
    /// Pending intents: request id and line.
    pending: HashMap<String, String>,
}

/// What a previous run left in the journal.
#[derive(Default)]
pub(crate) struct JournalContents {
    /// Intents, void ones among them.
    pub(crate) intents: Vec<AuditRecord>,
    /// Lines of the chain, without their line breaks.
    pub(crate) lines: Vec<Vec<u8>>,
}

impl Journal {
    /// Opens the journal and reads its contents. An unfinished last line was never confirmed, so nothing
    /// was forwarded for it. Call [`restart`](Self::restart) before the first write.
    pub(crate) fn open(dir: &Path, sync: Sync) -> io::Result<(Self, JournalContents)> {
        let path = dir.join(JOURNAL);
        let file = options().create(true).truncate(false).write(true).open(&path)?;
        let bytes = fs::read(&path)?;
        let mut contents = JournalContents::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            if chain::open(line).is_ok() {
                contents.lines.push(line.to_vec());
            } else if let Ok(intent) = serde_json::from_slice(line) {
                contents.intents.push(intent);
            }
        }
        let (is_flushed, len) = (sync == Sync::Each, bytes.len() as u64);
        Ok((
            Self { dir: dir.to_owned(), file, is_flushed, len, preallocated: 0, pending: HashMap::new() },
            contents,
        ))
    }

    /// Whether the intent of this request is pending.
    pub(crate) fn is_pending(&self, request_id: &str) -> bool {
        self.pending.contains_key(request_id)
    }

    /// Whether the journal must be restarted. The segment must be flushed before that.
    pub(crate) fn is_full(&self) -> bool {
        self.is_flushed && self.len + BATCH_BYTES > self.preallocated
    }

    /// Writes intents, and lines of the chain if this file is the one that is flushed. After an error
    /// none of them counts.
    pub(crate) fn write(&mut self, intents: &[AuditRecord], records: &[u8]) -> io::Result<()> {
        let records = if self.is_flushed { records } else { &[] };
        if intents.is_empty() && records.is_empty() {
            return Ok(());
        }
        let mut lines = Vec::with_capacity(intents.len());
        let mut block = Vec::new();
        for intent in intents {
            let line = serde_json::to_string(intent).map_err(io::Error::other)? + "\n";
            block.extend_from_slice(line.as_bytes());
            let id = intent.exchange.as_ref().map(|exchange| exchange.request_id.clone());
            lines.push((id.unwrap_or_default(), line));
        }
        block.extend_from_slice(records);
        let written = self.file.write_all_at(&block, self.len);
        if let Err(error) =
            written.and_then(|()| if self.is_flushed { self.file.sync_data() } else { Ok(()) })
        {
            // Partly written bytes must not precede the next line.
            self.preallocated = 0;
            if !self.is_flushed {
                let _ = self.file.set_len(self.len);
            }
            return Err(error);
        }
        self.len += block.len() as u64;
        self.pending.extend(lines);
        Ok(())
    }

    /// Voids intents whose records are in the chain. Failing to shrink the file is harmless: the next
    /// start finds the records.
    pub(crate) fn void<'a>(&mut self, request_ids: impl Iterator<Item = &'a str>) {
        for id in request_ids {
            self.pending.remove(id);
        }
        if self.is_flushed || self.len <= REWRITE_BYTES {
            return;
        }
        self.tidy();
        let pending_bytes: usize = self.pending.values().map(String::len).sum();
        if (pending_bytes as u64) < self.len / 2 {
            let _ = self.restart();
        }
    }

    /// Empties the file if no intent is pending and the file is not the one that is flushed.
    pub(crate) fn tidy(&mut self) {
        if !self.is_flushed && self.pending.is_empty() && self.len > 0 && self.file.set_len(0).is_ok() {
            self.len = 0;
        }
    }

    /// Replaces the file by one with the pending intents only.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        let path = self.dir.join(JOURNAL);
        let next = path.with_extension("next");
        let mut block: Vec<u8> = self.pending.values().flat_map(|line| line.bytes()).collect();
        let len = block.len() as u64;
        let mut preallocated = 0;
        if self.is_flushed {
            preallocated =
                len + (2 * self.preallocated).clamp(*PREALLOCATED_BYTES.start(), *PREALLOCATED_BYTES.end());
            block.resize(usize::try_from(preallocated).unwrap_or(block.len()), 0);
        }
        let mut file = options().create(true).truncate(true).write(true).open(&next)?;
        file.write_all(&block)?;
        if self.is_flushed {
            file.sync_all()?;
        }
        fs::rename(&next, &path)?;
        if self.is_flushed {
            File::open(&self.dir)?.sync_all()?;
        }
        (self.file, self.len, self.preallocated) = (file, len, preallocated);
        Ok(())
    }

    /// Empties the file, if every intent has its record in the flushed chain.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            self.file.set_len(0)?;
            (self.len, self.preallocated) = (0, 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{ChainLink, seal};
    use crate::audit::record::{ExchangeRecord, RecordKind};

    fn entry(id: &str) -> AuditRecord {
        let exchange = ExchangeRecord {
            request_id: id.to_owned(),
            outcome: "interrupted".to_owned(),
            ..ExchangeRecord::default()
        };
        AuditRecord {
            format: 1,
            seq: 0,
            time: "2026-01-01T00:00:00.000Z".to_owned(),
            kind: RecordKind::Exchange,
            instance: "one".to_owned(),
            policy_digest: "p".to_owned(),
            version: None,
            config_sha256: None,
            exchange: Some(exchange),
            torn: None,
            previous_hash: String::new(),
        }
    }

    /// The ids of the intents, and the number of chain lines, that a start would find.
    fn left(dir: &Path, sync: Sync) -> (Vec<String>, usize) {
        let (_, contents) = Journal::open(dir, sync).unwrap();
        let ids = contents.intents.into_iter().filter_map(|intent| Some(intent.exchange?.request_id));
        let mut ids: Vec<String> = ids.collect();
        ids.sort_unstable();
        (ids, contents.lines.len())
    }

    #[test]
    fn keeps_pending_intents_and_chain_lines_only_if_flushed_here() {
        for (sync, n_lines) in [(Sync::Each, 1), (Sync::Interval(std::time::Duration::ZERO), 0)] {
            let dir = tempfile::tempdir().unwrap();
            let (mut journal, _) = Journal::open(dir.path(), sync).unwrap();
            journal.restart().unwrap();
            let mut line = Vec::new();
            seal(&mut entry("a"), &ChainLink::default(), &mut line);
            journal.write(&[entry("b"), entry("c")], &[]).unwrap();
            journal.write(&[entry("d")], &line).unwrap();
            journal.void(["c"].into_iter());
            assert_eq!(left(dir.path(), sync), (vec!["b".into(), "c".into(), "d".into()], n_lines));
            journal.restart().unwrap();
            assert_eq!(left(dir.path(), sync), (vec!["b".into(), "d".into()], 0));
            journal.void(["b", "d"].into_iter());
            journal.close().unwrap();
            assert_eq!(left(dir.path(), sync), (vec![], 0));
        }
    }

    #[test]
    fn is_emptied_when_nothing_is_pending_and_stays_small() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), Sync::Interval(std::time::Duration::ZERO)).unwrap();
        journal.restart().unwrap();
        let left = || left(dir.path(), Sync::Interval(std::time::Duration::ZERO)).0;
        journal.write(&[entry("a"), entry("b")], &[]).unwrap();
        journal.void(["a"].into_iter());
        journal.tidy();
        assert_eq!(left(), ["a", "b"]);
        journal.void(["b"].into_iter());
        assert_eq!(left(), ["a", "b"]);
        journal.tidy();
        assert_eq!(left(), [""; 0]);
        journal.write(&[entry("kept")], &[]).unwrap();
        for n in 0..10_000 {
            let id = n.to_string();
            journal.write(&[entry(&id)], &[]).unwrap();
            journal.void([id.as_str()].into_iter());
            assert!(journal.len <= REWRITE_BYTES);
        }
        assert!(left().contains(&"kept".to_owned()));
    }

    #[test]
    fn doubles_its_preallocated_size_when_it_is_full() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), Sync::Each).unwrap();
        let mut sizes = Vec::new();
        for n in 0..8 {
            assert!(journal.is_full());
            journal.restart().unwrap();
            sizes.push(journal.preallocated);
            journal.len = journal.preallocated - BATCH_BYTES + 1;
            assert_eq!(fs::metadata(dir.path().join(JOURNAL)).unwrap().len(), journal.preallocated, "{n}");
        }
        assert_eq!(
            (sizes.first(), sizes.last()),
            (Some(PREALLOCATED_BYTES.start()), Some(PREALLOCATED_BYTES.end()))
        );
    }

    #[test]
    fn an_unfinished_line_is_ignored() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), Sync::Each).unwrap();
        journal.restart().unwrap();
        journal.write(&[entry("a"), entry("b")], &[]).unwrap();
        let path = dir.path().join(JOURNAL);
        let whole = fs::read(&path).unwrap();
        let len = journal.len as usize;
        for cut in len / 2 + 1..len - 1 {
            let mut torn = whole.clone();
            torn[cut..].fill(0);
            fs::write(&path, &torn).unwrap();
            assert_eq!(left(dir.path(), Sync::Each).0, ["a"], "{cut}");
        }
    }
}
