//! The prefilter of a rule set: which rules can match a text at all, and where.
//!
//! One search finds the keywords and anchors of all rules, so that its cost hardly grows with their
//! number. In a text without digits it skips the literals of rules that need some. Patterns without a
//! literal are found through combined automata, each over the spots that its patterns need: clusters of
//! digits, runs of letters and digits, groups of hex digits. Runs no pattern by itself; see `schedule`.
//!
//! **Invariant:** what is skipped cannot match. `detect::check` and `detect::agreement` compare with a
//! scan that skips nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use regex_automata::{PatternSet, meta};

use crate::detect::automaton::SearchedLiteral;
use crate::detect::cluster::MIN_NUMBER_DIGITS;
use crate::detect::literals::LiteralSearch;
use crate::detect::word_state::LiteralStart;
use crate::rules::Boundary;
use crate::rules::Keyword;
use crate::rules::Pattern;
use crate::rules::Rule;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::text::span::Span;

/// How far after a match a keyword may be.
pub(crate) const KEYWORD_AFTER_BYTES: usize = 24;

/// A pattern of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PatternRef {
    pub(crate) rule: RuleIdx,
    pub(crate) pattern: u8,
}

/// What a literal is to a rule.
#[derive(Clone, Debug)]
pub(crate) enum LiteralRole {
    Anchor(RuleIdx),
    Keyword(RuleIdx, Keyword),
}

/// The prefilters of one rule set.
#[derive(Default)]
pub(crate) struct Prefilter {
    /// The literals to look for in a text without digits, then those for any text.
    tiers: Vec<LiteralTier>,
    /// Free patterns of digits and separators alone, by the digits they require.
    pub(crate) numeric: Vec<CombinedPatterns>,
    /// Other free patterns that require digits, likewise.
    pub(crate) mixed: Vec<CombinedPatterns>,
    /// Free patterns that require a long run of letters and digits.
    pub(crate) runs: CombinedPatterns,
    /// Free patterns that require groups of hex digits.
    pub(crate) hex_groups: CombinedPatterns,
    /// Free patterns that match only whole runs of letters and digits with a digit, by length.
    pub(crate) digit_runs: Vec<CombinedPatterns>,
    /// The least number of digits that any rule requires of a cluster.
    pub(crate) min_digits: usize,
    /// By rule.
    requirements: Vec<Requirement>,
}

impl Prefilter {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut literals: Vec<RuleLiteral> = Vec::new();
        let mut free = FreePatterns::default();
        let mut requirements = Vec::new();
        for (idx, rule) in rules.rules().iter().enumerate() {
            let idx = RuleIdx(idx as u16);
            let required = Requirement::of(rule);
            requirements.push(required);
            if rule.patterns.is_empty() {
                continue;
            }
            collect_literals(idx, rule, required, &mut literals);
            if rule.anchors.is_empty() {
                free.collect(idx, rule);
            }
        }
        let min_digits = requirements.iter().map(|required| required.n_digits).min();
        Self {
            tiers: [1, usize::MAX].map(|below| LiteralTier::new(&literals, below)).into(),
            numeric: split_by_digits(&free.numeric, MIN_NUMBER_DIGITS..10),
            mixed: split_by_digits(&free.mixed, MIN_NUMBER_DIGITS..10),
            hex_groups: CombinedPatterns::new(&free.hex_groups),
            digit_runs: split_by_digits(&free.digit_runs, 12..25),
            runs: CombinedPatterns::new(&free.runs),
            min_digits: min_digits.unwrap_or(usize::MAX).max(1),
            requirements,
        }
    }

    /// Calls `seen` with each literal that occurs, its role, and where. May skip literals of rules that
    /// require more digits than `most_digits`, the most that a cluster of the text has.
    pub(crate) fn for_each_literal(
        &self,
        text: &str,
        most_digits: usize,
        mut seen: impl FnMut(&LiteralRole, Span),
    ) {
        let tier = self.tiers.iter().find(|tier| most_digits < tier.below).or(self.tiers.last());
        let Some(tier) = tier else { return };
        tier.literals.find(text, |literal, span| {
            for role in tier.roles.get(literal).into_iter().flatten() {
                seen(role, span);
            }
        });
    }

    /// What a rule requires.
    pub(crate) fn requirement(&self, rule: RuleIdx) -> Requirement {
        self.requirements.get(usize::from(rule.0)).copied().unwrap_or_default()
    }
}

