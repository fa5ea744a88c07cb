//! What the demo prints: tables for people. Every number comes from the audit or from a backend.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;
use std::time::Duration;

use crate::audit::entry::{Entry, Exchange};
use crate::audit::report::Summary;
use crate::audit::verify::{self, Verdict};
use crate::cli::demo::DemoError;
use crate::cli::demo::backend::Backend;
use crate::cli::demo::compare::Change;
use crate::cli::demo::sample::{Answered, Sample};

/// How many kinds of findings fit the line of an exchange.
const SHOWN_PARTS: usize = 4;

/// Text that grows, with headings that stand out where a terminal can show it.
pub(super) struct Paper {
    text: String,
    bold: bool,
}

impl Paper {
    pub(super) fn new() -> Self {
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { text: String::new(), bold: !plain && std::io::stdout().is_terminal() }
    }

    pub(super) fn heading(&mut self, text: &str) {
        let (on, off) = if self.bold { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let _ = writeln!(self.text, "\n{on}{text}{off}");
    }

    pub(super) fn line(&mut self, line: impl std::fmt::Display) {
        let _ = writeln!(self.text, "  {line}");
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// What the audit says.
#[derive(Default)]
pub(super) struct Audited {
    pub(super) summary: Summary,
    pub(super) verdict: Verdict,
    /// Findings by rule, and of each rule by surface.
    rules: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Audited {
    /// Reads and verifies the audit.
    ///
    /// # Errors
    /// It cannot be read.
    pub(super) fn read(dir: &Path) -> Result<Self, DemoError> {
        let mut audited = Self::default();
        let verdict = verify::verify(dir, |entry| audited.add(entry));
        audited.verdict =
            verdict.map_err(|source| DemoError::Io { what: "cannot read the audit", source })?;
        Ok(audited)
    }

    fn add(&mut self, entry: &Entry) {
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

/// What was sent, and how each visit was answered.
pub(super) fn sent(paper: &mut Paper, answered: &[Answered<'_>]) {
    paper.heading("Sent through the proxy");
    for Answered { visit, replies } in answered {
        let statuses: Vec<&str> = replies.iter().map(|(status, _)| status.as_str()).collect();
        paper.line(format_args!("{:<38} {:<17} {}", visit.what, visit.project, statuses.join(" ")));
        for (status, reply) in replies.iter().filter(|(status, _)| !status.is_success()) {
            let said = |key| reply.get(key).and_then(serde_json::Value::as_str).unwrap_or("?");
            paper.line(format_args!("  {} {}: {}", status.as_u16(), said("code"), said("detail")));
        }
    }
}

/// What came in, what was found in it and where it went.
pub(super) fn totals(paper: &mut Paper, audited: &Audited, backends: &[std::sync::Arc<Backend>]) {
    let summary = &audited.summary;
    paper.heading("What came in");
    paper.line(format_args!(
        "{} requests, {} events, {} snapshots (rrweb events), {} bytes; {} bytes went on",
        summary.n_exchanges, summary.n_events, summary.n_snapshots, summary.bytes_in, summary.bytes_out
    ));
    paper.heading("What was found and masked");
    let widest = audited.rules.keys().map(String::len).max().unwrap_or_default();
    for (rule, surfaces) in &audited.rules {
        let total: u64 = surfaces.values().sum();
        paper.line(format_args!("{total:>5}  {rule:<widest$}  {}", by_count(surfaces)));
    }
    paper.line(format_args!(
        "{:>5}  in all: {}",
        audited.n_findings(),
        by_count(&summary.findings_by_surface)
    ));
    paper.heading("Where it went");
    for backend in backends {
        let kept = *backend.store.totals();
        paper.line(format_args!(
            "{}  {} requests and {} snapshots received",
            backend.store.region, kept.requests, kept.snapshots
        ));
        for (_, file) in backend.store.recordings() {
            paper.line(format_args!("    {}", file.display()));
        }
    }
    for (outcome, count) in summary.by_outcome.iter().filter(|(outcome, _)| *outcome != "forwarded") {
        paper.line(format_args!("refused, sent nowhere: {count} ({outcome})"));
    }
}

fn by_count(counts: &BTreeMap<String, u64>) -> String {
    parts(counts).join(", ")
}

/// As [`by_count`], cut to what fits a line.
fn most(counts: &BTreeMap<String, u64>) -> String {
    let parts = parts(counts);
    let shown = parts.iter().take(SHOWN_PARTS).cloned().collect::<Vec<_>>().join(", ");
    match parts.len().saturating_sub(SHOWN_PARTS) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

fn parts(counts: &BTreeMap<String, u64>) -> Vec<String> {
    let mut counts: Vec<_> = counts.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    counts.iter().map(|(name, count)| format!("{name} {count}")).collect()
}

fn plural(n: u64, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// Some texts before and after, and whether a planted one came through.
pub(super) fn before_after(paper: &mut Paper, sample: &Sample, changes: &[Change], survivors: &[&str]) {
    paper.heading("Before and after");
    paper.line(&sample.about);
    let widest = changes.iter().map(|change| change.place.len()).max().unwrap_or_default();
    for Change { place, sent, received } in changes {
        paper.line(format_args!("{place:<widest$}  {sent}"));
        paper.line(format_args!("{:<widest$}  {received}", ""));
    }
    let (n_planted, n_survivors) = (sample.planted.len(), survivors.len());
    paper.line(format_args!("Of {n_planted} texts that no backend may receive, {n_survivors} came through."));
    for survivor in survivors {
        paper.line(format_args!("  RECEIVED: {survivor}"));
    }
}

/// Whether the record of all this holds.
pub(super) fn audit(paper: &mut Paper, audited: &Audited, dir: &Path) {
    paper.heading("The audit");
    let verdict = &audited.verdict;
    let state = match &verdict.broken {
        None => "the chain is whole".to_owned(),
        Some(broken) => format!("BROKEN at {} line {}: {}", broken.file, broken.line, broken.reason),
    };
    paper.line(format_args!("{} records in {}: {state}", verdict.n_records, dir.display()));
    paper.line(format_args!("check it with: blackbar audit verify --dir {}", dir.display()));
}

/// How long it took.
pub(super) fn took(paper: &mut Paper, took: Duration) {
    paper.heading(&format!("All this took {:.2} s.", took.as_secs_f64()));
}

/// One exchange in one line: what it was, where it went, what was redacted.
pub(super) fn exchange_line(time: &str, exchange: &Exchange) -> String {
    let clock = time.get(11..19).unwrap_or(time);
    let endpoint = exchange.endpoint.as_deref().unwrap_or("unknown");
    let went = exchange.region.as_deref().unwrap_or("nowhere");
    let mut rules = BTreeMap::new();
    for found in &exchange.findings {
        *rules.entry(format!("{} in {}", found.rule, found.surface)).or_default() += found.count;
    }
    let n_findings: u64 = rules.values().sum();
    let redacted = match n_findings {
        0 => "nothing to redact".to_owned(),
        n => format!("{n} redacted: {}", most(&rules)),
    };
    let outcome = if exchange.outcome == "forwarded" { "" } else { exchange.outcome.as_str() };
    let amount = match (exchange.n_snapshots, exchange.n_events) {
        (0, n) => plural(n, "event"),
        (n, _) => plural(n, "snapshot"),
    };
    format!("{clock}  {endpoint:<7} → {went:<7} {outcome}{amount:>13}  {redacted}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::entry::Count;

    #[test]
    fn an_exchange_fits_one_line() {
        let count = |rule: &str, surface: &str, count| Count {
            rule: rule.to_owned(),
            surface: surface.to_owned(),
            count,
        };
        let exchange = Exchange {
            request_id: String::new(),
            endpoint: Some("replay".to_owned()),
            region: Some("eu".to_owned()),
            project: None,
            outcome: "forwarded".to_owned(),
            status: Some(200),
            bytes_in: 1,
            bytes_out: 1,
            n_events: 1,
            n_snapshots: 3,
            findings: vec![count("email", "text", 1), count("posture:inputs", "input", 4)],
            suppressed: Vec::new(),
            unmasked_inputs: None,
        };
        assert_eq!(
            exchange_line("2026-01-02T03:04:05.678Z", &exchange),
            "03:04:05  replay  → eu        3 snapshots  5 redacted: posture:inputs in input 4, email in text 1"
        );
    }
}
