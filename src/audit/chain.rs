//! How lines are linked: each ends with a hash over everything before it, the previous hash included.

use sha2::{Digest, Sha256};

use crate::audit::entry::Entry;
use crate::config::policy::hex;

/// The hash before the first line.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

const MARK: &str = ",\"hash\":\"";

/// The end of a chain: its last line's number and hash.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Link {
    /// The number of the last line; 0 before the first.
    pub seq: u64,
    /// The hash of the last line.
    pub hash: String,
}

impl Default for Link {
    fn default() -> Self {
        Self { seq: 0, hash: GENESIS.to_owned() }
    }
}

/// Why a line does not belong where it stands.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It is not a record.
    #[error("this is not an audit record")]
    Malformed,
    /// Its own hash is another one.
    #[error("the record's hash does not fit its content: it was changed")]
    Changed,
    /// It does not follow the one before.
    #[error(
        "the record does not follow the one before: expected seq {expected}, found {found}; records were removed or reordered"
    )]
    Unlinked {
        /// The number that should stand here.
        expected: u64,
        /// The number that stands here.
        found: u64,
    },
}

/// Links an entry to a chain and writes its line, with the line break, behind `lines`; gives the new
/// end.
pub fn seal(entry: &mut Entry, end: &Link, lines: &mut Vec<u8>) -> Link {
    entry.seq = end.seq + 1;
    entry.prev.clone_from(&end.hash);
    let begun = lines.len();
    // Maps with text keys, numbers and texts always serialize.
    let _ = serde_json::to_writer(&mut *lines, entry);
    lines.pop();
    let hash = hash_of(lines.get(begun..).unwrap_or_default());
    lines.extend_from_slice(MARK.as_bytes());
    lines.extend_from_slice(hash.as_bytes());
    lines.extend_from_slice(b"\"}\n");
    Link { seq: entry.seq, hash }
}

/// Reads a line, without its line break, on its own.
pub fn open(line: &[u8]) -> Result<(Entry, Link), Mismatch> {
    let line = std::str::from_utf8(line).map_err(|_| Mismatch::Malformed)?;
    let (covered, rest) = line.rsplit_once(MARK).ok_or(Mismatch::Malformed)?;
    let hash = rest.strip_suffix("\"}").ok_or(Mismatch::Malformed)?;
    if hash_of(covered.as_bytes()) != hash {
        return Err(Mismatch::Changed);
    }
    let entry: Entry = serde_json::from_str(&format!("{covered}}}")).map_err(|_| Mismatch::Malformed)?;
    let link = Link { seq: entry.seq, hash: hash.to_owned() };
    Ok((entry, link))
}

/// Reads a line that must follow `end`.
pub fn follow(line: &[u8], end: &Link) -> Result<(Entry, Link), Mismatch> {
    let (entry, link) = open(line)?;
    if entry.prev != end.hash || entry.seq != end.seq + 1 {
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
    use crate::audit::entry::Kind;

    fn entry() -> Entry {
        Entry {
            v: 1,
            seq: 0,
            time: "2026-01-01T00:00:00.000Z".into(),
            kind: Kind::Start,
            instance: "one".into(),
            policy: "p".into(),
            version: None,
            in_force: None,
            exchange: None,
            torn: None,
            prev: String::new(),
        }
    }

    fn sealed(end: &Link) -> (Vec<u8>, Link) {
        let mut line = Vec::new();
        let end = seal(&mut entry(), end, &mut line);
        (line, end)
    }

    #[test]
    fn a_sealed_line_follows_its_predecessor() {
        let (first, end) = sealed(&Link::default());
        let (second, last) = sealed(&end);
        assert_eq!(follow(first.trim_ascii(), &Link::default()).unwrap().1, end);
        assert_eq!(follow(second.trim_ascii(), &end).unwrap().1, last);
    }

    #[test]
    fn any_changed_byte_is_seen() {
        let (line, _) = sealed(&Link::default());
        let line = line.trim_ascii();
        for idx in 0..line.len() {
            let mut changed = line.to_vec();
            changed[idx] ^= 1;
            assert!(follow(&changed, &Link::default()).is_err(), "byte {idx}");
        }
    }

    #[test]
    fn a_removed_line_is_seen() {
        let (_, end) = sealed(&Link::default());
        let (second, _) = sealed(&end);
        let mismatch = follow(second.trim_ascii(), &Link::default()).unwrap_err();
        assert_eq!(mismatch, Mismatch::Unlinked { expected: 1, found: 2 });
    }
}
