//! `[rules]`: which rule packs and rules are active.

use std::path::{Path, PathBuf};

use blackbar_core::rules::{self, Action, Selection};
use serde::Deserialize;

use crate::config::checker::Checker;

/// The packs that are active by default.
pub(crate) const DEFAULT_PACKS: &[&str] =
    &["contact", "payment", "credentials", "network", "personal", "health", "identity"];

/// `[rules]`, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RulesSection {
    pub(crate) packs: Vec<String>,
    pub(crate) dirs: Vec<PathBuf>,
    pub(crate) disable: Vec<String>,
    pub(crate) overrides: Vec<RuleOverride>,
}

/// One `[[rules.override]]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleOverride {
    /// The rule's id.
    pub(crate) rule: String,
    /// The action that replaces the one in the pack.
    pub(crate) action: String,
    /// The label, with `replace`.
    pub(crate) label: Option<String>,
    /// How many characters stay, with `partial`.
    pub(crate) keep_last: Option<u8>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawRules {
    packs: Option<Vec<String>>,
    dirs: Vec<PathBuf>,
    disable: Vec<String>,
    #[serde(rename = "override")]
    overrides: Vec<RuleOverride>,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> RulesSection {
    let raw: RawRules = checker.section("rules");
    for (idx, entry) in raw.overrides.iter().enumerate() {
        let key = format!("rules.override[{idx}].action");
        let words = [("mask", ()), ("replace", ()), ("hash", ()), ("partial", ()), ("drop", ())];
        checker.one_of(&key, Some(&entry.action), &words, ());
        if entry.label.is_some() && entry.action != "replace" {
            checker.problem(
                &format!("rules.override[{idx}].label"),
                "has no effect without action = \"replace\"",
            );
        }
        if entry.keep_last.is_some() && entry.action != "partial" {
            checker.problem(
                &format!("rules.override[{idx}].keep_last"),
                "has no effect without action = \"partial\"",
            );
        }
        if entry.keep_last.is_some_and(|n| n > Action::MAX_KEPT) {
            let hint = format!("must be at most {}", Action::MAX_KEPT);
            checker.problem(&format!("rules.override[{idx}].keep_last"), hint);
        }
    }
    let packs = raw.packs.unwrap_or_else(|| DEFAULT_PACKS.iter().map(|name| (*name).to_owned()).collect());
    RulesSection { packs, dirs: raw.dirs, disable: raw.disable, overrides: raw.overrides }
}

impl RulesSection {
    /// The same, as the core takes it.
    pub(crate) fn selection(&self) -> Selection {
        let overrides = self.overrides.iter().map(|entry| rules::Override {
            rule: entry.rule.clone(),
            action: Some(entry.action()),
            enabled: None,
        });
        Selection { packs: self.packs.clone(), disable: self.disable.clone(), overrides: overrides.collect() }
    }
}

impl RuleOverride {
    fn action(&self) -> Action {
        match self.action.as_str() {
            "replace" => Action::Replace(self.label.clone().unwrap_or_else(|| format!("[{}]", self.rule))),
            "hash" => Action::Hash,
            "partial" => Action::Partial { keep_last: self.keep_last.unwrap_or(4) },
            "drop" => Action::Drop,
            _ => Action::Mask,
        }
    }
}

/// The name in a pack's header. The loader reports any other problem of the pack.
pub(crate) fn pack_name(text: &str) -> Option<String> {
    let root = toml::de::DeTable::parse(text).ok()?;
    let pack = root.get_ref().get("pack")?.get_ref().as_table()?;
    pack.get("name")?.get_ref().as_str().map(str::to_owned)
}

/// Reads all `*.toml` files of the directories, ordered by name. A relative directory is resolved
/// against `folder`, which holds the configuration file.
pub(crate) fn read_dirs(checker: &mut Checker<'_>, folder: &Path, dirs: &[PathBuf]) -> Vec<(String, String)> {
    let mut packs = Vec::new();
    for (idx, dir) in dirs.iter().enumerate() {
        let dir = folder.join(dir);
        match read_dir(&dir) {
            Ok(found) => packs.extend(found),
            Err(error) => checker
                .problem(&format!("rules.dirs[{idx}]"), format!("cannot read {}: {error}", dir.display())),
        }
    }
    packs
}

/// Reads all `*.toml` files of a directory, ordered by name.
pub(crate) fn read_dir(dir: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut paths = std::fs::read_dir(dir)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.into_iter().map(|path| Ok((path.display().to_string(), std::fs::read_to_string(&path)?))).collect()
}