/// What a text must have for a rule to match in it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Requirement {
    /// The least digits in a row that any of its patterns requires.
    pub(crate) n_digits: usize,
    /// How far from a keyword those may be for the keyword to count.
    pub(crate) reach_bytes: usize,
}

impl Requirement {
    fn of(rule: &Rule) -> Self {
        let n_digits = rule.patterns.iter().map(|pattern| rule.need(pattern)).min().unwrap_or(usize::MAX);
        let longest = rule.keywords.iter().map(|keyword| keyword.text.len()).max().unwrap_or(0);
        let max_len = |pattern: &Pattern| pattern.shape.max_len.unwrap_or(usize::MAX);
        let match_len = rule.patterns.iter().map(max_len).max().unwrap_or(0);
        let reach_bytes =
            match_len.saturating_add(rule.distance.max(KEYWORD_AFTER_BYTES) + KEYWORD_AFTER_BYTES + longest);
        Self { n_digits, reach_bytes }
    }
}

/// The anchors and keywords of a rule, in all spellings.
fn collect_literals(idx: RuleIdx, rule: &Rule, required: Requirement, literals: &mut Vec<RuleLiteral>) {
    // An anchor triggers the free patterns only, a keyword all patterns.
    let free = rule.patterns.iter().filter(|pattern| pattern.is_free);
    let n_digits = free.map(|pattern| rule.need(pattern)).min().unwrap_or(usize::MAX);
    for text in rule.anchors.iter().flat_map(|anchor| spellings(&anchor.to_lowercase())) {
        let start = if begins_word(rule, &text) { LiteralStart::Word } else { LiteralStart::Anywhere };
        literals.push(RuleLiteral { text, start, n_digits, role: LiteralRole::Anchor(idx) });
    }
    for keyword in &rule.keywords {
        let start = if keyword.is_open_left { LiteralStart::Anywhere } else { LiteralStart::Word };
        for text in spellings(&keyword.text) {
            let role = LiteralRole::Keyword(idx, keyword.clone());
            literals.push(RuleLiteral { text, start, n_digits: required.n_digits, role });
        }
    }
}

/// Free patterns without anchors, by what they require.
#[derive(Default)]
struct FreePatterns<'a> {
    numeric: Vec<Entry<'a>>,
    mixed: Vec<Entry<'a>>,
    runs: Vec<Entry<'a>>,
    digit_runs: Vec<Entry<'a>>,
    hex_groups: Vec<Entry<'a>>,
}

impl<'a> FreePatterns<'a> {
    fn collect(&mut self, idx: RuleIdx, rule: &'a Rule) {
        for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
            let of = PatternRef { rule: idx, pattern: n as u8 };
            if rule.hex_groups > 0 {
                self.hex_groups.push((of, pattern, rule.hex_groups));
            } else if pattern.shape.is_run_with_digit {
                self.digit_runs.push((of, pattern, rule.run.max(pattern.shape.min_len)));
            } else if rule.run > 0 {
                self.runs.push((of, pattern, rule.run));
            } else if pattern.shape.is_numeric {
                self.numeric.push((of, pattern, rule.need(pattern)));
            } else {
                self.mixed.push((of, pattern, rule.need(pattern)));
            }
        }
    }
}

/// A pattern, and how many digits, or how long a run, it requires.
type Entry<'a> = (PatternRef, &'a Pattern, usize);

