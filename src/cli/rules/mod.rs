//! `blackbar rules`: lists, checks and explains rules, lists validators, and hashes values for suppressions.

mod check;
mod explain;
mod hash;
mod list;
mod tier_name;
mod validators;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
use clap::Subcommand;

use crate::cli::rules::list::Format;
use crate::cli::terminal::failed;
use crate::cli::terminal::tell;
use crate::config::{self, RedactionOnly};

/// Lists, checks and explains rules.
#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Lists rules: id, pack, entity, tier, what a match needs, validator, action, number of examples.
    ///
    /// Without --config, all built-in rules; with it, the rules that it puts in force, your own packs
    /// included. Examples are counted as must match + must not match.
    #[command(after_help = "Examples:
  blackbar rules list --format json | jq -r '.rules[] | select(.tier == \"keyword\") | .id'
  blackbar rules list --config blackbar.toml")]
    List {
        /// Output format.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// List the rules of this configuration.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// Write into this page, between the lines `<!-- rules: begin -->` and `<!-- rules: end -->`.
        #[arg(long, value_name = "PAGE")]
        into: Option<PathBuf>,
    },
    /// Checks packs against the examples in them; without DIR, the built-in packs.
    ///
    /// Each rule must find exactly what its positive examples mark, and nothing in its negative ones.
    /// For each failure it prints file, line, rule, example, what was found instead and what to change,
    /// and exits with 1.
    #[command(after_help = "Example: blackbar rules check /etc/blackbar/rules")]
    Check {
        /// A directory of packs, each a TOML file.
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    Explain(explain::Explain),
    /// Lists the validators that a rule can name: checksums, number plans and other checks of a match.
    Validators,
    /// Prints hashes of values, for suppressions that must not contain the values themselves.
    ///
    /// Reads values from standard input, one per line. The hash is keyed with redaction.hash_key_file;
    /// it matches only under the same key.
    #[command(after_help = "Example: blackbar rules hash --config blackbar.toml < values.txt")]
    Hash {
        /// The configuration.
        #[arg(long, value_name = "FILE")]
        config: PathBuf,
    },
}

impl Rules {
    pub(crate) fn run(self) -> ExitCode {
        match self {
            Self::List { format, config, into } => {
                with_rules(config.as_deref(), |rules| list::list(rules, format, into.as_deref()))
            }
            Self::Check { dir } => check::check(dir.as_deref()),
            Self::Explain(explain) => explain.run(),
            Self::Validators => validators::list(),
            Self::Hash { config } => hash::hash(&config),
        }
    }
}

/// Calls `f` with the rules of a configuration, or with all built-in rules.
fn with_rules(config: Option<&Path>, f: impl FnOnce(&RuleSet) -> ExitCode) -> ExitCode {
    let Some(file) = config else {
        return match RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())) {
            Ok(rules) => f(&rules),
            Err(error) => failed(error),
        };
    };
    match config::load_redaction_only(file) {
        Ok(RedactionOnly { policy, .. }) => f(policy.policy.rules()),
        Err(problems) => {
            tell(problems);
            ExitCode::FAILURE
        }
    }
}
