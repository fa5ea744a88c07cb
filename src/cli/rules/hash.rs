//! `blackbar rules hash`: keyed hashes of values, for `value_hash` of a suppression.

use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use blackbar_core::policy::Suppression;

use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::cli::terminal::tell;
use crate::config;

/// Prints the hash of each line of standard input.
pub(crate) fn hash(config: &Path) -> ExitCode {
    let loaded = match config::load_redaction_only(config) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(problems);
            return ExitCode::FAILURE;
        }
    };
    if !loaded.policy.has_key_file {
        let hint = "without a key file, each start draws a new key, and no hash would match";
        return failed(format_args!("{}: name redaction.hash_key_file: {hint}", config.display()));
    }
    let mut text = String::new();
    if let Err(error) = std::io::stdin().lock().read_to_string(&mut text) {
        return failed(format_args!("cannot read the values: {}", error.kind()));
    }
    let values = text.lines().map(str::trim).filter(|value| !value.is_empty());
    let hashes = values.map(|value| Suppression::hash_of(value, &loaded.policy.policy.hash_key));
    let printed = hashes.fold(String::new(), |mut printed, hash| {
        let _ = writeln!(printed, "{hash}");
        printed
    });
    if printed.is_empty() {
        return failed("no values on standard input");
    }
    put(&printed);
    ExitCode::SUCCESS
}
