//! Verifies a chain offline: recomputes every hash and reports the first place that does not match.
//!
//! Reads directories of every format up to the current one. Changes nothing.

use std::fs;
use std::io;
use std::path::Path;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::audit::chain::{self, ChainLink, Mismatch};
use crate::audit::files;
use crate::audit::record::{AuditRecord, RecordKind};
use crate::config::policy::hex;

/// The result of a verification.
#[derive(Debug, Default, Serialize)]
pub struct Verification {
    /// Segments read.
    pub n_segments: u64,
    /// Records read.
    pub n_records: u64,
    /// Unfinished lines that crashes left, each covered by a record.
    pub n_unfinished: u64,
    /// The last record.
    pub end: ChainLink,
    /// The first place where the chain is broken.
    pub broken: Option<ChainBreak>,
    /// Observations that are not faults.
    pub notes: Vec<String>,
}

/// A place where the chain is broken.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct ChainBreak {
    /// The file's name.
    pub file: String,
    /// The line, from 1; 0 if the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub reason: String,
}

impl Verification {
    /// Whether no break was found.
    pub fn is_intact(&self) -> bool {
        self.broken.is_none()
    }
}

/// Verifies the chain of a directory, and passes each record to `visit`.
///
/// # Errors
/// A file cannot be read.
pub fn verify(dir: &Path, mut visit: impl FnMut(&AuditRecord)) -> io::Result<Verification> {
    let head = files::read_head(dir);
    let mut verification = Verification::default();
    let mut is_head_seen = head.as_ref().is_none_or(|head| head.seq == 0);
    for (number, path) in files::segments(dir)? {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        verification.n_segments += 1;
        if number != verification.n_segments {
            let reason = format!("segment {} is missing", verification.n_segments);
            verification.broken = Some(ChainBreak { file: name, line: 0, reason });
            return Ok(verification);
        }
        let bytes = fs::read(&path)?;
        let mut reader = SegmentReader { name: &name, bytes: &bytes, at: 0, line: 0 };
        while let Some(check) = reader.next(&verification.end) {
            match check {
                LineCheck::Record(entry, link) => {
                    verification.n_records += 1;
                    verification.n_unfinished += u64::from(entry.kind == RecordKind::Torn);
                    is_head_seen |= head.as_ref() == Some(&link);
                    verification.end = link;
                    if let Some(broken) = check_config_file(dir, &entry) {
                        verification.broken = Some(broken);
                        return Ok(verification);
                    }
                    visit(&entry);
                }
                LineCheck::Unfinished => {
                    let note = "the last line is unfinished: it is being written, or a crash cut it off";
                    verification.notes.push(format!("{name}: {note}"));
                }
                LineCheck::Broken(broken) => {
                    verification.broken = Some(broken);
                    return Ok(verification);
                }
            }
        }
    }
    verification.broken = check_head(head.as_ref(), is_head_seen, &verification);
    Ok(verification)
}

/// Checks that the description of the configuration exists and has the hash in the record.
fn check_config_file(dir: &Path, entry: &AuditRecord) -> Option<ChainBreak> {
    let sha256 = entry.config_sha256.as_ref()?;
    let file = files::config_file_name(entry.format, sha256);
    let reason = match fs::read(dir.join(&file)) {
        Ok(bytes) if hex(&Sha256::digest(&bytes)) == *sha256 => return None,
        Ok(_) => format!("the file does not match its hash in record {}: it was changed", entry.seq),
        Err(_) => format!("the file is missing, but record {} refers to it", entry.seq),
    };
    Some(ChainBreak { file, line: 0, reason })
}

/// Checks that the chain contains the record that the head names.
fn check_head(
    head: Option<&ChainLink>,
    is_head_seen: bool,
    verification: &Verification,
) -> Option<ChainBreak> {
    let at_head = |reason: String| Some(ChainBreak { file: files::HEAD.to_owned(), line: 0, reason });
    match head {
        None if verification.n_records == 0 => at_head("no audit chain in this directory".to_owned()),
        None => at_head(
            "the file is missing or unreadable, so records removed from the end would not be noticed"
                .to_owned(),
        ),
        Some(head) if !is_head_seen => at_head(format!(
            "the file names record {} as the newest, but the chain ends with record {}: records were removed from the end",
            head.seq, verification.end.seq
        )),
        Some(_) => None,
    }
}

/// What the reader of a segment found at one line.
enum LineCheck {
    Record(Box<AuditRecord>, ChainLink),
    Unfinished,
    Broken(ChainBreak),
}

/// Checks the lines of one segment in order.
struct SegmentReader<'a> {
    name: &'a str,
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> SegmentReader<'a> {
    fn next(&mut self, end: &ChainLink) -> Option<LineCheck> {
        let start = self.at;
        let (line, is_whole) = self.line()?;
        let first_line = self.line;
        match chain::follow(line, end) {
            Ok((entry, link)) if is_whole && entry.kind != RecordKind::Torn => {
                Some(LineCheck::Record(Box::new(entry), link))
            }
            Ok((_, _)) if is_whole => Some(self.broken(
                first_line,
                "the record covers an unfinished line, but there is none before it".to_owned(),
            )),
            _ if !is_whole => Some(LineCheck::Unfinished),
            Ok(_) => None,
            Err(mismatch) => {
                Some(self.torn(start, end).unwrap_or_else(|| self.at_line(first_line, &mismatch)))
            }
        }
    }

    /// Skips a line that does not follow, if a later record says that a crash left it unfinished.
    fn torn(&mut self, start: usize, end: &ChainLink) -> Option<LineCheck> {
        loop {
            let torn_end = self.at.checked_sub(1)?;
            let (line, _) = self.line()?;
            let Ok((entry, link)) = chain::follow(line, end) else { continue };
            let torn = entry.torn.as_ref()?;
            let bytes = self.bytes.get(start..torn_end)?;
            let fits = torn.bytes == bytes.len() as u64 && torn.sha256 == hex(&Sha256::digest(bytes));
            return fits.then(|| LineCheck::Record(Box::new(entry), link));
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

    fn at_line(&self, line: usize, mismatch: &Mismatch) -> LineCheck {
        self.broken(line, mismatch.to_string())
    }

    fn broken(&self, line: usize, reason: String) -> LineCheck {
        LineCheck::Broken(ChainBreak { file: self.name.to_owned(), line, reason })
    }
}
