//! `blackbar audit`: verifies the chain, and sums up what it says. Needs no running proxy.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};

use crate::audit::report::Summary;
use crate::audit::verify::{self, Verdict};
use crate::cli::{failed, put};

/// Verifies and sums up the audit.
#[derive(Subcommand)]
pub(crate) enum Audit {
    /// Recomputes the chain and reports the first place that does not fit.
    ///
    /// Sees lines that were changed, removed or reordered, segments that are missing, and a tail that
    /// was cut off. Exits with 1 if the chain is not whole.
    Verify(Input),
    /// Sums up exchanges and findings by region, project, endpoint, outcome, rule and surface.
    Report(Input),
}

#[derive(Args)]
pub(crate) struct Input {
    /// The audit directory.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/blackbar/audit")]
    dir: PathBuf,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Audit {
    pub(crate) fn run(self) -> ExitCode {
        let (Self::Verify(input) | Self::Report(input)) = &self;
        let mut summary = Summary::default();
        let verdict = match verify::verify(&input.dir, |entry| summary.add(entry)) {
            Ok(verdict) => verdict,
            Err(error) => return failed(format_args!("cannot read {}: {error}", input.dir.display())),
        };
        match self {
            Self::Verify(_) => put(&verdict_text(&verdict, input.format)),
            Self::Report(_) => put(&summary_text(&summary, &verdict, input.format)),
        }
        if verdict.is_whole() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn verdict_text(verdict: &Verdict, format: Format) -> String {
    if format == Format::Json {
        return json(verdict);
    }
    let mut text = String::new();
    for note in &verdict.notes {
        let _ = writeln!(text, "note: {note}");
    }
    if verdict.n_torn > 0 {
        let _ = writeln!(text, "note: {} lines were torn by a crash, and the chain says so", verdict.n_torn);
    }
    match &verdict.broken {
        Some(at) => {
            let line = if at.line > 0 { format!(":{}", at.line) } else { String::new() };
            let _ = writeln!(text, "BROKEN at {}{line}: {}", at.file, at.reason);
            let _ = writeln!(text, "{} records before it are whole", verdict.n_records);
        }
        None => {
            let _ = writeln!(
                text,
                "whole: {} records in {} segments, up to {} {}",
                verdict.n_records, verdict.n_segments, verdict.end.seq, verdict.end.hash
            );
        }
    }
    text
}

fn summary_text(summary: &Summary, verdict: &Verdict, format: Format) -> String {
    if format == Format::Json {
        return json(&serde_json::json!({ "summary": summary, "chain": verdict }));
    }
    format!("{}\nchain\n  {}", summary.to_text(), verdict_text(verdict, format))
}

fn json(value: &impl serde::Serialize) -> String {
    // Counts and texts always serialize.
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}
