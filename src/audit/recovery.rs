//! Repairs an audit directory when a process starts, before anything is written to it.
//!
//! Locks the directory, puts back the lines that a power failure took from the newest segment, finds
//! the end of the chain, and refuses a chain from whose end records were removed. Verifying the whole
//! chain is the job of `verify`, not of a start.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::audit::OpenError;
use crate::audit::chain::{self, ChainLink};
use crate::audit::files::{self, options};
use crate::audit::journal::Journal;
use crate::audit::record::AuditRecord;
use crate::audit::tail::{Tail, end_before};
use crate::config::audit::AuditConfig;

/// A directory that is locked and repaired.
pub(crate) struct RecoveredDir {
    pub(crate) lock: File,
    /// All segments in order.
    pub(crate) segments: Vec<(u64, PathBuf)>,
    /// The number of the newest segment, which may not exist yet.
    pub(crate) number: u64,
    /// The newest segment, open for appending.
    pub(crate) file: File,
    pub(crate) tail: Tail,
    /// The end of the chain.
    pub(crate) end: ChainLink,
    pub(crate) journal: Journal,
    /// The intents in the journal, void ones among them.
    pub(crate) intents: Vec<AuditRecord>,
}

/// Locks and repairs the directory, which is created if it does not exist.
///
/// # Errors
/// The directory cannot be used, is in use, or its chain is broken.
pub(crate) fn recover(config: &AuditConfig) -> Result<RecoveredDir, OpenError> {
    let dir = config.dir.as_path();
    let io = |what| move |source| OpenError::Io { dir: dir.display().to_string(), what, source };
    fs::create_dir_all(dir).map_err(io("it cannot be created"))?;
    let lock = files::lock(dir).map_err(io("it cannot be locked"))?;
    let lock = lock.ok_or_else(|| OpenError::Locked { dir: dir.display().to_string() })?;
    let segments = files::segments(dir).map_err(io("it cannot be listed"))?;
    let (number, path) = segments.last().cloned().unwrap_or_else(|| (1, files::segment_path(dir, 1)));
    let (journal, contents) = Journal::open(dir, config.sync).map_err(io("the journal cannot be opened"))?;
    restore_lines(&segments, &path, &contents.lines).map_err(io("a segment cannot be repaired"))?;
    let tail = Tail::read(&path).map_err(io("the newest segment cannot be read"))?;
    let end = match &tail.end {
        Some(end) => end.clone(),
        None => end_before(&segments).map_err(io("a segment cannot be read"))?,
    };
    check_head(dir, &end, &tail)?;
    let file = options().create(true).append(true).open(&path);
    let file = file.map_err(io("the newest segment cannot be opened"))?;
    Ok(RecoveredDir { lock, segments, number, file, tail, end, journal, intents: contents.intents })
}

/// Copies from the journal the lines that a power failure took from the newest segment.
///
/// The bytes after the last line that continues the chain are replaced by the lines of the journal
/// that do. If the journal has none, nothing changes.
fn restore_lines(segments: &[(u64, PathBuf)], path: &Path, lines: &[Vec<u8>]) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let mut end = end_before(segments)?;
    let bytes = fs::read(path).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok(Vec::new()),
        _ => Err(error),
    })?;
    let (mut at, mut valid_len) = (0, 0);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if let Some(Ok((_, link))) = line.strip_suffix(b"\n").map(|line| chain::follow(line, &end)) {
            (end, valid_len) = (link, at);
        }
    }
    let mut missing = Vec::new();
    for line in lines {
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
    file.set_len(valid_len as u64)?;
    file.write_all(&missing)?;
    file.sync_all()
}

/// The head is written after the chain, so a chain that ends before its head was cut or changed.
fn check_head(dir: &Path, end: &ChainLink, tail: &Tail) -> Result<(), OpenError> {
    let broken = |what| Err(OpenError::Broken { dir: dir.display().to_string(), what });
    match files::read_head(dir) {
        Some(head) if head.seq > end.seq => {
            broken(format!("its head is record {}, but its last whole record is {}", head.seq, end.seq))
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
