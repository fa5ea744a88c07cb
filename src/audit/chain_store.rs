//! The chain on disk: opened at a start, then appended to.
//!
//! One caller at a time writes; the lock around the store is in `writer`. Records are either all
//! written or not at all: after a failure the segment is cut back to the last whole line, and records
//! of exchanges that were already forwarded wait for the next attempt.

use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::audit::OpenError;
use crate::audit::chain::{self, ChainLink};
use crate::audit::files::{self, options};
use crate::audit::journal::Journal;
use crate::audit::record::{AuditRecord, ExchangeRecord, FORMAT, RecordKind, TornBytes, now};
use crate::audit::recovery::{self, RecoveredDir};
use crate::audit::tail::{Day, Tail, recorded_since};
use crate::config::audit::{AuditConfig, Sync};
use crate::config::policy::hex;

/// How long the segment and the head may stay unflushed with `sync = "each"`, where the journal is
/// flushed for each record.
const MAX_SEGMENT_LAG: Duration = Duration::from_millis(100);

/// The usual length of a line, to size a buffer.
const TYPICAL_LINE_BYTES: usize = 1024;

/// The configuration in force, as the audit keeps it.
#[derive(Clone)]
pub struct ConfigDescription {
    /// The digest of the policy.
    pub digest: Arc<str>,
    /// The whole configuration, written out.
    pub description: Arc<str>,
}

/// The segments, the journal and the state between two writes.
pub(crate) struct ChainStore {
    config: AuditConfig,
    policy_digest: String,
    segment: Segment,
    end: ChainLink,
    journal: Journal,
    /// Records of forwarded exchanges that could not be written yet.
    backlog: Vec<AuditRecord>,
    is_failing: bool,
    last_sync: Instant,
    is_dirty: bool,
    /// Whether the last line has been written.
    is_closed: bool,
    _lock: File,
}

struct Segment {
    number: u64,
    day: Day,
    file: Arc<File>,
    len: u64,
}

/// Lines that the operating system has but the disk may lack.
pub(crate) struct Unsynced {
    file: Arc<File>,
    end: ChainLink,
}

impl Unsynced {
    /// Flushes the lines. Needs no lock, so other lines can be written meanwhile.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl ChainStore {
    /// Opens the directory, repairs what a crash left, and records the start.
    ///
    /// # Errors
    /// The directory cannot be used, is in use, or its chain is broken.
    pub(crate) fn open(config: &AuditConfig, in_force: &ConfigDescription) -> Result<Self, OpenError> {
        let dir = config.dir.as_path();
        let io = |what| move |source| OpenError::Io { dir: dir.display().to_string(), what, source };
        let RecoveredDir { lock, segments, number, file, tail, end, journal, intents } =
            recovery::recover(config)?;
        let day = tail.day.unwrap_or_else(Day::today);
        let segment = Segment { number, day, file: Arc::new(file), len: tail.len };
        let mut store = Self {
            config: config.clone(),
            policy_digest: in_force.digest.to_string(),
            segment,
            end,
            journal,
            backlog: Vec::new(),
            is_failing: false,
            last_sync: Instant::now(),
            is_dirty: false,
            is_closed: false,
            _lock: lock,
        };
        let config_sha256 = files::write_config(dir, &in_force.description);
        let config_sha256 = config_sha256.map_err(io("the configuration cannot be described there"))?;
        store.end_unfinished_line(&tail).map_err(io("a segment cannot be repaired"))?;
        let first = store
            .first_records(&tail, intents, &segments, config_sha256)
            .map_err(io("a segment cannot be read"))?;
        store.begin(first).map_err(io("it cannot be written to"))?;
        Ok(store)
    }

    /// Ends the last line of the segment if a crash left it without a line break.
    fn end_unfinished_line(&mut self, tail: &Tail) -> io::Result<()> {
        if tail.lacks_line_break || tail.torn.is_some() {
            (&*self.segment.file).write_all(b"\n")?;
            self.segment.len += 1;
        }
        Ok(())
    }

