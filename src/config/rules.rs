//! `[rules]`: which rule packs and rules are in force.

use std::path::PathBuf;

use serde::Deserialize;

use crate::config::checker::Checker;

/// Packs that are in force when nothing is said.
pub(crate) const DEFAULT_PACKS: &[&str] =
    &["contact", "payment", "credentials", "network", "identity-eu", "identity-us"];

/// What `[rules]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rules {
    pub(crate) packs: Vec<String>,
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) disable: Vec<String>,
    pub(crate) overrides: Vec<Override>,
}

/// One `[[rules.override]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Override {
    /// The rule's id.
    pub(crate) rule: String,
    /// Its action instead of the one in the pack.
    pub(crate) action: String,
    /// The label, with `replace`.
    pub(crate) label: Option<String>,
    /// How many stay, with `partial`.
    pub(crate) keep_last: Option<u8>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Raw {
    packs: Option<Vec<String>>,
    dirs: Vec<PathBuf>,
    disable: Vec<String>,
    #[serde(rename = "override")]
    overrides: Vec<Override>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Rules {
    let raw: Raw = checker.section("rules");
    for (idx, entry) in raw.overrides.iter().enumerate() {
        let key = format!("rules.override[{idx}].action");
        let words = [("mask", ()), ("replace", ()), ("hash", ()), ("partial", ()), ("drop", ())];
        checker.word(&key, Some(&entry.action), &words, ());
    }
    let packs = raw.packs.unwrap_or_else(|| DEFAULT_PACKS.iter().map(|name| (*name).to_owned()).collect());
    Rules { packs, dirs: raw.dirs, disable: raw.disable, overrides: raw.overrides }
}
