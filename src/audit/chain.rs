//! The hash chain: each line ends with a hash over all bytes before it, the previous hash included.
//!
//! This file links, opens and checks single lines. It knows no files.

use sha2::{Digest, Sha256};

use crate::audit::record::AuditRecord;
use crate::audit::record::FORMAT;
use crate::config::policy::hex;

/// The previous hash of the first line.
pub const GENESIS_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Separates the hashed bytes of a line from their hash.
const HASH_FIELD: &str = ",\"hash\":\"";

/// A line as the next one refers to it: its number and hash.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChainLink {
    /// The number of the line; 0 before the first line.
    pub seq: u64,
    /// The hash of the line.
    pub hash: String,
}

impl Default for ChainLink {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS_HASH.to_owned() }
    }
}

/// Why a line does not continue the chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It is not a record.
    #[error("this is not an audit record")]
    Malformed,
    /// A newer version of this program wrote it.
    #[error("the record has format {0}, which only a newer version of blackbar can read")]
    NewerFormat(u8),
    /// Its hash is not that of its content.
    #[error("the record's hash does not match its content: it was changed")]
    Changed,
    /// It does not follow the previous record.
    #[error(
        "the record does not follow the previous one: expected seq {expected}, found {found}; records were removed or reordered"
    )]
    Unlinked {
        /// The expected number.
        expected: u64,
        /// The number found.
        found: u64,
    },
}

/// Links an entry to the end of a chain and appends its line, with the line break, to `lines`.
/// Returns the new end.
pub fn seal(entry: &mut AuditRecord, end: &ChainLink, lines: &mut Vec<u8>) -> ChainLink {
    entry.seq = end.seq + 1;
    entry.previous_hash.clone_from(&end.hash);
    let start = lines.len();
    // Maps with text keys, numbers and texts always serialize.
    let _ = serde_json::to_writer(&mut *lines, entry);
    lines.pop();
    let hash = hash_of(lines.get(start..).unwrap_or_default());
    lines.extend_from_slice(HASH_FIELD.as_bytes());
    lines.extend_from_slice(hash.as_bytes());
    lines.extend_from_slice(b"\"}\n");
    ChainLink { seq: entry.seq, hash }
}

/// Reads a line without its line break, and checks its own hash but not its place in a chain.
pub fn open(line: &[u8]) -> Result<(AuditRecord, ChainLink), Mismatch> {
    let line = std::str::from_utf8(line).map_err(|_| Mismatch::Malformed)?;
    let (covered, rest) = line.rsplit_once(HASH_FIELD).ok_or(Mismatch::Malformed)?;
    let hash = rest.strip_suffix("\"}").ok_or(Mismatch::Malformed)?;
    if hash_of(covered.as_bytes()) != hash {
        return Err(Mismatch::Changed);
    }
    let json = format!("{covered}}}");
    let entry: AuditRecord = serde_json::from_str(&json).map_err(|_| unreadable(&json))?;
    let link = ChainLink { seq: entry.seq, hash: hash.to_owned() };
    Ok((entry, link))
}

/// Why a record with a valid hash cannot be read.
fn unreadable(json: &str) -> Mismatch {
    #[derive(serde::Deserialize)]
    struct FormatOnly {
        format: u8,
    }
    match serde_json::from_str(json) {
        Ok(FormatOnly { format }) if format > FORMAT => Mismatch::NewerFormat(format),
        _ => Mismatch::Malformed,
    }
}

/// Reads a line that must follow `end`.
pub fn follow(line: &[u8], end: &ChainLink) -> Result<(AuditRecord, ChainLink), Mismatch> {
    let (entry, link) = open(line)?;
    if entry.previous_hash != end.hash || entry.seq != end.seq + 1 {
        return Err(Mismatch::Unlinked { expected: end.seq + 1, found: entry.seq });
    }
    Ok((entry, link))
}

fn hash_of(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::RecordKind;

    fn entry() -> AuditRecord {
        AuditRecord {
            format: FORMAT,
            seq: 0,
            time: "2026-01-01T00:00:00.000Z".into(),
            kind: RecordKind::Start,
            instance: "one".into(),
            policy_digest: "p".into(),
            version: None,
            config_sha256: None,
            exchange: None,
            torn: None,
            previous_hash: String::new(),
        }
    }

    fn sealed(end: &ChainLink) -> (Vec<u8>, ChainLink) {
        let mut line = Vec::new();
        let end = seal(&mut entry(), end, &mut line);
        (line, end)
    }

    #[test]
    fn a_sealed_line_follows_the_previous_one() {
        let (first, end) = sealed(&ChainLink::default());
        let (second, last) = sealed(&end);
        assert_eq!(follow(first.trim_ascii(), &ChainLink::default()).unwrap().1, end);
        assert_eq!(follow(second.trim_ascii(), &end).unwrap().1, last);
    }

    #[test]
    fn a_record_of_a_newer_format_is_reported_as_such() {
        let json = r#"{"format":9,"seq":1"#;
        let line = format!("{json}{HASH_FIELD}{}\"}}", hash_of(json.as_bytes()));
        assert_eq!(open(line.as_bytes()), Err(Mismatch::NewerFormat(9)));
    }

    #[test]
    fn any_changed_byte_is_detected() {
        let (line, _) = sealed(&ChainLink::default());
        let line = line.trim_ascii();
        for idx in 0..line.len() {
            let mut changed = line.to_vec();
            changed[idx] ^= 1;
            assert!(follow(&changed, &ChainLink::default()).is_err(), "byte {idx}");
        }
    }

    #[test]
    fn a_removed_line_is_detected() {
        let (_, end) = sealed(&ChainLink::default());
        let (second, _) = sealed(&end);
        let mismatch = follow(second.trim_ascii(), &ChainLink::default()).unwrap_err();
        assert_eq!(mismatch, Mismatch::Unlinked { expected: 1, found: 2 });
    }
}
