//! `blackbar rules check`: runs packs against their own examples.

use std::path::Path;
use std::process::ExitCode;

use blackbar_core::inspect;
use blackbar_core::rules::{PackSource, builtin_packs};

use crate::cli::terminal::counted;
use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::cli::terminal::tell;
use crate::config::rules::read_dir;

/// Checks the packs of a directory, or the built-in packs.
pub(crate) fn check(dir: Option<&Path>) -> ExitCode {
    let Some(dir) = dir else { return report(builtin_packs()) };
    let files = match read_dir(dir) {
        Ok(files) if files.is_empty() => {
            return failed(format_args!("no pack (*.toml) in {}", dir.display()));
        }
        Ok(files) => files,
        Err(error) => return failed(format_args!("cannot read {}: {error}", dir.display())),
    };
    let packs: Vec<PackSource<'_>> = files.iter().map(|(name, text)| PackSource { name, text }).collect();
    report(&packs)
}

fn report(packs: &[PackSource<'_>]) -> ExitCode {
    let report = match inspect::check(packs) {
        Ok(report) => report,
        Err(error) => {
            tell(error);
            return ExitCode::FAILURE;
        }
    };
    for problem in &report.problems {
        tell(problem);
    }
    let (n_rules, n_examples) = (counted(report.n_rules, "rule"), counted(report.n_examples, "example"));
    put(&format!("{n_rules} ({} with a checksum), {n_examples}\n", report.n_validated));
    if report.problems.is_empty() {
        return ExitCode::SUCCESS;
    }
    tell(counted(report.problems.len(), "problem"));
    ExitCode::FAILURE
}