    /// The first records of this run: an unfinished line, interrupted exchanges, and the start.
    fn first_records(
        &self,
        tail: &Tail,
        intents: Vec<AuditRecord>,
        segments: &[(u64, PathBuf)],
        config_sha256: String,
    ) -> io::Result<Vec<AuditRecord>> {
        let mut first = Vec::new();
        if let Some(torn) = &tail.torn {
            let torn = TornBytes { bytes: torn.len() as u64, sha256: hex(&Sha256::digest(torn)) };
            first.push(AuditRecord { torn: Some(torn), ..self.entry(RecordKind::Torn) });
        }
        if !intents.is_empty() {
            let floor = intents.iter().map(|intent| intent.seq).min().unwrap_or_default();
            let recorded = recorded_since(segments, floor)?;
            for mut intent in intents {
                let Some(exchange) = intent.exchange.as_mut() else { continue };
                if !recorded.contains(&exchange.request_id) {
                    "interrupted".clone_into(&mut exchange.outcome);
                    intent.format = FORMAT;
                    first.push(intent);
                }
            }
        }
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        first.push(AuditRecord {
            version,
            config_sha256: Some(config_sha256),
            ..self.entry(RecordKind::Start)
        });
        Ok(first)
    }

    /// Writes the first records of this run. The journal, from which some of them came, is emptied only
    /// after they are on the disk.
    fn begin(&mut self, mut first: Vec<AuditRecord>) -> io::Result<()> {
        self.rotate_if_due()?;
        let (lines, end) = self.sealed(&mut first);
        self.append(&lines)?;
        self.end = end;
        self.sync()?;
        self.journal.restart()
    }

    /// A record about this process.
    pub(crate) fn entry(&self, kind: RecordKind) -> AuditRecord {
        self.entry_of(kind, now())
    }

    fn entry_of(&self, kind: RecordKind, time: String) -> AuditRecord {
        AuditRecord {
            format: FORMAT,
            seq: self.end.seq,
            time,
            kind,
            instance: self.config.instance.clone(),
            policy_digest: self.policy_digest.clone(),
            version: None,
            config_sha256: None,
            exchange: None,
            torn: None,
            previous_hash: String::new(),
        }
    }

    /// A record about an exchange, with the policy that applied to it.
    pub(crate) fn exchange_entry(&self, time: String, policy: &str, exchange: ExchangeRecord) -> AuditRecord {
        let exchange = Some(exchange);
        AuditRecord {
            policy_digest: policy.to_owned(),
            exchange,
            ..self.entry_of(RecordKind::Exchange, time)
        }
    }

    /// Whether a line can be appended right now, without a backlog, a new segment or a retry before it.
    pub(crate) fn can_append_now(&self) -> bool {
        !self.is_failing && !self.is_closed && self.backlog.is_empty() && !self.must_rotate()
    }

    /// Whether the last attempt to write failed.
    pub(crate) fn is_failing(&self) -> bool {
        self.is_failing
    }

    /// Takes over another configuration; returns the record of the change.
    ///
    /// # Errors
    /// The description of the configuration cannot be written.
    pub(crate) fn change_config(&mut self, in_force: &ConfigDescription) -> io::Result<AuditRecord> {
        in_force.digest.as_ref().clone_into(&mut self.policy_digest);
        let config_sha256 = Some(files::write_config(&self.config.dir, &in_force.description)?);
        Ok(AuditRecord { config_sha256, ..self.entry(RecordKind::ConfigChanged) })
    }

    /// The end of the chain.
    pub(crate) fn end(&self) -> &ChainLink {
        &self.end
    }

    /// Makes intents and records durable, all or none of them.
    ///
    /// # Errors
    /// None of them counts as written. Records of forwarded exchanges are kept for the next attempt.
    pub(crate) fn commit(&mut self, intents: &[AuditRecord], records: Vec<AuditRecord>) -> io::Result<()> {
        let mut all = std::mem::take(&mut self.backlog);
        if self.is_failing {
            all.push(self.entry(RecordKind::Resumed));
        }
        all.extend(records);
        match self.try_commit(intents, &mut all) {
            Ok(()) => {
                self.is_failing = false;
                let ids = all.iter().filter_map(|entry| Some(entry.exchange.as_ref()?.request_id.as_str()));
                self.journal.void(ids);
                Ok(())
            }
            Err(error) => {
                self.is_failing = true;
                let ids =
                    intents.iter().filter_map(|entry| Some(entry.exchange.as_ref()?.request_id.as_str()));
                self.journal.void(ids);
                let journal = &self.journal;
                all.retain(|entry| {
                    entry.exchange.as_ref().is_some_and(|exchange| journal.is_pending(&exchange.request_id))
                });
                self.backlog = all;
                Err(error)
            }
        }
    }

