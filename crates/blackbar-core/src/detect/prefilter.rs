//! Which rules can match at all, and where: one pass for literals, one for digits.
//!
//! All keywords and anchors of all rules are found together, so that the cost hardly grows with the number
//! of rules; in a text without digits those of rules that need some are left out. Patterns without a literal
//! are called up by stretches of digits, through combined automata: one for patterns of digits and
//! separators, one for those with letters; and by runs of letters and digits, through others.
//! **Invariant:** what is skipped cannot match. `detect::check` and a test over the built-in packs
//! compare with a search that skips nothing.

use std::collections::BTreeMap;
use std::ops::Range;

use regex_automata::{PatternSet, meta};

use crate::detect::automaton::{Literal, Starts};
use crate::detect::cluster::MANY;
use crate::detect::literals::Literals;
use crate::rules::{Boundary, Keyword, Pattern, Rule, RuleIdx, RuleSet};
use crate::text::span::Span;

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
    /// Literals by the digits that their rules need: fewer, the fewer digits there are.
    tiers: Vec<Tier>,
    /// Free patterns of digits and separators alone, by the digits they ask for.
    pub(crate) numeric: Vec<Combined>,
    /// Other free patterns that are called up by digits, likewise.
    pub(crate) mixed: Vec<Combined>,
    /// Free patterns that are called up by long runs of letters and digits.
    pub(crate) runs: Combined,
    /// Free patterns that are called up by groups of hex digits.
    pub(crate) hex_groups: Combined,
    /// Free patterns of which every match is one run of letters and digits with a digit, by its length.
    pub(crate) digit_runs: Vec<Combined>,
    /// The least number of digits that any rule asks of a cluster.
    pub(crate) min_digits: usize,
    /// For each rule.
    needs: Vec<Need>,
}

impl Prefilter {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let mut literals: Vec<Meant> = Vec::new();
        let mut numeric = Vec::new();
        let mut mixed = Vec::new();
        let mut runs = Vec::new();
        let mut digit_runs = Vec::new();
        let mut hex_groups = Vec::new();
        let mut needs = Vec::new();
        for (idx, rule) in rules.rules().iter().enumerate() {
            let idx = RuleIdx(idx as u16);
            let need = Need::of(rule);
            needs.push(need);
            if rule.patterns.is_empty() {
                continue;
            }
            let free = || rule.patterns.iter().filter(|pattern| pattern.is_free);
            let of_free = free().map(|pattern| rule.need(pattern)).min().unwrap_or(usize::MAX);
            for text in rule.anchors.iter().flat_map(|anchor| spellings(&anchor.to_lowercase())) {
                let starts = if begins_word(rule, &text) { Starts::Word } else { Starts::Anywhere };
                literals.push(Meant { text, starts, need: of_free, meaning: Use::Anchor(idx) });
            }
            for keyword in &rule.keywords {
                let starts = if keyword.is_open_left { Starts::Anywhere } else { Starts::Word };
                for text in spellings(&keyword.text) {
                    let meaning = Use::Keyword(idx, keyword.clone());
                    literals.push(Meant { text, starts, need: need.n_digits, meaning });
                }
            }
            if !rule.anchors.is_empty() {
                continue;
            }
            for (n, pattern) in rule.patterns.iter().enumerate().filter(|(_, pattern)| pattern.is_free) {
                let of = PatternRef { rule: idx, pattern: n as u8 };
                if rule.hex_groups > 0 {
                    hex_groups.push((of, pattern, rule.hex_groups));
                } else if pattern.shape.is_run_with_digit {
                    digit_runs.push((of, pattern, rule.run.max(pattern.shape.min_len)));
                } else if rule.run > 0 {
                    runs.push((of, pattern, rule.run));
                } else if pattern.shape.is_numeric {
                    numeric.push((of, pattern, rule.need(pattern)));
                } else {
                    mixed.push((of, pattern, rule.need(pattern)));
                }
            }
        }
        let min_digits = needs.iter().map(|need| need.n_digits).min().unwrap_or(usize::MAX).max(1);
        Self {
            tiers: [1, usize::MAX].map(|below| Tier::new(&literals, below)).into(),
            numeric: by_need(&numeric, MANY..10),
            mixed: by_need(&mixed, MANY..10),
            hex_groups: Combined::new(&hex_groups),
            digit_runs: by_need(&digit_runs, 12..25),
            runs: Combined::new(&runs),
            min_digits,
            needs,
        }
    }

    /// Calls `seen` with each literal that occurs, where, and what it means to which rules; but for those of
    /// rules that need more digits than `most_digits`.
    pub(crate) fn literals(&self, text: &str, most_digits: usize, mut seen: impl FnMut(&Use, Span)) {
        let tier = self.tiers.iter().find(|tier| most_digits < tier.below).or(self.tiers.last());
        let Some(tier) = tier else { return };
        tier.literals.find(text, |literal, span| {
            for meaning in tier.uses.get(literal).into_iter().flatten() {
                seen(meaning, span);
            }
        });
    }

    /// What a rule's patterns need.
    pub(crate) fn need(&self, rule: RuleIdx) -> Need {
        self.needs.get(usize::from(rule.0)).copied().unwrap_or_default()
    }
}

