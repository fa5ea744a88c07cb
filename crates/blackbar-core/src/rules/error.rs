//! Problems of rule packs and selections, reported all at once.

use std::fmt;

/// Why no rule set could be built. The current policy stays in force.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{}", summary(.problems))]
#[non_exhaustive]
pub struct LoadError {
    /// All problems, in the order of the packs.
    pub problems: Vec<Problem>,
}

impl LoadError {
    /// A stable word for metrics and replies.
    pub const fn code(&self) -> &'static str {
        "rules_invalid"
    }
}

fn summary(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

/// One problem and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or `selection` for what the config says about rules.
    pub file: String,
    /// Line in that file, from 1; 0 if unknown.
    pub line: usize,
    /// The rule, if the problem belongs to one.
    pub rule: Option<String>,
    /// What is wrong and what to change.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        if let Some(rule) = &self.rule {
            write!(f, ": rule {rule}")?;
        }
        write!(f, ": {}", self.message)
    }
}
