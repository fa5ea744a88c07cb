//! `[audit]`: where and how the audit chain is written.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::checker::Checker;

/// When records reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// Before each reply; requests that end together share one flush.
    Each,
    /// Handed to the operating system before each reply, flushed to the disk at this interval.
    Interval(Duration),
}

/// Where and how the audit chain is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// The directory of the segments. One process writes into it.
    pub dir: PathBuf,
    /// Who writes, as it stands in each record.
    ///
    /// # Default
    /// the host's name
    pub instance: String,
    /// When records reach the disk.
    ///
    /// # Default
    /// `each`
    pub sync: Sync,
    /// Size at which a new segment is begun; one is begun each day anyway.
    ///
    /// # Default
    /// `64MiB`
    pub segment_bytes: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    dir: Option<PathBuf>,
    instance: Option<String>,
    sync: Option<String>,
    sync_interval: Option<String>,
    segment_size: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Audit {
    let raw: Raw = checker.section("audit");
    let has_dir = raw.dir.as_ref().is_some_and(|dir| !dir.as_os_str().is_empty());
    if !has_dir && !checker.is_unread("audit") {
        let hint = "no directory for the audit records; write [audit] dir = \"/var/lib/blackbar/audit\"";
        checker.problem("audit.dir", hint);
    }
    let interval = checker.time("audit.sync_interval", raw.sync_interval.as_deref(), Duration::from_secs(1));
    let words = [("each", Sync::Each), ("interval", Sync::Interval(interval))];
    let sync = checker.word("audit.sync", raw.sync.as_deref(), &words, Sync::Each);
    if raw.sync_interval.is_some() && sync == Sync::Each {
        checker.problem("audit.sync_interval", "it has no effect; write sync = \"interval\" as well");
    }
    let instance = raw.instance.unwrap_or_else(host_name);
    if !is_name(&instance) {
        let hint = "an instance is named by 1 to 64 letters, digits, dots, dashes and underscores";
        checker.problem("audit.instance", hint);
    }
    Audit {
        dir: raw.dir.unwrap_or_default(),
        instance,
        sync,
        segment_bytes: checker.size("audit.segment_size", raw.segment_size.as_deref(), 64 << 20),
    }
}

fn is_name(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = name.trim();
    if is_name(name) { name.to_owned() } else { "blackbar".to_owned() }
}
