//! `blackbar rules`: lists, checks and explains rules, and names values for suppressions.

mod check;
mod explain;
mod hash;
mod list;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use blackbar_core::rules::{Rule, RuleSet, Selection, Tier, builtin_packs};
use clap::Subcommand;

use crate::cli::rules::list::Format;
use crate::cli::{failed, tell};
use crate::config::{self, RedactionOnly};

/// Lists, checks and explains rules.
#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Lists rules: id, pack, entity, tier, what speaks for a match, validator, action, examples.
    ///
    /// Without --config all that come with the program; with it those that it puts in force, your
    /// own packs among them. Examples are counted as those that must match and those that must not.
    #[command(after_help = "Examples:
  blackbar rules list --format json | jq -r '.rules[] | select(.tier == \"D\") | .id'
  blackbar rules list --config blackbar.toml")]
    List {
        /// How.
        #[arg(long, value_enum, default_value = "text")]
        format: Format,
        /// The configuration whose rules are listed.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
        /// A page to write into, between the lines `<!-- rules: begin -->` and `<!-- rules: end -->`.
        #[arg(long, value_name = "PAGE")]
        into: Option<PathBuf>,
    },
    /// Checks packs against the examples in them; without DIR, those that come with the program.
    ///
    /// Each rule must find exactly what its positive examples mark, and nothing in its negative ones.
    /// Prints for each that does not: file, line, rule, which example, what became of it, and what to
    /// change; and exits with 1.
    #[command(after_help = "Example: blackbar rules check /etc/blackbar/rules")]
    Check {
        /// A directory of packs, each a TOML file.
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
    Explain(explain::Explain),
    /// Prints the hash by which a suppression names a value without holding it.
    ///
    /// Reads values from standard input, one a line. The key is that of redaction.hash_key_file: with
    /// another key the hash fits nothing.
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
            Self::Hash { config } => hash::hash(&config),
        }
    }
}

/// Calls `f` with the rules of a configuration, or with all that come with the program.
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

/// A tier in a word.
fn tier(rule: &Rule) -> &'static str {
    match rule.tier() {
        _ if !rule.has_pattern() => "keys only",
        Tier::A => "A",
        Tier::B => "B",
        Tier::C => "C",
        Tier::D => "D",
    }
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
