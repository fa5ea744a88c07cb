//! Which rules can match at all, and where: one pass for literals, one for digits.
//!
//! All keywords and anchors of all rules are in one automaton, so that its cost does not grow with
//! the number of rules. Patterns without a literal are called up by stretches of digits, through
//! combined automata: one for patterns of digits and separators, one for those with letters; and by
//! long runs of letters and digits, through a third.
//! **Invariant:** what is skipped cannot match. `detect::check` and a test over the built-in packs
//! compare with a search that skips nothing.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use regex_automata::{PatternSet, meta};

use crate::detect::cluster::MANY;
use crate::rules::{Keyword, Pattern, RuleIdx, RuleSet};

/// How far a keyword may stand behind a match, in bytes.
pub(crate) const AFTER: usize = 24;

/// A pattern of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PatternRef {
    pub(crate) rule: RuleIdx,
    pub(crate) pattern: u8,
}

/// What a literal means to a rule.
#[derive(Clone, Debug)]
pub(crate) enum Use {
    Anchor(RuleIdx),
    Keyword(RuleIdx, Keyword),
}

/// The prefilters of one rule set.
#[derive(Default)]
pub(crate) struct Prefilter {
    literals: Option<AhoCorasick>,
    uses: Vec<Vec<Use>>,
    /// Free patterns of digits and separators alone, by the digits they ask for.
    pub(crate) numeric: Vec<Combined>,
    /// Other free patterns that are called up by digits, likewise.
    pub(crate) mixed: Vec<Combined>,
    /// Free patterns that are called up by long runs of letters and digits.
    pub(crate) runs: Combined,
    /// Free patterns that are called up by groups of hex digits.
    pub(crate) hex_groups: Combined,
    /// Those of runs whose runs always have a digit, by the length they ask for.
    pub(crate) digit_runs: Vec<Combined>,
    /// The least number of digits that any rule asks of a cluster.
    pub(crate) min_digits: usize,
    /// For each rule: the digits without which none of its patterns can match.
    needs: Vec<usize>,
}

impl Prefilter {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut literals: HashMap<String, Vec<Use>> = HashMap::new();
        let mut numeric = Vec::new();
        let mut mixed = Vec::new();
        let mut runs = Vec::new();
        let mut digit_runs = Vec::new();
        let mut hex_groups = Vec::new();
        let mut needs = Vec::new();
        for (idx, rule) in rules.rules().iter().enumerate() {
            let idx = RuleIdx(idx as u16);
            needs.push(rule.patterns.iter().map(|pattern| rule.need(pattern)).min().unwrap_or(usize::MAX));
            if rule.patterns.is_empty() {
                continue;
            }
            for anchor in &rule.anchors {
                literals.entry(anchor.to_lowercase()).or_default().push(Use::Anchor(idx));
            }
            for keyword in &rule.keywords {
                literals.entry(keyword.text.clone()).or_default().push(Use::Keyword(idx, keyword.clone()));
            }
            if !rule.anchors.is_empty() {
                continue;
            }
            for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
                let of = PatternRef { rule: idx, pattern: n as u8 };
                if rule.hex_groups > 0 {
                    hex_groups.push((of, pattern, rule.hex_groups));
                } else if rule.run > 0 && pattern.shape.is_run_with_digit {
                    digit_runs.push((of, pattern, rule.run));
                } else if rule.run > 0 {
                    runs.push((of, pattern, rule.run));
                } else if pattern.shape.is_numeric {
                    numeric.push((of, pattern, rule.need(pattern)));
                } else {
                    mixed.push((of, pattern, rule.need(pattern)));
                }
            }
        }
        let min_digits = needs.iter().copied().min().unwrap_or(usize::MAX).max(1);
        let (literals, uses) = automaton(literals);
        Self {
            literals,
            uses,
            numeric: by_need(&numeric, MANY..10),
            mixed: by_need(&mixed, MANY..10),
            hex_groups: Combined::new(&hex_groups),
            digit_runs: by_need(&digit_runs, 12..25),
            runs: Combined::new(&runs),
            min_digits,
            needs,
        }
    }

    /// Calls `seen` with each literal that occurs, where, and what it means to which rules.
    pub(crate) fn literals(&self, text: &str, mut seen: impl FnMut(&Use, usize, usize)) {
        let Some(automaton) = &self.literals else { return };
        for hit in automaton.find_overlapping_iter(text) {
            for meaning in self.uses.get(hit.pattern().as_usize()).into_iter().flatten() {
                seen(meaning, hit.start(), hit.end());
            }
        }
    }

    /// The digits without which no pattern of the rule matches.
    pub(crate) fn need(&self, rule: RuleIdx) -> usize {
        self.needs.get(usize::from(rule.0)).copied().unwrap_or(0)
    }
}

