//! The chain on disk: opened and mended at a start, then appended to by one thread.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use crate::audit::OpenError;
use crate::audit::chain::{self, Link};
use crate::audit::entry::{Entry, Exchange, Kind, Torn, now};
use crate::audit::files::{self, options};
use crate::audit::journal::Journal;
use crate::audit::tail::{Day, Tail, end_before, recorded_since};
use crate::config::audit::{AuditConfig, Sync};
use crate::config::policy::hex;

/// How far the segment on the disk, and with it the head, may lag behind the chain where the journal
/// is flushed for each record.
const LAG: Duration = Duration::from_millis(100);

/// What a line is about as long as.
const LINE: usize = 1024;

/// What is in force.
#[derive(Clone)]
pub struct InForce {
    /// The digest of the policy.
    pub digest: Arc<str>,
    /// All of it, written out.
    pub description: Arc<str>,
}

pub(crate) struct Store {
    config: AuditConfig,
    policy: String,
    segment: Segment,
    end: Link,
    journal: Journal,
    /// Records of what was forwarded that could not be written yet.
    backlog: Vec<Entry>,
    is_broken: bool,
    synced: Instant,
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

/// What the operating system has and the disk may not.
pub(crate) struct Unsynced {
    file: Arc<File>,
    end: Link,
}

impl Unsynced {
    /// Flushes it. Nobody who writes has to wait for this.
    pub(crate) fn flush(&self) -> io::Result<()> {
        self.file.sync_data()
    }
}

impl Store {
    /// Opens the directory, mends what a crash left, and notes the start.
    pub(crate) fn open(config: &AuditConfig, in_force: &InForce) -> Result<Self, OpenError> {
        let dir = config.dir.as_path();
        let io = |what| move |source| OpenError::Io { dir: dir.display().to_string(), what, source };
        fs::create_dir_all(dir).map_err(io("it cannot be created"))?;
        let lock = files::lock(dir).map_err(io("it cannot be locked"))?;
        let lock = lock.ok_or_else(|| OpenError::Locked { dir: dir.display().to_string() })?;
        let segments = files::segments(dir).map_err(io("it cannot be listed"))?;
        let (number, path) = segments.last().cloned().unwrap_or_else(|| (1, files::segment_path(dir, 1)));
        let (journal, left) = Journal::open(dir, config.sync).map_err(io("the journal cannot be opened"))?;
        replay(&segments, &path, &left.records).map_err(io("a segment cannot be mended"))?;
        let tail = Tail::read(&path).map_err(io("the newest segment cannot be read"))?;
        let end = match &tail.end {
            Some(end) => end.clone(),
            None => end_before(&segments).map_err(io("a segment cannot be read"))?,
        };
        check_head(dir, &end, &tail)?;
        let file = options().create(true).append(true).open(&path);
        let file = file.map_err(io("the newest segment cannot be opened"))?;
        let day = tail.day.unwrap_or_else(Day::today);
        let segment = Segment { number, day, file: Arc::new(file), len: tail.len };
        let mut store = Self {
            config: config.clone(),
            policy: in_force.digest.to_string(),
            segment,
            end,
            journal,
            backlog: Vec::new(),
            is_broken: false,
            synced: Instant::now(),
            is_dirty: false,
            is_closed: false,
            _lock: lock,
        };
        let described = files::write_in_force(dir, &in_force.description);
        let described = described.map_err(io("what is in force cannot be kept there"))?;
        let first =
            store.mend(&tail, left.intents, &segments, described).map_err(io("a segment cannot be read"))?;
        store.begin(first).map_err(io("it cannot be written to"))?;
        Ok(store)
    }

    /// What the first lines of this run say.
    fn mend(
        &mut self,
        tail: &Tail,
        intents: Vec<Entry>,
        segments: &[(u64, PathBuf)],
        in_force: String,
    ) -> io::Result<Vec<Entry>> {
        let mut first = Vec::new();
        if tail.is_open || tail.torn.is_some() {
            (&*self.segment.file).write_all(b"\n")?;
            self.segment.len += 1;
        }
        if let Some(torn) = &tail.torn {
            let torn = Torn { bytes: torn.len() as u64, sha256: hex(&Sha256::digest(torn)) };
            first.push(Entry { torn: Some(torn), ..self.entry(Kind::Torn) });
        }
        if !intents.is_empty() {
            let floor = intents.iter().map(|intent| intent.seq).min().unwrap_or_default();
            let recorded = recorded_since(segments, floor)?;
            for mut intent in intents {
                let Some(exchange) = intent.exchange.as_mut() else { continue };
                if !recorded.contains(&exchange.request_id) {
                    "interrupted".clone_into(&mut exchange.outcome);
                    first.push(intent);
                }
            }
        }
        let version = Some(env!("CARGO_PKG_VERSION").to_owned());
        first.push(Entry { version, in_force: Some(in_force), ..self.entry(Kind::Start) });
        Ok(first)
    }

    /// Writes the first lines of this run. Only when they are on the disk may the journal go from
    /// which some of them came.
    fn begin(&mut self, mut first: Vec<Entry>) -> io::Result<()> {
        self.rotate_if_due()?;
        let (lines, end) = self.sealed(&mut first);
        self.append(&lines)?;
        self.end = end;
        self.sync()?;
        self.journal.restart()
    }

    /// An entry about this run itself.
    pub(crate) fn entry(&self, kind: Kind) -> Entry {
        self.entry_of(kind, now())
    }

    fn entry_of(&self, kind: Kind, time: String) -> Entry {
        Entry {
            v: 1,
            seq: self.end.seq,
            time,
            kind,
            instance: self.config.instance.clone(),
            policy: self.policy.clone(),
            version: None,
            in_force: None,
            exchange: None,
            torn: None,
            prev: String::new(),
        }
    }

