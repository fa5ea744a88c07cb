//! `blackbar check`: says what is wrong with a configuration.

use std::process::ExitCode;

use clap::Args;

use crate::cli::{ConfigFile, failed, put, tell};
use crate::config;
use crate::exchange::Live;

/// Checks a configuration and its rules without starting anything.
///
/// Prints each problem with file, line and key, and exits with 1 if there is one.
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
                let n_problems = problems.0.len();
                tell(format_args!("{n_problems} problem{}", if n_problems == 1 { "" } else { "s" }));
                ExitCode::FAILURE
            }
            Ok(config) => {
                if let Err(error) = Live::new(&config) {
                    return failed(error);
                }
                for warning in &config.warnings {
                    tell(format_args!("warning: {warning}"));
                }
                put(&format!(
                    "ok: {} regions, {} routes, {} rules, policy {}\n",
                    config.regions.len(),
                    config.routing.routes.len(),
                    config.policy.n_rules,
                    config.policy.digest
                ));
                ExitCode::SUCCESS
            }
        }
    }
}
