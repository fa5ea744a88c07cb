//! What the demo prints: tables for people. Every number comes from the audit or from a backend.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use crate::audit::record::{AuditRecord, ExchangeRecord};
use crate::audit::report::{Summary, counted};
use crate::audit::verify::{self, Verification};
use crate::demo::backend::Backend;
use crate::demo::compare::TextChange;
use crate::demo::error::DemoError;
use crate::demo::sample::{AnsweredVisit, Sample};

/// How many kinds of findings fit into the line of an exchange.
const MAX_SHOWN_KINDS: usize = 4;

/// Where the demo prints.
#[derive(Clone, Copy)]
pub struct Console {
    /// Prints a text that has its line breaks.
    pub print: fn(&str),
    /// Whether headings are bold.
    pub is_bold: bool,
}

/// A text that grows line by line and is printed at once.
pub(super) struct Printout {
    text: String,
    console: Console,
}

impl Printout {
    pub(super) fn new(console: Console) -> Self {
        Self { text: String::new(), console }
    }

    pub(super) fn heading(&mut self, text: &str) {
        let (on, off) = if self.console.is_bold { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let _ = writeln!(self.text, "\n{on}{text}{off}");
    }

    pub(super) fn line(&mut self, line: impl std::fmt::Display) {
        let _ = writeln!(self.text, "  {line}");
    }

    pub(super) fn print(self) {
        (self.console.print)(&self.text);
    }
}

/// The demo's own audit, read back and verified.
#[derive(Default)]
pub(super) struct AuditedRun {
    pub(super) summary: Summary,
    pub(super) verification: Verification,
    /// Findings by rule, and for each rule by surface.
    rules: BTreeMap<String, BTreeMap<String, u64>>,
}

impl AuditedRun {
    /// Reads and verifies the audit.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Self, DemoError> {
        let mut audited = Self::default();
        let verification = verify::verify(dir, |entry| audited.add(entry));
        audited.verification =
            verification.map_err(|source| DemoError::Io { what: "cannot read the audit", source })?;
        Ok(audited)
    }

    fn add(&mut self, entry: &AuditRecord) {
        self.summary.add(entry);
        for found in entry.exchange.iter().flat_map(|exchange| &exchange.findings) {
            let surfaces = self.rules.entry(found.rule.clone()).or_default();
            *surfaces.entry(found.surface.clone()).or_default() += found.count;
        }
    }

    fn n_findings(&self) -> u64 {
        self.summary.findings_by_rule.values().sum()
    }
}