    /// An entry about an exchange, under the policy it ran with.
    pub(crate) fn exchange_entry(&self, time: String, policy: &str, exchange: Exchange) -> Entry {
        let exchange = Some(exchange);
        Entry { policy: policy.to_owned(), exchange, ..self.entry_of(Kind::Exchange, time) }
    }

    /// Whether a line is just a line: nothing else must be written before or with it.
    pub(crate) fn is_at_ease(&self) -> bool {
        !self.is_broken && !self.is_closed && self.backlog.is_empty() && !self.must_rotate()
    }

    /// Whether the last attempt to write failed.
    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// From now on something else is in force; gives the entry that says so.
    ///
    /// # Errors
    /// The description cannot be kept.
    pub(crate) fn change(&mut self, in_force: &InForce) -> io::Result<Entry> {
        in_force.digest.as_ref().clone_into(&mut self.policy);
        let described = files::write_in_force(&self.config.dir, &in_force.description)?;
        Ok(Entry { in_force: Some(described), ..self.entry(Kind::Policy) })
    }

    /// The end of the chain.
    pub(crate) fn end(&self) -> &Link {
        &self.end
    }

    /// Makes intents and records durable, all or none.
    ///
    /// # Errors
    /// Nothing counts as written; records of what was forwarded are kept for the next attempt.
    pub(crate) fn commit(&mut self, intents: &[Entry], records: Vec<Entry>) -> io::Result<()> {
        let mut all = std::mem::take(&mut self.backlog);
        if self.is_broken {
            all.push(self.entry(Kind::Resumed));
        }
        all.extend(records);
        match self.try_commit(intents, &mut all) {
            Ok(()) => {
                self.is_broken = false;
                let ids = all.iter().filter_map(|entry| Some(entry.exchange.as_ref()?.request_id.as_str()));
                self.journal.void(ids);
                Ok(())
            }
            Err(error) => {
                self.is_broken = true;
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

    fn try_commit(&mut self, intents: &[Entry], records: &mut [Entry]) -> io::Result<()> {
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
            // What was half written must go, or the next line would stand behind it.
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

    /// The lines of records, and the chain's end behind them.
    fn sealed(&self, records: &mut [Entry]) -> (Vec<u8>, Link) {
        let mut end = self.end.clone();
        let mut lines = Vec::with_capacity(records.len() * LINE);
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

    /// Flushes to the disk what is only with the operating system.
    fn sync(&mut self) -> io::Result<()> {
        self.segment.file.sync_data()?;
        self.is_dirty = false;
        self.synced = Instant::now();
        files::write_head(&self.config.dir, &self.end)
    }

    /// Removes what is of no use any more, as far as it costs next to nothing.
    pub(crate) fn tidy(&mut self) {
        self.journal.tidy();
    }

    /// What is to be flushed, if the interval has passed.
    pub(crate) fn begin_sync(&mut self) -> Option<Unsynced> {
        let lag = match self.config.sync {
            Sync::Each => LAG,
            Sync::Interval(interval) => interval,
        };
        if !self.is_dirty || self.synced.elapsed() < lag {
            return None;
        }
        self.is_dirty = false;
        self.synced = Instant::now();
        Some(Unsynced { file: Arc::clone(&self.segment.file), end: self.end.clone() })
    }

    /// Notes that it was flushed, or that it was not.
    ///
    /// # Errors
    /// It was not, or the head cannot be written.
    pub(crate) fn end_sync(&mut self, unsynced: &Unsynced, flushed: io::Result<()>) -> io::Result<()> {
        self.is_dirty |= flushed.is_err();
        flushed?;
        files::write_head(&self.config.dir, &unsynced.end)
    }

    /// Flushes everything, and takes no more lines at once.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.is_closed = true;
        self.sync()?;
        self.journal.close()
    }
}

/// Takes from the journal what a power failure took from the newest segment: what stands behind the
/// last line there that follows the one before gives way to the lines that do.
fn replay(segments: &[(u64, PathBuf)], path: &Path, records: &[Vec<u8>]) -> io::Result<()> {
    if records.is_empty() {
        return Ok(());
    }
    let mut end = end_before(segments)?;
    let bytes = fs::read(path).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(error),
    })?;
    let (mut at, mut good) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if let Some(Ok((_, link))) = line.strip_suffix(b"\n").map(|line| chain::follow(line, &end)) {
            (end, good) = (link, at);
        }
    }
    let mut missing = Vec::new();
    for line in records {
        if let Ok((_, link)) = chain::follow(line, &end) {
            missing.extend_from_slice(line);
            missing.push(b'\n');
            end = link;
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    let mut file = options().create(true).append(true).open(path)?;
    file.set_len(good as u64)?;
    file.write_all(&missing)?;
    file.sync_all()
}

/// The head is written after the chain, so a chain that ends before it was cut or changed.
fn check_head(dir: &Path, end: &Link, tail: &Tail) -> Result<(), OpenError> {
    let broken = |what| Err(OpenError::Broken { dir: dir.display().to_string(), what });
    match files::read_head(dir) {
        Some(head) if head.seq > end.seq => {
            broken(format!("its head is record {}, but the last whole record is {}", head.seq, end.seq))
        }
        Some(head) if head.seq == end.seq && head.hash != end.hash => {
            broken(format!("record {} is not the one that its head names", end.seq))
        }
        None if tail.end.is_none() && end.seq == 0 && tail.torn.is_some() => {
            broken("the first segment holds no record".to_owned())
        }
        _ => Ok(()),
    }
}
