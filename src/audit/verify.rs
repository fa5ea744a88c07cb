//! Recomputes a chain offline, and finds the first place where it is not what it says.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::audit::chain::{self, Link, Mismatch};
use crate::audit::entry::{Entry, Kind};
use crate::audit::files;
use crate::config::policy::hex;

/// What was seen.
#[derive(Debug, Default, Serialize)]
pub struct Verdict {
    /// Segments read.
    pub n_segments: u64,
    /// Records read.
    pub n_records: u64,
    /// Places that a crash tore, each noted by a record.
    pub n_torn: u64,
    /// The last record.
    pub end: Link,
    /// The first place that does not fit.
    pub broken: Option<Break>,
    /// What is worth knowing and no fault.
    pub notes: Vec<String>,
}

/// A place that does not fit.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Break {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 if the file itself is the matter.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl Verdict {
    /// Whether the chain is what it says.
    pub fn is_whole(&self) -> bool {
        self.broken.is_none()
    }
}

/// Recomputes the chain of a directory, and gives each record to `see`.
///
/// # Errors
/// A file cannot be read.
pub fn verify(dir: &Path, mut see: impl FnMut(&Entry)) -> io::Result<Verdict> {
    let head = files::read_head(dir);
    let mut verdict = Verdict::default();
    let mut head_seen = head.as_ref().is_none_or(|head| head.seq == 0);
    for (number, path) in files::segments(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        verdict.n_segments += 1;
        if number != verdict.n_segments {
            let reason = format!("segment {} is missing", verdict.n_segments);
            verdict.broken = Some(Break { file: name, line: 0, reason });
            return Ok(verdict);
        }
        let bytes = fs::read(&path)?;
        let mut walk = Walk { name: &name, bytes: &bytes, at: 0, line: 0 };
        while let Some(step) = walk.next(&verdict.end) {
            match step {
                Step::Record(entry, link) => {
                    verdict.n_records += 1;
                    verdict.n_torn += u64::from(entry.kind == Kind::Torn);
                    head_seen |= head.as_ref() == Some(&link);
                    verdict.end = link;
                    if let Some(broken) = check_in_force(dir, &entry) {
                        verdict.broken = Some(broken);
                        return Ok(verdict);
                    }
                    see(&entry);
                }
                Step::Unfinished => {
                    let note = "its last line has no end: it is being written, or a crash tore it";
                    verdict.notes.push(format!("{name}: {note}"));
                }
                Step::Broken(broken) => {
                    verdict.broken = Some(broken);
                    return Ok(verdict);
                }
            }
        }
    }
    verdict.broken = check_head(head.as_ref(), head_seen, &verdict);
    Ok(verdict)
}

/// Whether the description that a record names is there and is the one it names.
fn check_in_force(dir: &Path, entry: &Entry) -> Option<Break> {
    let sha256 = entry.in_force.as_ref()?;
    let file = files::in_force_name(sha256);
    let reason = match fs::read(dir.join(&file)) {
        Ok(bytes) if hex(&Sha256::digest(&bytes)) == *sha256 => return None,
        Ok(_) => format!("it is not what record {} says was in force: it was changed", entry.seq),
        Err(_) => format!("it is missing; record {} says that it was in force", entry.seq),
    };
    Some(Break { file, line: 0, reason })
}

fn check_head(head: Option<&Link>, head_seen: bool, verdict: &Verdict) -> Option<Break> {
    let at_head = |reason: String| Some(Break { file: files::HEAD.to_owned(), line: 0, reason });
    match head {
        None if verdict.n_records == 0 => at_head("there is no audit chain here".to_owned()),
        None => at_head("it is missing or cannot be read, so a cut tail would not be seen".to_owned()),
        Some(head) if !head_seen => at_head(format!(
            "it names record {} as the newest, but the chain ends with record {}: records were cut off",
            head.seq, verdict.end.seq
        )),
        Some(_) => None,
    }
}

enum Step {
    Record(Box<Entry>, Link),
    Unfinished,
    Broken(Break),
}

/// Goes through the lines of one segment.
struct Walk<'a> {
    name: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> Walk<'a> {
    fn next(&mut self, end: &Link) -> Option<Step> {
        let start = self.at;
        let (line, is_whole) = self.line()?;
        let first_line = self.line;
        match chain::follow(line, end) {
            Ok((entry, link)) if is_whole && entry.kind != Kind::Torn => {
                Some(Step::Record(Box::new(entry), link))
            }
            Ok((_, _)) if is_whole => Some(
                self.broken(first_line, "it tells of a torn line, but there is none before it".to_owned()),
            ),
            _ if !is_whole => Some(Step::Unfinished),
            Ok(_) => None,
            Err(mismatch) => {
                Some(self.torn(start, end).unwrap_or_else(|| self.at_line(first_line, &mismatch)))
            }
        }
    }

    /// Looks behind a line that does not fit for the record that says a crash tore it.
    fn torn(&mut self, start: usize, end: &Link) -> Option<Step> {
        loop {
            let torn_end = self.at.checked_sub(1)?;
            let (line, _) = self.line()?;
            let Ok((entry, link)) = chain::follow(line, end) else { continue };
            let torn = entry.torn.as_ref()?;
            let bytes = self.bytes.get(start..torn_end)?;
            let fits = torn.bytes == bytes.len() as u64 && torn.sha256 == hex(&Sha256::digest(bytes));
            return fits.then(|| Step::Record(Box::new(entry), link));
        }
    }

    fn line(&mut self) -> Option<(&'a [u8], bool)> {
        let rest = self.bytes.get(self.at..).filter(|rest| !rest.is_empty())?;
        self.line += 1;
        if let Some(len) = memchr::memchr(b'\n', rest) {
            self.at += len + 1;
            Some((rest.get(..len)?, true))
        } else {
            self.at = self.bytes.len();
            Some((rest, false))
        }
    }

    fn at_line(&self, line: usize, mismatch: &Mismatch) -> Step {
        self.broken(line, mismatch.to_string())
    }

    fn broken(&self, line: usize, reason: String) -> Step {
        Step::Broken(Break { file: self.name.to_owned(), line, reason })
    }
}