/// The visits of the sample, and the status of each reply.
pub(super) fn add_visits(printout: &mut Printout, answered: &[AnsweredVisit<'_>]) {
    printout.heading("Sent through the proxy");
    for AnsweredVisit { visit, replies } in answered {
        let statuses: Vec<&str> = replies.iter().map(|(status, _)| status.as_str()).collect();
        printout.line(format_args!("{:<38} {:<17} {}", visit.what, visit.project, statuses.join(" ")));
        for (status, reply) in replies.iter().filter(|(status, _)| !status.is_success()) {
            let text_of = |key| reply.get(key).and_then(serde_json::Value::as_str).unwrap_or("?");
            printout.line(format_args!("  {} {}: {}", status.as_u16(), text_of("code"), text_of("detail")));
        }
    }
}

/// What the proxy received, found in it and forwarded.
pub(super) fn add_totals(printout: &mut Printout, audited: &AuditedRun, backends: &[Arc<Backend>]) {
    let summary = &audited.summary;
    printout.heading("Received");
    printout.line(format_args!(
        "{}, {}, {} (rrweb events), {} bytes; {} bytes forwarded",
        counted(summary.n_exchanges, "request"),
        counted(summary.n_events, "event"),
        counted(summary.n_snapshots, "snapshot"),
        summary.received_bytes,
        summary.forwarded_bytes
    ));
    printout.heading("Found and masked");
    let widest = audited.rules.keys().map(String::len).max().unwrap_or_default();
    for (rule, surfaces) in &audited.rules {
        let total: u64 = surfaces.values().sum();
        printout.line(format_args!("{total:>5}  {rule:<widest$}  {}", list_by_count(surfaces)));
    }
    let by_surface = list_by_count(&summary.findings_by_surface);
    printout.line(format_args!("{:>5}  total: {by_surface}", audited.n_findings()));
    printout.heading("Forwarded to");
    for backend in backends {
        let totals = *backend.store.totals();
        printout.line(format_args!(
            "{}  {}, {}",
            backend.store.region,
            counted(totals.requests, "request"),
            counted(totals.snapshots, "snapshot")
        ));
        for (_, file) in backend.store.recordings() {
            printout.line(format_args!("    {}", file.display()));
        }
    }
    for (outcome, count) in summary.by_outcome.iter().filter(|(outcome, _)| *outcome != "forwarded") {
        printout.line(format_args!("not forwarded: {count} ({outcome})"));
    }
}

fn list_by_count(counts: &BTreeMap<String, u64>) -> String {
    names_by_count(counts).join(", ")
}

/// Like [`list_by_count`], cut to what fits a line.
fn top_by_count(counts: &BTreeMap<String, u64>) -> String {
    let names = names_by_count(counts);
    let shown = names.iter().take(MAX_SHOWN_KINDS).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(MAX_SHOWN_KINDS) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

fn names_by_count(counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect()
}

/// Some texts before and after, and the planted secrets that reached a backend.
pub(super) fn add_changes(printout: &mut Printout, sample: &Sample, changes: &[TextChange], leaked: &[&str]) {
    printout.heading("Before and after");
    printout.line(&sample.about);
    let widest = changes.iter().map(|change| change.place.len()).max().unwrap_or_default();
    for TextChange { place, sent, received } in changes {
        printout.line(format_args!("{place:<widest$}  {sent}"));
        printout.line(format_args!("{:<widest$}  {received}", ""));
    }
    let n_planted = sample.planted.len();
    printout.line(format_args!("{} of {n_planted} planted secrets reached a backend.", leaked.len()));
    for secret in leaked {
        printout.line(format_args!("  LEAKED: {secret}"));
    }
}

/// Whether the audit of this run verifies, and how to check that.
pub(super) fn add_audit(printout: &mut Printout, audited: &AuditedRun, dir: &Path) {
    printout.heading("Audit");
    let verification = &audited.verification;
    let state = match &verification.broken {
        None => "the chain is intact".to_owned(),
        Some(at) => format!("BROKEN at {} line {}: {}", at.file, at.line, at.reason),
    };
    printout.line(format_args!(
        "{} in {}: {state}",
        counted(verification.n_records, "record"),
        dir.display()
    ));
    printout.line(format_args!("verify it with: blackbar audit verify --dir {}", dir.display()));
}

/// One exchange in one line: its endpoint, its region, and what was redacted.
pub(super) fn exchange_line(time: &str, exchange: &ExchangeRecord) -> String {
    let clock = time.get(11..19).unwrap_or(time);
    let endpoint = exchange.endpoint.as_deref().unwrap_or("unknown");
    let region = exchange.region.as_deref().unwrap_or("nowhere");
    let mut kinds = BTreeMap::new();
    for found in &exchange.findings {
        *kinds.entry(format!("{} in {}", found.rule, found.surface)).or_default() += found.count;
    }
    let n_findings: u64 = kinds.values().sum();
    let redacted = match n_findings {
        0 => "nothing to redact".to_owned(),
        n => format!("{n} redacted: {}", top_by_count(&kinds)),
    };
    let outcome = if exchange.outcome == "forwarded" { "" } else { exchange.outcome.as_str() };
    let amount = match (exchange.n_snapshots, exchange.n_events) {
        (0, n) => counted(n, "event"),
        (n, _) => counted(n, "snapshot"),
    };
    format!("{clock}  {endpoint:<7} → {region:<7} {outcome}{amount:>13}  {redacted}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::FindingCount;

    #[test]
    fn an_exchange_fits_one_line() {
        let count = |rule: &str, surface: &str, count| FindingCount {
            rule: rule.to_owned(),
            surface: surface.to_owned(),
            count,
        };
        let exchange = ExchangeRecord {
            endpoint: Some("replay".to_owned()),
            region: Some("eu".to_owned()),
            outcome: "forwarded".to_owned(),
            status: Some(200),
            n_events: 1,
            n_snapshots: 3,
            findings: vec![count("email", "text", 1), count("posture:inputs", "input", 4)],
            ..ExchangeRecord::default()
        };
        assert_eq!(
            exchange_line("2026-01-02T03:04:05.678Z", &exchange),
            "03:04:05  replay  → eu        3 snapshots  5 redacted: posture:inputs in input 4, email in text 1"
        );
    }
}
