//! `blackbar check`: reports every problem of a configuration.

use std::process::ExitCode;

use blackbar_core::policy::Policy;
use clap::Args;

use crate::cli::config_file::ConfigFile;
use crate::cli::terminal::counted;
use crate::cli::terminal::failed;
use crate::cli::terminal::put;
use crate::cli::terminal::tell;
use crate::config;
use crate::exchange::ActiveConfig;

/// Checks a configuration and its rules without starting anything.
///
/// Reports all problems at once, each with file, line and key, and exits with 1 if there are any.
/// Reads the files that the configuration names, such as rule packs, keys and certificates; contacts
/// no upstream.
#[derive(Args)]
pub(crate) struct Check {
    #[command(flatten)]
    file: ConfigFile,
}

impl Check {
    pub(crate) fn run(self) -> ExitCode {
        match config::load(&self.file.config) {
            Err(problems) => {
                tell(&problems);
                tell(counted(problems.0.len(), "problem"));
                ExitCode::FAILURE
            }
            Ok(config) => {
                if let Err(error) = ActiveConfig::new(&config) {
                    return failed(error);
                }
                for warning in &config.warnings {
                    tell(format_args!("warning: {warning}"));
                }
                put(&format!(
                    "ok: {}, {}, {}, {}policy {}\n",
                    counted(config.regions.len(), "region"),
                    counted(config.routing.routes.len(), "route"),
                    counted(config.policy.n_rules, "rule"),
                    suppressions(&config.policy.policy),
                    config.policy.digest
                ));
                ExitCode::SUCCESS
            }
        }
    }
}

/// The number of suppressions, or nothing if there are none.
fn suppressions(policy: &Policy) -> String {
    match policy.suppressions().count() {
        0 => String::new(),
        n => format!("{}, ", counted(n, "suppression")),
    }
}
