//! Reads the end of an existing chain when a process starts. Changes nothing.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::audit::chain::{self, ChainLink};

/// The end of the newest segment.
pub(crate) struct Tail {
    /// The last whole line.
    pub(crate) end: Option<ChainLink>,
    /// The bytes after it, if a crash left an unfinished line.
    pub(crate) torn: Option<Vec<u8>>,
    /// Whether the last whole line lacks its line break.
    pub(crate) lacks_line_break: bool,
    /// The day of the last whole line.
    pub(crate) day: Option<Day>,
    /// The size of the file.
    pub(crate) len: u64,
}

/// A day of UTC, as days since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(i64);

impl Day {
    /// The day of a record's time.
    fn of(time: &str) -> Option<Self> {
        time.parse().ok().map(Self::at)
    }

    pub(crate) fn today() -> Self {
        Self::at(Timestamp::now())
    }

    fn at(time: Timestamp) -> Self {
        Self(time.as_second().div_euclid(24 * 60 * 60))
    }
}

impl Tail {
    /// Reads a segment; a missing one counts as empty.
    pub(crate) fn read(path: &Path) -> io::Result<Self> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut tail =
            Self { end: None, torn: None, lacks_line_break: false, day: None, len: bytes.len() as u64 };
        let mut good = 0;
        let mut at = 0;
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            at += line.len();
            let whole = line.strip_suffix(b"\n");
            if let Ok((entry, link)) = chain::open(whole.unwrap_or(line)) {
                tail.lacks_line_break = whole.is_none();
                tail.end = Some(link);
                tail.day = Day::of(&entry.time);
                good = at;
            }
        }
        let rest = bytes.get(good..).unwrap_or_default();
        tail.torn = (!rest.is_empty()).then(|| rest.to_vec());
        Ok(tail)
    }
}

/// The end of the chain when the newest segment holds no whole line.
pub(crate) fn end_before(segments: &[(u64, PathBuf)]) -> io::Result<ChainLink> {
    for (_, path) in segments.iter().rev().skip(1) {
        if let Some(end) = Tail::read(path)?.end {
            return Ok(end);
        }
    }
    Ok(ChainLink::default())
}

/// The request ids of all records from number `floor` on, and of some before.
pub(crate) fn recorded_since(segments: &[(u64, PathBuf)], floor: u64) -> io::Result<HashSet<String>> {
    let mut ids = HashSet::new();
    for (_, path) in segments.iter().rev() {
        let mut first = None;
        for line in fs::read(path)?.split(|byte| *byte == b'\n') {
            let Ok((entry, _)) = chain::open(line) else { continue };
            first.get_or_insert(entry.seq);
            ids.extend(entry.exchange.map(|exchange| exchange.request_id));
        }
        if first.is_some_and(|first| first <= floor) {
            break;
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight() {
        let day = |time: &str| Day::of(time).unwrap();
        assert_eq!(day("2026-01-01T00:00:00.000Z"), day("2026-01-01T23:59:59.999Z"));
        assert_ne!(day("2026-01-01T23:59:59.999Z"), day("2026-01-02T00:00:00.000Z"));
        assert_eq!(Day::of("yesterday"), None);
        assert_eq!(Day::of(&crate::audit::record::now()), Some(Day::today()));
    }
}
