//! `blackbar rules`: lists rules, and checks packs against their examples.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Subcommand;

use crate::cli::failed;

/// Lists and checks rules.
#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Lists the rules that are built in.
    List,
    /// Checks packs against the examples in them; without DIR, those that are built in.
    Check {
        /// A directory of packs, each a TOML file.
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

impl Rules {
    pub(crate) fn run(self) -> ExitCode {
        match self {
            Self::List => failed("there are no rules in this build"),
            Self::Check { dir: _ } => failed("there are no rules in this build"),
        }
    }
}
