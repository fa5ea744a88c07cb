//! The files of an audit directory: segments, head, journal, lock, and descriptions of configurations.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::audit::chain::ChainLink;
use crate::audit::record::FORMAT;
use crate::config::policy::hex;

pub(crate) const HEAD: &str = "head.json";
pub(crate) const JOURNAL: &str = "pending.jsonl";
pub(crate) const LOCK: &str = "lock";

/// Options that create files which only the owner and the group can read.
pub(crate) fn options() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.mode(0o640);
    options
}

/// The path of a segment.
pub(crate) fn segment_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("audit-{number:08}.jsonl"))
}

/// All segments in order.
pub(crate) fn segments(dir: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for file in fs::read_dir(dir)? {
        let file = file?;
        let number = file
            .file_name()
            .to_str()
            .and_then(|name| name.strip_prefix("audit-")?.strip_suffix(".jsonl")?.parse().ok());
        if let Some(number) = number
            && file.file_type()?.is_file()
        {
            found.push((number, file.path()));
        }
    }
    found.sort();
    Ok(found)
}

/// The name of the file that describes a configuration, for a record of this format.
pub(crate) fn config_file_name(format: u8, sha256: &str) -> String {
    let prefix = if format == 1 { "in-force" } else { "config" };
    format!("{prefix}-{}.json", sha256.get(..16).unwrap_or(sha256))
}

/// Writes the description of a configuration next to the records; returns its hash.
pub(crate) fn write_config(dir: &Path, description: &str) -> io::Result<String> {
    let sha256 = hex(&Sha256::digest(description));
    let path = dir.join(config_file_name(FORMAT, &sha256));
    if fs::read(&path).is_ok_and(|bytes| bytes == description.as_bytes()) {
        return Ok(sha256);
    }
    let next = dir.join("config.next");
    let mut file = options().create(true).truncate(true).write(true).open(&next)?;
    file.write_all(description.as_bytes())?;
    file.sync_all()?;
    fs::rename(&next, path)?;
    Ok(sha256)
}

/// The link in the head file; `None` if the file is missing or unreadable.
pub(crate) fn read_head(dir: &Path) -> Option<ChainLink> {
    serde_json::from_slice(&fs::read(dir.join(HEAD)).ok()?).ok()
}

/// Replaces the head file.
pub(crate) fn write_head(dir: &Path, end: &ChainLink) -> io::Result<()> {
    let next = dir.join("head.json.next");
    let mut file = options().create(true).truncate(true).write(true).open(&next)?;
    file.write_all(&serde_json::to_vec(end).map_err(io::Error::other)?)?;
    fs::rename(&next, dir.join(HEAD))
}

/// Locks the directory for this process until the returned file is closed; `None` if another process
/// has it.
pub(crate) fn lock(dir: &Path) -> io::Result<Option<fs::File>> {
    let mut file = options().create(true).truncate(false).write(true).open(dir.join(LOCK))?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            writeln!(file, "{}", std::process::id())?;
            Ok(Some(file))
        }
        Err(fs::TryLockError::WouldBlock) => Ok(None),
        Err(fs::TryLockError::Error(error)) => Err(error),
    }
}
