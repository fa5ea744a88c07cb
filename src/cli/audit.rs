//! `blackbar audit`: verifies an audit directory and totals its records. Needs no running proxy.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::audit::report::{Summary, counted};
use crate::audit::verify::{self, Verification};
use crate::cli::terminal::failed;
use crate::cli::terminal::put;

/// Verifies the audit and reports totals.
#[derive(Subcommand)]
pub(crate) enum AuditCommand {
    /// Verifies that no audit record was changed or removed.
    ///
    /// Recomputes the hash chain and reports the first place where it is broken: a record that was
    /// changed, removed, inserted or reordered, a missing segment, or records removed from the end.
    /// Prints the number and hash of the last record; compare them with a copy that you keep elsewhere,
    /// because the chain has no key. Works while a proxy writes into the directory, and reads
    /// directories of older versions. Exits with 1 if the chain is broken.
    Verify(Input),
    /// Reports totals: exchanges, findings and bytes by region, project, endpoint, outcome and rule.
    ///
    /// Verifies the chain first and exits with 1 if it is broken; the totals then cover the records
    /// before the break.
    Report(Input),
}

#[derive(Args)]
pub(crate) struct Input {
    /// The audit directory: `audit.dir` of the configuration.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/blackbar/audit")]
    dir: PathBuf,
    /// The output format.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// Text for people.
    Text,
    /// JSON for programs.
    Json,
}

impl AuditCommand {
    pub(crate) fn run(self) -> ExitCode {
        let (Self::Verify(input) | Self::Report(input)) = &self;
        let mut summary = Summary::default();
        let verification = match verify::verify(&input.dir, |entry| summary.add(entry)) {
            Ok(verification) => verification,
            Err(error) => return failed(format_args!("cannot read {}: {error}", input.dir.display())),
        };
        match self {
            Self::Verify(_) => put(&verdict_text(&verification, input.format)),
            Self::Report(_) => put(&summary_text(&summary, &verification, input.format)),
        }
        if verification.is_intact() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn verdict_text(verification: &Verification, format: ReportFormat) -> String {
    if format == ReportFormat::Json {
        return json(verification);
    }
    let mut text = String::new();
    for note in &verification.notes {
        let _ = writeln!(text, "note: {note}");
    }
    if verification.n_unfinished > 0 {
        let lines = counted(verification.n_unfinished, "unfinished line");
        let _ = writeln!(text, "note: {lines} from a crash, covered by the chain");
    }
    match &verification.broken {
        Some(at) => {
            let line = if at.line > 0 { format!(":{}", at.line) } else { String::new() };
            let _ = writeln!(text, "BROKEN at {}{line}: {}", at.file, at.reason);
            let records = counted(verification.n_records, "record");
            let verb = if verification.n_records == 1 { "is" } else { "are" };
            let _ = writeln!(text, "{records} before it {verb} intact");
        }
        None => {
            let _ = writeln!(
                text,
                "OK: {} in {}; last record {}, hash {}",
                counted(verification.n_records, "record"),
                counted(verification.n_segments, "segment"),
                verification.end.seq,
                verification.end.hash
            );
        }
    }
    text
}

fn summary_text(summary: &Summary, verification: &Verification, format: ReportFormat) -> String {
    if format == ReportFormat::Json {
        return json(&serde_json::json!({ "summary": summary, "chain": verification }));
    }
    format!("{}\nchain\n  {}", summary.to_text(), verdict_text(verification, format))
}

fn json(value: &impl serde::Serialize) -> String {
    // Serializing numbers and strings cannot fail.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