type Entry<'a> = (PatternRef, &'a Pattern, usize);

/// Three sets: patterns that ask for fewer digits, or a shorter run, than `medium`; for so many; and
/// for more. What asks for much is seldom called up: it does not stand in the way of what asks for
/// little, nor lends it its length.
fn by_need(entries: &[Entry<'_>], medium: Range<usize>) -> Vec<Combined> {
    let mut sets = [Vec::new(), Vec::new(), Vec::new()];
    let [little, some, much] = &mut sets;
    for entry in entries {
        match entry.2 {
            need if need < medium.start => little.push(*entry),
            need if need < medium.end => some.push(*entry),
            _ => much.push(*entry),
        }
    }
    sets.iter().filter(|set| !set.is_empty()).map(|set| Combined::new(set)).collect()
}

fn automaton(literals: HashMap<String, Vec<Use>>) -> (Option<AhoCorasick>, Vec<Vec<Use>>) {
    let mut entries: Vec<(String, Vec<Use>)> = literals.into_iter().collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let mut texts = Vec::new();
    let mut uses = Vec::new();
    for (text, meanings) in entries {
        for spelling in spellings(&text) {
            texts.push(spelling);
            uses.push(meanings.clone());
        }
    }
    let mut builder = AhoCorasickBuilder::new();
    builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard);
    let built = builder.kind(Some(AhoCorasickKind::DFA)).build(&texts);
    // A table too large for a DFA still works, only slower.
    let built = built.or_else(|_| builder.kind(None).build(&texts));
    (built.ok(), uses)
}

/// The automaton folds the case of ASCII; other letters are listed in the cases that people write.
fn spellings(lower: &str) -> Vec<String> {
    let mut all = vec![lower.to_owned()];
    if !lower.is_ascii() {
        let mut chars = lower.chars();
        let capitalised = chars.next().map(|first| first.to_uppercase().chain(chars).collect());
        all.extend([lower.to_uppercase()].into_iter().chain(capitalised));
        all.dedup();
    }
    all
}

/// Several patterns in one automaton that says which of them match somewhere in a window.
#[derive(Default)]
pub(crate) struct Combined {
    members: Vec<PatternRef>,
    regex: Option<meta::Regex>,
    /// The least number of digits, or length of a run, that any member asks for.
    pub(crate) least: usize,
    /// The longest match of any member.
    pub(crate) max_len: usize,
}

impl Combined {
    fn new(entries: &[Entry<'_>]) -> Self {
        let hirs: Result<Vec<_>, _> = entries.iter().map(|(_, pattern, _)| pattern.hir()).collect();
        let config = meta::Config::new()
            .match_kind(regex_automata::MatchKind::All)
            .utf8_empty(false)
            .nfa_size_limit(Some(64 << 20))
            .hybrid_cache_capacity(16 << 20);
        let regex = hirs
            .ok()
            .and_then(|hirs| meta::Regex::builder().configure(config).build_many_from_hir(&hirs).ok());
        Self {
            members: entries.iter().map(|(member, _, _)| *member).collect(),
            regex,
            least: entries.iter().map(|(_, _, need)| *need).min().unwrap_or(usize::MAX),
            max_len: entries.iter().filter_map(|(_, pattern, _)| pattern.shape.max_len).max().unwrap_or(0),
        }
    }

    /// Buffers for [`matching`](Self::matching).
    pub(crate) fn scratch(&self) -> CombinedScratch {
        let regex = self.regex.as_ref();
        CombinedScratch {
            cache: regex.map(meta::Regex::create_cache),
            found: PatternSet::new(regex.map_or(0, meta::Regex::pattern_len)),
        }
    }

    /// Calls `seen` with each member that matches somewhere in `start..end` of `text`. Without an automaton (it
    /// grew too large) that is every member.
    pub(crate) fn matching(
        &self,
        text: &str,
        range: Range<usize>,
        scratch: &mut CombinedScratch,
        mut seen: impl FnMut(PatternRef),
    ) {
        let (Some(regex), Some(cache)) = (&self.regex, &mut scratch.cache) else {
            self.members.iter().copied().for_each(seen);
            return;
        };
        scratch.found.clear();
        let input = regex_automata::Input::new(text).range(range);
        regex.which_overlapping_matches_with(cache, &input, &mut scratch.found);
        for id in scratch.found.iter() {
            if let Some(member) = self.members.get(id.as_usize()) {
                seen(*member);
            }
        }
    }
}

/// Buffers of a [`Combined`].
pub(crate) struct CombinedScratch {
    cache: Option<meta::Cache>,
    found: PatternSet,
}
