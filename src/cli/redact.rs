//! `blackbar redact`: redacts one document, offline, with the same front door as the proxy.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use blackbar_core::pipeline::Workspace;
use blackbar_core::pipeline::document;
use blackbar_core::redact::report::Report;
use clap::Args;
use serde::Serialize;

use crate::cli::{explain, failed, tell};
use crate::config::suppressions::now;
use crate::config::{self, RedactionOnly};

/// Redacts a document to standard output, in the shape it came in.
///
/// Takes a request body in any encoding an SDK uses, a bare array of rrweb events, lines of
/// [windowId, event], or an exported recording. Without --config the default policy holds; of a
/// configuration only the sections redaction, rules, suppressions and limits are read.
#[derive(Args)]
#[command(after_help = "Examples:
  blackbar redact --report counts.json recording.json > redacted.json
  blackbar redact --explain=why.jsonl recording.json > redacted.json
  blackbar redact --explain --rule us-ssn recording.json 2>&1 >/dev/null | jq -c .")]
pub(crate) struct Redact {
    /// The configuration.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where counts by rule and surface are written, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Says why, one JSON object a line, on standard error or in FILE: what each rule found in which
    /// field, what was suppressed, and what it nearly found and what spoke against that.
    ///
    /// Without --rule, of what only lacks a keyword that is told whose checksum holds. A line holds a path, ids, offsets in bytes and lengths, never text; a key that is no plain
    /// name stands there as `*`. This is slow: every rule looks at every text.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    explain: Option<PathBuf>,
    /// With --explain: tells of this rule alone, and of all that it misses. May be given more than once.
    #[arg(long, value_name = "ID", requires = "explain")]
    rule: Vec<String>,
    /// The document; standard input if it is missing or `-`.
    #[arg(value_name = "INPUT")]
    input: Option<PathBuf>,
}

impl Redact {
    pub(crate) fn run(self) -> ExitCode {
        let loaded = match &self.config {
            Some(file) => config::load_redaction_only(file),
            None => config::parse_redaction_only("", "defaults"),
        };
        let RedactionOnly { policy, warnings } = match loaded {
            Ok(loaded) => loaded,
            Err(problems) => {
                tell(problems);
                return ExitCode::FAILURE;
            }
        };
        for warning in warnings {
            tell(format_args!("warning: {warning}"));
        }
        let input = match read(self.input.as_deref()) {
            Ok(input) => input,
            Err(error) => return failed(format_args!("cannot read the input: {error}")),
        };
        let mut scratch = Workspace::default();
        scratch.set_time(Some(now()));
        if self.explain.is_some() {
            match explain::rules(policy.policy.rules(), &self.rule) {
                Ok(only) => scratch.take_notes(only),
                Err(reason) => return failed(reason),
            }
        }
        match document::redact(&input, &policy.policy, &mut scratch) {
            Ok(redacted) => {
                if let Some(file) = &self.explain
                    && let Err(error) = explain::write(file, &scratch.notes(), policy.policy.rules())
                {
                    return failed(format_args!("cannot write {}: {error}", file.display()));
                }
                self.write(&redacted.bytes, &redacted.report)
            }
            Err(refusal) => failed(format_args!("{} ({})", refusal, refusal.code())),
        }
    }

    fn write(&self, output: &[u8], report: &Report) -> ExitCode {
        if let Err(error) = std::io::stdout().lock().write_all(output) {
            return failed(format_args!("cannot write the output: {error}"));
        }
        if let Some(file) = &self.report
            && let Err(error) = std::fs::write(file, counts(report))
        {
            return failed(format_args!("cannot write {}: {error}", file.display()));
        }
        ExitCode::SUCCESS
    }
}

fn read(input: Option<&Path>) -> std::io::Result<Vec<u8>> {
    match input {
        Some(file) if file != Path::new("-") => std::fs::read(file),
        _ => {
            let mut bytes = Vec::new();
            std::io::stdin().lock().read_to_end(&mut bytes)?;
            Ok(bytes)
        }
    }
}

#[derive(Serialize)]
struct Counts {
    n_events: u64,
    n_snapshots: u64,
    n_findings: u64,
    n_suppressed: u64,
    decoded_bytes: u64,
    changed: bool,
    by_rule: BTreeMap<String, u64>,
    by_surface: BTreeMap<&'static str, u64>,
    findings: Vec<RuleCount>,
    suppressed: Vec<SuppressedCount>,
}

#[derive(Serialize)]
struct SuppressedCount {
    suppression: u16,
    rule: String,
    count: u64,
}

#[derive(Serialize)]
struct RuleCount {
    rule: String,
    surface: &'static str,
    count: u64,
}

fn counts(report: &Report) -> Vec<u8> {
    let mut counts = Counts {
        n_events: report.n_events,
        n_snapshots: report.n_snapshots,
        n_findings: report.n_findings(),
        n_suppressed: report.n_suppressed(),
        decoded_bytes: report.decoded_bytes,
        changed: report.changed,
        by_rule: BTreeMap::new(),
        by_surface: BTreeMap::new(),
        findings: Vec::new(),
        suppressed: Vec::new(),
    };
    for ((suppression, rule), count) in &report.suppressed {
        let (suppression, rule, count) = (*suppression, rule.to_string(), *count);
        counts.suppressed.push(SuppressedCount { suppression, rule, count });
    }
    for ((cause, surface), count) in &report.findings {
        let (rule, surface, count) = (cause.label(), surface.as_str(), *count);
        *counts.by_rule.entry(rule.clone()).or_default() += count;
        *counts.by_surface.entry(surface).or_default() += count;
        counts.findings.push(RuleCount { rule, surface, count });
    }
    // Counts and texts always serialize.
    let mut text = serde_json::to_vec_pretty(&counts).unwrap_or_default();
    text.push(b'\n');
    text
}
