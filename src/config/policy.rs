//! From `[redaction]`, `[rules]` and `[limits]` to the policy in force and its digest.
//!
//! The one place where the configuration meets the core: what the core's constructors want is
//! put together here and nowhere else.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};

use crate::config::checker::Checker;
use crate::config::limits;
use crate::config::redaction::{self, Redaction};
use crate::config::rules::{self, Rules};
use crate::redact::policy::{Limits, Policy};
use crate::rules::{PackSource, RuleSet, builtin_packs};

/// A policy, with the names by which people and records refer to it.
#[derive(Clone)]
pub struct PolicyInForce {
    /// What is redacted, and how.
    pub policy: Arc<Policy>,
    /// SHA-256 over rules, postures, selectors and limits.
    pub digest: Arc<str>,
    /// How many rules.
    pub n_rules: usize,
    /// The preset and the postures, for the line at start.
    pub summary: String,
}

pub(crate) fn check(checker: &mut Checker<'_>) -> Option<PolicyInForce> {
    let limits = limits::check_payload(checker);
    let redaction = redaction::check(checker);
    let rules = rules::check(checker);
    let hash_key = hash_key(checker, redaction.hash_key_file.as_deref());
    let rule_set = build_rules(checker, &rules)?;
    build(checker, rule_set, &redaction, limits, hash_key)
}

fn build_rules(checker: &mut Checker<'_>, rules: &Rules) -> Option<RuleSet> {
    let files = rules::read_dirs(checker, &rules.dirs);
    let extra: Vec<PackSource<'_>> = files.iter().map(|(name, text)| PackSource { name, text }).collect();
    match RuleSet::build(builtin_packs(), &extra, &rules.selection()) {
        Ok(set) => Some(set),
        Err(error) => {
            for problem in error.problems {
                checker.problem("rules", problem.to_string());
            }
            None
        }
    }
}

fn build(
    checker: &mut Checker<'_>,
    rule_set: RuleSet,
    redaction: &Redaction,
    limits: Limits,
    hash_key: [u8; 32],
) -> Option<PolicyInForce> {
    let n_rules = rule_set.rules().len();
    let summary = format!("{:?}: {:?}", redaction.preset, redaction.postures);
    let selectors: Vec<_> = redaction.selectors.iter().map(|s| (s.css.clone(), s.treat)).collect();
    let policy = match Policy::new(rule_set, redaction.postures.clone(), &selectors, limits, hash_key) {
        Ok(policy) => policy,
        Err(error) => {
            checker.problem(&format!("redaction.selector[{}].css", error.index), error.reason.to_string());
            return None;
        }
    };
    let digest = policy.digest().into();
    Some(PolicyInForce { policy: Arc::new(policy), digest, n_rules, summary })
}

/// The key of the `hash` action: from its file, or else one of this process that a reload keeps.
fn hash_key(checker: &mut Checker<'_>, file: Option<&Path>) -> [u8; 32] {
    let Some(file) = file else { return key_of_this_process(checker) };
    match std::fs::read(file) {
        Ok(bytes) if bytes.trim_ascii().len() >= 16 => Sha256::digest(bytes.trim_ascii()).into(),
        Ok(_) => {
            let hint = "the key is too short; put at least 16 bytes there, for instance 64 random hex digits";
            checker.problem("redaction.hash_key_file", hint);
            [0; 32]
        }
        Err(error) => {
            checker.problem("redaction.hash_key_file", format!("cannot read the key: {error}"));
            [0; 32]
        }
    }
}

fn key_of_this_process(checker: &mut Checker<'_>) -> [u8; 32] {
    static KEY: OnceLock<[u8; 32]> = OnceLock::new();
    if let Some(key) = KEY.get() {
        return *key;
    }
    let mut key = [0; 32];
    if let Err(error) = getrandom::fill(&mut key) {
        let hint = "name a file with a key";
        checker
            .problem("redaction.hash_key_file", format!("the system gives no randomness ({error}); {hint}"));
    }
    *KEY.get_or_init(|| key)
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
