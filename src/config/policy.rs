//! Builds the policy and its digest from `[redaction]`, `[rules]`, `[[suppressions]]` and `[limits]`.
//!
//! This is the only file that calls the constructors of the core's policy.

use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;

use blackbar_core::policy::{Limits, Policy, Suppression};
use blackbar_core::rules::{PackSource, Problem, RuleSet, builtin_packs};
use sha2::{Digest, Sha256};

use crate::config::checker::Checker;
use crate::config::limits;
use crate::config::problem::ConfigProblem;
use crate::config::redaction::{self, ConfiguredSelector, RedactionSection};
use crate::config::rules::{self, RulesSection};
use crate::config::suppressions::{self, HashKey};

/// A policy, with its digest and what people need to know about it.
#[derive(Clone)]
pub struct PolicyInForce {
    /// What is redacted, and how.
    pub policy: Arc<Policy>,
    /// SHA-256 over rules, postures, selectors, suppressions and limits.
    pub digest: Arc<str>,
    /// The number of rules.
    pub n_rules: usize,
    /// The preset and the postures, for the log line at startup.
    pub summary: String,
    /// The selectors.
    pub selectors: Vec<ConfiguredSelector>,
    /// Whether the hash key comes from a file, and so outlives the process.
    pub has_key_file: bool,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Option<PolicyInForce> {
    let limits = limits::check_payload(checker);
    let redaction = redaction::check(checker);
    let rules = rules::check(checker);
    let hash_key = hash_key(checker, redaction.hash_key_file.as_deref());
    let rule_set = build_rules(checker, &rules);
    let key = if redaction.hash_key_file.is_some() { HashKey::FromFile } else { HashKey::Random };
    let suppressions = suppressions::check(checker, rule_set.as_ref(), key);
    warn_on_unstable_pseudonyms(checker, &redaction);
    build(checker, rule_set?, redaction, limits, hash_key, suppressions)
}

fn build_rules(checker: &mut Checker<'_>, rules: &RulesSection) -> Option<RuleSet> {
    let folder = Path::new(checker.file()).parent().map(Path::to_owned).unwrap_or_default();
    let files = rules::read_dirs(checker, &folder, &rules.dirs);
    let extra: Vec<PackSource<'_>> = files.iter().map(|(name, text)| PackSource { name, text }).collect();
    let mut selection = rules.selection();
    // A pack in a configured directory needs no entry in `rules.packs`.
    selection.packs.extend(extra.iter().filter_map(|pack| rules::pack_name(pack.text)));
    match RuleSet::build(builtin_packs(), &extra, &selection) {
        Ok(set) => Some(set),
        Err(error) => {
            for problem in error.problems {
                report(checker, rules, problem);
            }
            None
        }
    }
}

/// Reports a problem where it can be fixed: in the pack, or at the key that names a missing rule or
/// pack.
fn report(checker: &mut Checker<'_>, rules: &RulesSection, problem: Problem) {
    if problem.line > 0 || problem.rule.is_some() {
        let line = (problem.line > 0).then_some(problem.line);
        let key = problem.rule.map(|rule| format!("rule {rule}")).unwrap_or_default();
        checker.problem_elsewhere(ConfigProblem { file: problem.file, line, key, message: problem.message });
        return;
    }
    let names = |text: &str| problem.message.contains(&format!("\"{text}\""));
    let at = |list: &[String]| list.iter().position(|text| names(text));
    let key = if let Some(idx) = at(&rules.packs) {
        format!("rules.packs[{idx}]")
    } else if let Some(idx) = at(&rules.disable) {
        format!("rules.disable[{idx}]")
    } else if let Some(idx) = rules.overrides.iter().position(|entry| names(&entry.rule)) {
        format!("rules.override[{idx}].rule")
    } else {
        "rules".to_owned()
    };
    checker.problem(&key, problem.message);
}

fn warn_on_unstable_pseudonyms(checker: &mut Checker<'_>, redaction: &RedactionSection) {
    if redaction.hash_key_file.is_none() {
        let hint = "not set: pseudonyms of people change at each restart and differ between replicas";
        checker.warn("redaction.hash_key_file", hint);
    }
}

fn build(
    checker: &mut Checker<'_>,
    rule_set: RuleSet,
    redaction: RedactionSection,
    limits: Limits,
    hash_key: [u8; 32],
    suppressions: Vec<Suppression>,
) -> Option<PolicyInForce> {
    let n_rules = rule_set.rules().len();
    let summary = summary(&redaction);
    let selectors: Vec<_> = redaction.selectors.iter().map(|own| (own.css.clone(), own.treat)).collect();
    let policy = Policy::new(rule_set, redaction.postures, &selectors, limits, hash_key);
    match policy.and_then(|policy| policy.choosing(redaction.choices).suppressing(suppressions)) {
        Ok(policy) => {
            let digest = policy.digest().into();
            let has_key_file = redaction.hash_key_file.is_some();
            let selectors = redaction.selectors;
            Some(PolicyInForce {
                policy: Arc::new(policy),
                digest,
                n_rules,
                summary,
                selectors,
                has_key_file,
            })
        }
        Err(error) => {
            checker.problem("redaction.selector", error.reason());
            None
        }
    }
}

/// The preset and the postures, as the configuration writes them.
fn summary(redaction: &RedactionSection) -> String {
    let postures = format!("{:?}: {:?}", redaction.preset, redaction.postures).to_lowercase();
    format!("{postures}, {} selectors", redaction.selectors.len())
}

/// The key of the `hash` action: from its file, or a random one that reloads keep.
fn hash_key(checker: &mut Checker<'_>, file: Option<&Path>) -> [u8; 32] {
    let Some(file) = file else { return random_key(checker) };
    match std::fs::read(file) {
        Ok(bytes) if bytes.trim_ascii().len() >= 16 => Sha256::digest(bytes.trim_ascii()).into(),
        Ok(_) => {
            let hint = "the key in the file is too short; write at least 16 bytes, for instance 64 random hex digits";
            checker.problem("redaction.hash_key_file", hint);
            [0; 32]
        }
        Err(error) => {
            checker.problem("redaction.hash_key_file", format!("cannot read the file: {error}"));
            [0; 32]
        }
    }
}

fn random_key(checker: &mut Checker<'_>) -> [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return *key;
    }
    let mut key = [0; 32];
    if let Err(error) = getrandom::fill(&mut key) {
        let hint = "set this to a file with a key";
        checker.problem("redaction.hash_key_file", format!("the system has no randomness ({error}); {hint}"));
    }
    *KEY.get_or_init(|| key)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        for four in [byte >> 4, byte & 15] {
            text.push(char::from(if four < 10 { b'0' + four } else { b'a' - 10 + four }));
        }
    }
    text
}