    fn try_commit(&mut self, intents: &[AuditRecord], records: &mut [AuditRecord]) -> io::Result<()> {
        if self.journal.is_full() {
            self.sync()?;
            self.journal.restart()?;
        }
        if !records.is_empty() {
            self.rotate_if_due()?;
        }
        let (lines, end) = self.sealed(records);
        let before = self.segment.len;
        let written = self.append(&lines).and_then(|()| self.journal.write(intents, &lines));
        if let Err(error) = written {
            // Cut off a partly written line, or the next line would follow it.
            if !lines.is_empty() {
                self.segment.file.set_len(before)?;
                self.segment.len = before;
            }
            return Err(error);
        }
        self.end = end;
        self.is_dirty |= !lines.is_empty();
        Ok(())
    }

    /// The lines of these records, and the end of the chain after them.
    fn sealed(&self, records: &mut [AuditRecord]) -> (Vec<u8>, ChainLink) {
        let mut end = self.end.clone();
        let mut lines = Vec::with_capacity(records.len() * TYPICAL_LINE_BYTES);
        for entry in records {
            end = chain::seal(entry, &end, &mut lines);
        }
        (lines, end)
    }

    fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        (&*self.segment.file).write_all(lines)?;
        self.segment.len += lines.len() as u64;
        Ok(())
    }

    fn must_rotate(&self) -> bool {
        let is_full = self.segment.len >= self.config.segment_bytes as u64;
        self.segment.len > 0 && (is_full || self.segment.day != Day::today())
    }

    fn rotate_if_due(&mut self) -> io::Result<()> {
        if !self.must_rotate() {
            return Ok(());
        }
        self.sync()?;
        let number = self.segment.number + 1;
        let path = files::segment_path(&self.config.dir, number);
        let file = options().create_new(true).append(true).open(path)?;
        File::open(&self.config.dir)?.sync_all()?;
        self.segment = Segment { number, day: Day::today(), file: Arc::new(file), len: 0 };
        Ok(())
    }

    /// Flushes the segment to the disk and then writes the head.
    fn sync(&mut self) -> io::Result<()> {
        self.segment.file.sync_data()?;
        self.is_dirty = false;
        self.last_sync = Instant::now();
        files::write_head(&self.config.dir, &self.end)
    }

    /// Empties the journal if that is cheap.
    pub(crate) fn tidy(&mut self) {
        self.journal.tidy();
    }

    /// The lines to flush, if the interval has passed.
    pub(crate) fn begin_sync(&mut self) -> Option<Unsynced> {
        let lag = match self.config.sync {
            Sync::Each => MAX_SEGMENT_LAG,
            Sync::Interval(interval) => interval,
        };
        if !self.is_dirty || self.last_sync.elapsed() < lag {
            return None;
        }
        self.is_dirty = false;
        self.last_sync = Instant::now();
        Some(Unsynced { file: Arc::clone(&self.segment.file), end: self.end.clone() })
    }

    /// Takes the result of the flush, and writes the head.
    ///
    /// # Errors
    /// The flush failed, or the head cannot be written.
    pub(crate) fn end_sync(&mut self, unsynced: &Unsynced, flushed: io::Result<()>) -> io::Result<()> {
        self.is_dirty |= flushed.is_err();
        flushed?;
        files::write_head(&self.config.dir, &unsynced.end)
    }

    /// Flushes everything. From now on [`can_append_now`](Self::can_append_now) is false.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.is_closed = true;
        self.sync()?;
        self.journal.close()
    }
}