/// Splits patterns into three sets by the digits, or the length of a run, that they require: below,
/// within and above `medium`. Demanding patterns run rarely; keeping them apart neither slows the others
/// nor widens their windows.
fn split_by_digits(entries: &[Entry<'_>], medium: Range<usize>) -> Vec<CombinedPatterns> {
    let mut sets = [Vec::new(), Vec::new(), Vec::new()];
    let [below, within, above] = &mut sets;
    for entry in entries {
        match entry.2 {
            need if need < medium.start => below.push(*entry),
            need if need < medium.end => within.push(*entry),
            _ => above.push(*entry),
        }
    }
    sets.iter().filter(|set| !set.is_empty()).map(|set| CombinedPatterns::new(set)).collect()
}

/// The literals to look for in a text whose clusters all have fewer digits than `below`.
struct LiteralTier {
    below: usize,
    literals: LiteralSearch,
    /// The roles of each.
    roles: Vec<Vec<LiteralRole>>,
}

impl LiteralTier {
    fn new(literals: &[RuleLiteral], below: usize) -> Self {
        let mut grouped: BTreeMap<(&str, LiteralStart), Vec<LiteralRole>> = BTreeMap::new();
        for RuleLiteral { text, start, role, .. } in
            literals.iter().filter(|literal| literal.n_digits < below)
        {
            grouped.entry((text, *start)).or_default().push(role.clone());
        }
        let texts: Vec<SearchedLiteral> =
            grouped.keys().map(|&(text, start)| SearchedLiteral { text: text.to_owned(), start }).collect();
        Self { below, literals: LiteralSearch::new(&texts), roles: grouped.into_values().collect() }
    }
}

/// A literal of a rule.
struct RuleLiteral {
    text: String,
    start: LiteralStart,
    /// The least digits that any pattern it triggers requires.
    n_digits: usize,
    role: LiteralRole,
}

/// Whether an anchor needs to be looked for only where a word may begin: every match begins with it, and
/// not after a letter, since matches need clean boundaries. Directly after a keyword they need none; but
/// a keyword that ends with a letter does not count before another letter.
fn begins_word(rule: &Rule, anchor: &str) -> bool {
    let begins = rule.boundary != Boundary::None
        && rule.patterns.iter().all(|pattern| !pattern.is_free || pattern.shape.starts_with_anchor);
    let first = anchor.bytes().next().map(|byte| byte.to_ascii_lowercase());
    let joins_letters = first.is_some_and(|byte| byte.is_ascii_alphabetic() && byte != b's');
    begins
        && (rule.keywords.is_empty()
            || joins_letters && rule.keywords.iter().all(|keyword| !keyword.is_open_right))
}

/// The search folds the case of ASCII letters only. Others are listed in the cases that people write.
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

/// Several patterns in one automaton, which finds in one pass which of them match in a window.
#[derive(Default)]
pub(crate) struct CombinedPatterns {
    members: Vec<PatternRef>,
    regex: Option<meta::Regex>,
    /// The least number of digits, or length of a run, that any member requires.
    pub(crate) least: usize,
    /// The shortest and the longest match of any member.
    pub(crate) min_len: usize,
    pub(crate) max_len: usize,
    /// Whether every member matches whole words only.
    is_bounded: bool,
}

impl CombinedPatterns {
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
            min_len: entries.iter().map(|(_, pattern, _)| pattern.shape.min_len).min().unwrap_or(0),
            max_len: entries.iter().filter_map(|(_, pattern, _)| pattern.shape.max_len).max().unwrap_or(0),
            is_bounded: entries.iter().all(|(_, pattern, _)| pattern.boundary != Boundary::None),
        }
    }

    /// Whether a run of letters and digits of this length may match a member that matches such runs.
    pub(crate) fn may_be_run(&self, len: usize) -> bool {
        len >= self.least && (len <= self.max_len || !self.is_bounded)
    }

    /// Buffers for [`matching`](Self::matching).
    pub(crate) fn buffers(&self) -> CombinedBuffers {
        let regex = self.regex.as_ref();
        CombinedBuffers {
            cache: regex.map(meta::Regex::create_cache),
            found: PatternSet::new(regex.map_or(0, meta::Regex::pattern_len)),
        }
    }

    /// Calls `seen` with each member that matches somewhere in `range` of `text`. Without an automaton,
    /// because it grew too large, that is every member: slower, and nothing is lost.
    pub(crate) fn matching(
        &self,
        text: &str,
        range: Range<usize>,
        buffers: &mut CombinedBuffers,
        mut seen: impl FnMut(PatternRef),
    ) {
        let (Some(regex), Some(cache)) = (&self.regex, &mut buffers.cache) else {
            self.members.iter().copied().for_each(seen);
            return;
        };
        buffers.found.clear();
        let input = regex_automata::Input::new(text).range(range);
        regex.which_overlapping_matches_with(cache, &input, &mut buffers.found);
        for id in buffers.found.iter() {
            if let Some(member) = self.members.get(id.as_usize()) {
                seen(*member);
            }
        }
    }
}

/// Buffers of a [`CombinedPatterns`].
pub(crate) struct CombinedBuffers {
    cache: Option<meta::Cache>,
    found: PatternSet,
}
