//! `blackbar rules validators`: the named checks that `validator` in a rule can refer to.

use std::fmt::Write as _;
use std::process::ExitCode;

use blackbar_core::internals::VALIDATORS;

use crate::cli::terminal::put;

/// Prints name and description of each validator.
pub(crate) fn list() -> ExitCode {
    let width = VALIDATORS.iter().map(|validator| validator.name().len()).max().unwrap_or(0);
    let listed = VALIDATORS.iter().fold(String::new(), |mut listed, validator| {
        let _ = writeln!(listed, "{:width$}  {}", validator.name(), validator.description());
        listed
    });
    put(&listed);
    ExitCode::SUCCESS
}
