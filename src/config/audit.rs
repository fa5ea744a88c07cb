//! `[audit]`: where and how the audit log is written.

use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;

use crate::config::checker::Checker;

/// When records reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sync {
    /// They are flushed before each reply. Requests that end together share one flush.
    Each,
    /// They are written before each reply and flushed at this interval.
    Interval(Duration),
}

/// Where and how the audit log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditConfig {
    /// The directory of the segments. Only one process may write into it.
    pub dir: PathBuf,
    /// The name of this process in each record.
    ///
    /// # Default
    /// the host name
    pub instance: String,
    /// When records reach the disk.
    ///
    /// # Default
    /// `each`
    pub sync: Sync,
    /// The size at which a new segment starts. A new one starts each day anyway.
    ///
    /// # Default
    /// `64MiB`
    pub segment_bytes: usize,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawAudit {
    dir: Option<PathBuf>,
    instance: Option<String>,
    sync: Option<String>,
    sync_interval: Option<String>,
    segment_size: Option<String>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> AuditConfig {
    let raw: RawAudit = checker.section("audit");
    let has_dir = raw.dir.as_ref().is_some_and(|dir| !dir.as_os_str().is_empty());
    if !has_dir && !checker.is_unread("audit") {
        let hint = "missing; write [audit] dir = \"/var/lib/blackbar/audit\"";
        checker.problem("audit.dir", hint);
    }
    let interval =
        checker.duration("audit.sync_interval", raw.sync_interval.as_deref(), Duration::from_secs(1));
    let words = [("each", Sync::Each), ("interval", Sync::Interval(interval))];
    let sync = checker.one_of("audit.sync", raw.sync.as_deref(), &words, Sync::Each);
    if raw.sync_interval.is_some() && sync == Sync::Each {
        checker.problem("audit.sync_interval", "has no effect without sync = \"interval\"");
    }
    let instance = raw.instance.unwrap_or_else(host_name);
    if !is_name(&instance) {
        let hint = "not a valid name; use 1 to 64 letters, digits, dots, dashes and underscores";
        checker.problem("audit.instance", hint);
    }
    AuditConfig {
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
