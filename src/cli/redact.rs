//! `blackbar redact`: redacts one document offline, with the code that the proxy runs.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use blackbar_core::pipeline::{Workspace, document};
use blackbar_core::report::Report;
use clap::Args;
use serde::Serialize;

use crate::cli::explain_notes;
use crate::cli::terminal::failed;
use crate::cli::terminal::tell;
use crate::config::suppressions::now;
use crate::config::{self, RedactionOnly};

/// Redacts a document and writes it to standard output in its original format.
///
/// Reads a request body in any encoding that an SDK uses, an array of rrweb events, lines of
/// [windowId, event], or an exported recording. Without --config the default policy applies. With
/// --config only the sections redaction, rules, suppressions and limits are read.
#[derive(Args)]
#[command(after_help = "Examples:
  blackbar redact --report counts.json recording.json > redacted.json
  blackbar redact --explain=why.jsonl recording.json > redacted.json
  blackbar redact --explain --rule us-ssn recording.json 2>&1 >/dev/null | jq -c .")]
pub(crate) struct Redact {
    /// The configuration file whose policy applies [default: the built-in policy].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write the number of findings by rule and surface to FILE, as JSON.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Explain each finding, suppression and near miss, as lines of JSON on standard error or in FILE.
    ///
    /// A near miss is a text that a rule almost matched; the line has the reason why it did not.
    /// Without --rule, a near miss that lacks only a keyword is listed only if its checksum is valid. A
    /// line has a field path, ids, byte offsets and lengths, never text; a key that is not a plain name
    /// is printed as `*`. This is slow, because every rule is tried on every text.
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, default_missing_value = "-")]
    explain: Option<PathBuf>,
    /// With --explain: report only this rule, and all of its near misses. Can be repeated.
    #[arg(long, value_name = "ID", requires = "explain")]
    rule: Vec<String>,
    /// The document [default: standard input, as with `-`].
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
            match explain_notes::rules(policy.policy.rules(), &self.rule) {
                Ok(only) => scratch.take_notes(only),
                Err(reason) => return failed(reason),
            }
        }
        match document::redact(&input, &policy.policy, &mut scratch) {
            Ok(redacted) => {
                if let Some(file) = &self.explain
                    && let Err(error) = explain_notes::write(file, &scratch.notes(), policy.policy.rules())
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
struct ReportCounts {
    n_events: u64,
    n_snapshots: u64,
    n_findings: u64,
    n_suppressed: u64,
    decoded_bytes: u64,
    changed: bool,
    by_rule: BTreeMap<String, u64>,
    by_surface: BTreeMap<&'static str, u64>,
    findings: Vec<RuleCount>,
    suppressed: Vec<SuppressedFindings>,
}

#[derive(Serialize)]
struct SuppressedFindings {
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
    let mut counts = ReportCounts {
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
        counts.suppressed.push(SuppressedFindings { suppression, rule, count });
    }
    for ((cause, surface), count) in &report.findings {
        let (rule, surface, count) = (cause.label(), surface.as_str(), *count);
        *counts.by_rule.entry(rule.clone()).or_default() += count;
        *counts.by_surface.entry(surface).or_default() += count;
        counts.findings.push(RuleCount { rule, surface, count });
    }
    // Serializing numbers and strings cannot fail.
    let mut text = serde_json::to_vec_pretty(&counts).unwrap_or_default();
    text.push(b'\n');
    text
}