/// What the patterns of a rule need.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Need {
    /// The digits in a row without which none of them matches.
    pub(crate) n_digits: usize,
    /// How far from a keyword these may stand for it to say anything.
    pub(crate) reach: usize,
}

impl Need {
    fn of(rule: &Rule) -> Self {
        let n_digits = rule.patterns.iter().map(|pattern| rule.need(pattern)).min().unwrap_or(usize::MAX);
        let longest = rule.keywords.iter().map(|keyword| keyword.text.len()).max().unwrap_or(0);
        let max_len = |pattern: &Pattern| pattern.shape.max_len.unwrap_or(usize::MAX);
        let match_len = rule.patterns.iter().map(max_len).max().unwrap_or(0);
        let reach = match_len.saturating_add(rule.distance.max(AFTER) + AFTER + longest);
        Self { n_digits, reach }
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

/// The literals that count in a text whose clusters all have fewer digits than `below`.
struct Tier {
    below: usize,
    literals: Literals,
    /// What each of them means.
    uses: Vec<Vec<Use>>,
}

impl Tier {
    fn new(literals: &[Meant], below: usize) -> Self {
        let mut grouped: BTreeMap<(&str, Starts), Vec<Use>> = BTreeMap::new();
        for Meant { text, starts, meaning, .. } in literals.iter().filter(|literal| literal.need < below) {
            grouped.entry((text, *starts)).or_default().push(meaning.clone());
        }
        let texts: Vec<Literal> =
            grouped.keys().map(|&(text, starts)| Literal { text: text.to_owned(), starts }).collect();
        Self { below, literals: Literals::new(&texts), uses: grouped.into_values().collect() }
    }
}

/// A literal of a rule.
struct Meant {
    text: String,
    starts: Starts,
    /// The digits that the patterns need for which it is looked for.
    need: usize,
    meaning: Use,
}

/// Whether each match that this anchor calls up begins with it, and not behind a letter: matches want clean
/// boundaries. Behind a keyword they need none; a keyword that ends with a letter is none before this one.
fn begins_word(rule: &Rule, anchor: &str) -> bool {
    let begins = rule.boundary != Boundary::None
        && rule.patterns.iter().all(|pattern| !pattern.is_free || pattern.shape.starts_with_anchor);
    let first = anchor.bytes().next().map(|byte| byte.to_ascii_lowercase());
    let parts = first.is_some_and(|byte| byte.is_ascii_alphabetic() && byte != b's');
    begins
        && (rule.keywords.is_empty() || parts && rule.keywords.iter().all(|keyword| !keyword.is_open_right))
}

/// The search folds the case of ASCII; other letters are listed in the cases that people write.
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
    /// The shortest and the longest match of any member.
    pub(crate) min_len: usize,
    pub(crate) max_len: usize,
    /// Whether no member matches a part of a word.
    is_bounded: bool,
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
            min_len: entries.iter().map(|(_, pattern, _)| pattern.shape.min_len).min().unwrap_or(0),
            max_len: entries.iter().filter_map(|(_, pattern, _)| pattern.shape.max_len).max().unwrap_or(0),
            is_bounded: entries.iter().all(|(_, pattern, _)| pattern.boundary != Boundary::None),
        }
    }

    /// Whether a run of letters and digits may be, or hold, a match of a member of which every match is such
    /// a run.
    pub(crate) fn may_be_run(&self, len: usize) -> bool {
        len >= self.least && (len <= self.max_len || !self.is_bounded)
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
