//! `blackbar rules`: lists rules, and checks packs against their examples.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;

use crate::cli::{failed, put, tell};
use crate::config::in_force::action;
use crate::config::rules::read_dir;
use crate::detect::check::check;
use crate::rules::{PackSource, RuleSet, Selection, builtin_packs};

/// Lists and checks rules.
#[derive(Subcommand)]
pub(crate) enum Rules {
    /// Lists the rules that come with the program: id, pack, action, name.
    List,
    /// Checks packs against the examples in them; without DIR, those that come with the program.
    ///
    /// Each rule must find exactly what its positive examples mark, and nothing in its negative ones.
    /// Exits with 1 if a rule does not.
    #[command(after_help = "Example: blackbar rules check /etc/blackbar/rules")]
    Check {
        /// A directory of packs, each a TOML file.
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

impl Rules {
    pub(crate) fn run(self) -> ExitCode {
        match self {
            Self::List => list(),
            Self::Check { dir: None } => report(builtin_packs()),
            Self::Check { dir: Some(dir) } => check_dir(&dir),
        }
    }
}

fn list() -> ExitCode {
    let rules = match RuleSet::build(builtin_packs(), &[], &Selection::of_all(builtin_packs())) {
        Ok(rules) => rules,
        Err(error) => return failed(error),
    };
    let width = rules.rules().iter().map(|rule| rule.id().len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in rules.rules() {
        let (id, pack, action) = (rule.id(), rule.pack(), action(rule.action()));
        let _ = writeln!(text, "{id:width$}  {pack:12}  {action:10}  {}", rule.name());
    }
    let _ = writeln!(text, "{} rules", rules.rules().len());
    put(&text);
    ExitCode::SUCCESS
}

fn check_dir(dir: &Path) -> ExitCode {
    let files = match read_dir(dir) {
        Ok(files) if files.is_empty() => {
            return failed(format_args!("there is no pack (*.toml) in {}", dir.display()));
        }
        Ok(files) => files,
        Err(error) => return failed(format_args!("cannot read {}: {error}", dir.display())),
    };
    let packs: Vec<PackSource<'_>> = files.iter().map(|(name, text)| PackSource { name, text }).collect();
    report(&packs)
}

fn report(packs: &[PackSource<'_>]) -> ExitCode {
    let report = match check(packs) {
        Ok(report) => report,
        Err(error) => {
            tell(error);
            return ExitCode::FAILURE;
        }
    };
    for problem in &report.problems {
        tell(problem);
    }
    let (n_rules, n_examples) = (report.n_rules, report.n_examples);
    put(&format!("{n_rules} rules ({} with a checksum), {n_examples} examples\n", report.n_validated));
    if report.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
