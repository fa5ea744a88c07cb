//! What must not be lost before the chain has it: intents, and with `sync = "each"` records, too.
//!
//! An intent is about to be forwarded, and stands here before it is. It is void once the chain has a
//! record with its request id. The file is emptied at the next beat at which nothing is pending, and
//! rewritten when it has grown: to empty it for each request costs more than to write it.
//!
//! With `sync = "each"` this is what is flushed, and nothing else: the lines of the chain stand here
//! beside the intents, so one flush makes both durable, and the segment reaches the disk a little
//! later. What it lacks after a power failure is taken from here. The file is filled up with zeros, so
//! that flushing it changes its content alone, which costs less than making it longer. It begins
//! anew, with more room, when it is full and the segment is on the disk.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::audit::chain;
use crate::audit::entry::Entry;
use crate::audit::files::{JOURNAL, options};
use crate::config::audit::Sync;

/// Size at which void intents are worth removing while requests come and go.
const REWRITE_BYTES: u64 = 256 << 10;

/// Room for lines that are flushed, at first and at most: a few hundred, and several thousand.
const ROOM: std::ops::RangeInclusive<u64> = 256 << 10..=8 << 20;

/// What a batch may about take. A larger one makes the file longer, which only takes longer.
const BATCH: u64 = 64 << 10;

pub(crate) struct Journal {
    dir: PathBuf,
    file: File,
    /// Whether each line is flushed.
    is_flushed: bool,
    /// What is written.
    len: u64,
    /// The size of the file, where it is filled up.
    room: u64,
    pending: HashMap<String, String>,
}

/// What a run before left.
#[derive(Default)]
pub(crate) struct Left {
    /// Intents, void ones among them.
    pub(crate) intents: Vec<Entry>,
    /// Lines of the chain, without their line breaks.
    pub(crate) records: Vec<Vec<u8>>,
}

impl Journal {
    /// Opens the journal and gives what stands in it. A torn last line is one that was never
    /// answered with yes, so nothing was forwarded for it. Before anything is written it must be
    /// [restarted](Self::restart).
    pub(crate) fn open(dir: &Path, sync: Sync) -> io::Result<(Self, Left)> {
        let path = dir.join(JOURNAL);
        let file = options().create(true).truncate(false).write(true).open(&path)?;
        let bytes = fs::read(&path)?;
        let mut left = Left::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            if chain::open(line).is_ok() {
                left.records.push(line.to_vec());
            } else if let Ok(intent) = serde_json::from_slice(line) {
                left.intents.push(intent);
            }
        }
        let (is_flushed, len) = (sync == Sync::Each, bytes.len() as u64);
        Ok((Self { dir: dir.to_owned(), file, is_flushed, len, room: 0, pending: HashMap::new() }, left))
    }

    /// Whether this request was promised a record.
    pub(crate) fn is_pending(&self, request_id: &str) -> bool {
        self.pending.contains_key(request_id)
    }

    /// Whether it must be restarted, and the segment be on the disk before that.
    pub(crate) fn is_full(&self) -> bool {
        self.is_flushed && self.len + BATCH > self.room
    }

    /// Writes intents, and lines of the chain if they are to be flushed here; on an error none of
    /// them counts.
    pub(crate) fn write(&mut self, intents: &[Entry], records: &[u8]) -> io::Result<()> {
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
            // What was half written must not stand behind what comes next.
            self.room = 0;
            if !self.is_flushed {
                let _ = self.file.set_len(self.len);
            }
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
        if self.is_flushed || self.len <= REWRITE_BYTES {
            return;
        }
        self.tidy();
        let still: usize = self.pending.values().map(String::len).sum();
        if (still as u64) < self.len / 2 {
            let _ = self.restart();
        }
    }

    /// Empties it if nothing is pending, where nobody flushes it.
    pub(crate) fn tidy(&mut self) {
        if !self.is_flushed && self.pending.is_empty() && self.len > 0 && self.file.set_len(0).is_ok() {
            self.len = 0;
        }
    }

    /// Begins anew with the intents that are pending. What else stands in it is lost.
    pub(crate) fn restart(&mut self) -> io::Result<()> {
        let path = self.dir.join(JOURNAL);
        let next = path.with_extension("next");
        let mut block: Vec<u8> = self.pending.values().flat_map(|line| line.bytes()).collect();
        let len = block.len() as u64;
        let mut room = 0;
        if self.is_flushed {
            room = len + (2 * self.room).clamp(*ROOM.start(), *ROOM.end());
            block.resize(usize::try_from(room).unwrap_or(block.len()), 0);
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
        (self.file, self.len, self.room) = (file, len, room);
        Ok(())
    }

    /// Empties it: all that it held stands in the chain, and that on the disk.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        if self.pending.is_empty() {
            self.file.set_len(0)?;
            (self.len, self.room) = (0, 0);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{Link, seal};
    use crate::audit::entry::{Exchange, Kind};

    fn entry(id: &str) -> Entry {
        let exchange =
            Exchange { request_id: id.to_owned(), outcome: "interrupted".to_owned(), ..Exchange::default() };
        Entry {
            v: 1,
            seq: 0,
            time: "2026-01-01T00:00:00.000Z".to_owned(),
            kind: Kind::Exchange,
            instance: "one".to_owned(),
            policy: "p".to_owned(),
            version: None,
            in_force: None,
            exchange: Some(exchange),
            torn: None,
            prev: String::new(),
        }
    }

    /// The ids of intents, and how many lines of the chain, that a start would find.
    fn left(dir: &Path, sync: Sync) -> (Vec<String>, usize) {
        let (_, left) = Journal::open(dir, sync).unwrap();
        let ids = left.intents.into_iter().filter_map(|intent| Some(intent.exchange?.request_id));
        let mut ids: Vec<String> = ids.collect();
        ids.sort_unstable();
        (ids, left.records.len())
    }

    #[test]
    fn holds_what_is_pending_and_lines_that_are_flushed_here_alone() {
        for (sync, n_lines) in [(Sync::Each, 1), (Sync::Interval(std::time::Duration::ZERO), 0)] {
            let dir = tempfile::tempdir().unwrap();
            let (mut journal, _) = Journal::open(dir.path(), sync).unwrap();
            journal.restart().unwrap();
            let mut line = Vec::new();
            seal(&mut entry("a"), &Link::default(), &mut line);
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
    fn is_emptied_when_nothing_is_pending_and_time_or_room_is_up() {
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
    fn gets_room_anew_and_more_of_it_when_it_is_full() {
        let dir = tempfile::tempdir().unwrap();
        let (mut journal, _) = Journal::open(dir.path(), Sync::Each).unwrap();
        let mut rooms = Vec::new();
        for n in 0..8 {
            assert!(journal.is_full());
            journal.restart().unwrap();
            rooms.push(journal.room);
            journal.len = journal.room - BATCH + 1;
            assert_eq!(fs::metadata(dir.path().join(JOURNAL)).unwrap().len(), journal.room, "{n}");
        }
        assert_eq!((rooms.first(), rooms.last()), (Some(ROOM.start()), Some(ROOM.end())));
    }

    #[test]
    fn a_line_that_is_torn_is_none() {
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
