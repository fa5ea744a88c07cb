//! Runs one pattern on its windows or at its anchors, and judges what it matches.
//!
//! A match must have clean boundaries, the keyword that its tier requires, and a valid checksum or a
//! keyword that makes up for it. After a failed match the search resumes after its run of word
//! characters, never inside it, so that no suffix of a longer number is taken for a match.

use regex_automata::{Anchored, Input, meta};

use crate::detect::boundary;
use crate::detect::miss::Miss;
use crate::detect::miss::Why;
use crate::detect::overlap::Candidate;
use crate::detect::prefilter::KEYWORD_AFTER_BYTES;
use crate::detect::prefilter::PatternRef;
use crate::rules::OnFailedCheck;
use crate::rules::Pattern;
use crate::rules::Rule;
use crate::rules::RuleIdx;
use crate::text::span::Span;

/// A keyword at most this far before a match makes up for a failed checksum.
const ADJACENT_KEYWORD_BYTES: usize = 16;
/// After a failed match no longer than this the search resumes at the next word in it, after a longer
/// one at its end: a text of nothing but near matches must not take quadratic time.
const MAX_RETRIED_BYTES: usize = 256;
/// How many shorter ends of a failed match are tried.
const MAX_SHORTER_ENDS: usize = 4;
/// After this many failures at anchors, a pattern of unbounded length searches the rest in one go.
const MAX_ANCHOR_FAILURES: usize = 64;
/// How many keywords before a match are looked at. They are sorted by start; one that starts earlier
/// could end later, but hardly more than a few overlap.
const MAX_KEYWORDS_BEFORE: usize = 4;

/// One pattern, its rule, and what it matches.
pub(crate) struct PatternRun<'r> {
    pub(crate) idx: RuleIdx,
    pub(crate) rule: &'r Rule,
    pub(crate) pattern: &'r Pattern,
    pub(crate) cache: &'r mut meta::Cache,
    pub(crate) evidence: &'r Evidence<'r>,
    pub(crate) candidates: &'r mut Vec<Candidate>,
    pub(crate) replacing: &'r mut Vec<ReplacingMatch>,
    /// `None` unless explanations are wanted.
    pub(crate) misses: &'r mut Option<Vec<Miss>>,
}

/// A match of a rule that replaces other rules.
#[derive(Clone, Copy)]
pub(crate) struct ReplacingMatch {
    pub(crate) rule: RuleIdx,
    pub(crate) span: Span,
}

/// A keyword of a rule, found in the text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeywordMatch {
    pub(crate) rule: RuleIdx,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// A pattern that is to run on a window, or at one position.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PlannedSearch {
    pub(crate) pattern: PatternRef,
    pub(crate) is_anchored: bool,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// What a match is judged by, apart from itself.
pub(crate) struct Evidence<'a> {
    pub(crate) text: &'a str,
    pub(crate) keywords: &'a [KeywordMatch],
    pub(crate) context_rules: &'a [RuleIdx],
}

/// How near a keyword is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    Far,
    Near,
    /// So close that it outweighs a failed checksum.
    Adjacent,
}

impl PatternRun<'_> {
    /// Searches windows, sorted by start. Those that touch are searched as one.
    pub(crate) fn in_windows(&mut self, searches: &[PlannedSearch]) {
        let mut cursor = 0;
        let mut open: Option<(usize, usize)> = None;
        for search in searches {
            open = match open {
                Some((start, end)) if search.start <= end => Some((start, end.max(search.end))),
                other => {
                    if let Some((start, end)) = other {
                        cursor = self.in_window(start.max(cursor), end);
                    }
                    Some((search.start, search.end))
                }
            };
        }
        if let Some((start, end)) = open {
            self.in_window(start.max(cursor), end);
        }
    }

    /// Searches one window. Gives where the search of the next may start.
    fn in_window(&mut self, start: usize, end: usize) -> usize {
        let mut cursor = start;
        while cursor < end {
            let input = Input::new(self.evidence.text).range(cursor..end);
            let Some(found) = self.pattern.regex.search_with(self.cache, &input) else { break };
            cursor = self.judge_or_shorten(Span::new(found.start(), found.end()));
        }
        cursor
    }

    /// Searches at single positions, sorted.
    pub(crate) fn at_anchors(&mut self, searches: &[PlannedSearch]) {
        let mut cursor = 0;
        let mut failures = 0;
        for search in searches {
            if search.start < cursor {
                continue;
            }
            if failures >= MAX_ANCHOR_FAILURES && self.pattern.shape.max_len.is_none() {
                self.in_window(search.start, self.evidence.text.len());
                return;
            }
            let clean = boundary::is_clean(
                self.evidence.text,
                Span::new(search.start, search.start),
                self.rule.boundary,
            );
            if !clean.0 && self.misses.is_none() && !self.follows_keyword(search.start) {
                continue;
            }
            match self.search_at(search.start, search.end) {
                Some(span) => cursor = self.judge_or_shorten(span),
                None => failures += 1,
            }
        }
    }

    fn search_at(&mut self, start: usize, end: usize) -> Option<Span> {
        let input = Input::new(self.evidence.text).range(start..end).anchored(Anchored::Yes);
        let found = self.pattern.regex.search_with(self.cache, &input)?;
        Some(Span::new(found.start(), found.end()))
    }

    /// Judges a match, and shorter forms of it if it fails. Gives where the search resumes.
    fn judge_or_shorten(&mut self, found: Span) -> usize {
        let why = match self.judge(found) {
            Ok(value) => {
                self.accept(value);
                if !self.rule.replaces.is_empty() {
                    self.replacing.push(ReplacingMatch { rule: self.idx, span: found });
                }
                return value.end.max(found.start + 1);
            }
            Err(why) => why,
        };
        if matches!(why, Why::Boundary | Why::FailedCheck)
            && let Some(value) = self.find_shorter(found)
        {
            self.accept(value);
            return value.end.max(found.start + 1);
        }
        if let Some(misses) = self.misses {
            misses.push(Miss { rule: self.idx, span: found, why });
        }
        if found.len() > MAX_RETRIED_BYTES {
            return found.end;
        }
        boundary::next_start(self.evidence.text.as_bytes(), found.start, self.rule.boundary)
    }

    /// `4111 1111 1111 1111 12/28`: the longest match took the date as well. Tries it cut at separators.
    fn find_shorter(&mut self, found: Span) -> Option<Span> {
        if found.len() > MAX_RETRIED_BYTES {
            return None;
        }
        let bytes = found.of(self.evidence.text).as_bytes();
        let is_cut = |at: &usize| {
            let pair = bytes.get(at.wrapping_sub(1)).zip(bytes.get(*at));
            pair.is_some_and(|(before, after)| {
                before.is_ascii_alphanumeric() && !after.is_ascii_alphanumeric()
            })
        };
        (1..bytes.len()).rev().filter(is_cut).take(MAX_SHORTER_ENDS).find_map(|at| {
            let shorter = self.search_at(found.start, found.start + at)?;
            self.judge(shorter).ok().filter(|value| !boundary::cuts_uuid(self.evidence.text, *value))
        })
    }

    fn accept(&mut self, value: Span) {
        let has_keyword = self.nearness(value) >= Nearness::Near;
        let Rule { tier, entity_idx, .. } = *self.rule;
        self.candidates.push(Candidate {
            span: value,
            rule: self.idx,
            entity: entity_idx,
            tier,
            has_keyword,
        });
    }

    /// The span to mask, or why there is none.
    fn judge(&mut self, found: Span) -> Result<Span, Why> {
        let text = self.evidence.text;
        let (left, right) = boundary::is_clean(text, found, self.rule.boundary);
        if !right || !(left || self.follows_keyword(found.start)) {
            return Err(Why::Boundary);
        }
        let value = self.value_span(found);
        let nearness = self.nearness(value);
        if !self.pattern.is_free && nearness < Nearness::Near {
            let limit = self.rule.distance;
            let too_far = self.gap(value).map(|gap| Why::KeywordTooFar { gap, limit });
            return Err(too_far.unwrap_or(Why::NoKeyword));
        }
        if self.rule.allow.iter().any(|allowed| value.of(text).eq_ignore_ascii_case(allowed)) {
            return Err(Why::Allowed);
        }
        let passes = self.rule.validator.as_ref().is_none_or(|validator| validator.accepts(value.of(text)));
        let is_vouched_for = self.rule.on_failed_check == OnFailedCheck::NeedsKeyword
            && nearness == Nearness::Adjacent
            && !self.pattern.is_strict;
        let judged = if boundary::is_placeholder(value.of(text)) { Err(Why::Allowed) } else { Ok(value) };
        if passes || is_vouched_for { judged } else { Err(Why::FailedCheck) }
    }

    /// The span of the group `value`, widened to character boundaries. Captures cost a second search, so
    /// only patterns with that group pay for them.
    fn value_span(&mut self, found: Span) -> Span {
        let text = self.evidence.text;
        let mut span = found;
        if let Some(group) = self.pattern.value {
            let mut captures = self.pattern.regex.create_captures();
            let input = Input::new(text).range(found.range()).anchored(Anchored::Yes);
            self.pattern.regex.search_captures_with(self.cache, &input, &mut captures);
            if let Some(value) = captures.get_group(group) {
                span = Span::new(value.start, value.end);
            }
        }
        while !text.is_char_boundary(span.start) {
            span.start -= 1;
        }
        while !text.is_char_boundary(span.end) {
            span.end += 1;
        }
        span
    }

    fn keywords(&self) -> &[KeywordMatch] {
        let keywords = self.evidence.keywords;
        let first = keywords.partition_point(|keyword| keyword.rule < self.idx);
        let rest = keywords.get(first..).unwrap_or(&[]);
        rest.get(..rest.partition_point(|keyword| keyword.rule == self.idx)).unwrap_or(&[])
    }

    /// `SSN078-05-1120`: a label that is glued to its value is no unclean neighbor.
    fn follows_keyword(&self, at: usize) -> bool {
        let keywords = self.keywords();
        let before = keywords.partition_point(|keyword| keyword.start < at);
        keywords
            .get(..before)
            .unwrap_or(&[])
            .iter()
            .rev()
            .take(MAX_KEYWORDS_BEFORE)
            .any(|keyword| keyword.end == at)
    }

    /// How many bytes are between a match and the nearest keyword.
    fn gap(&self, span: Span) -> Option<usize> {
        let keywords = self.keywords();
        let split = keywords.partition_point(|keyword| keyword.start <= span.start);
        let before = keywords.get(..split).unwrap_or(&[]).iter().rev().take(MAX_KEYWORDS_BEFORE);
        let gaps = before.map(|keyword| span.start.saturating_sub(keyword.end));
        gaps.chain(keywords.get(split).map(|keyword| keyword.start.saturating_sub(span.end))).min()
    }

    fn nearness(&self, span: Span) -> Nearness {
        if self.evidence.context_rules.binary_search(&self.idx).is_ok() {
            return Nearness::Adjacent;
        }
        let keywords = self.keywords();
        let split = keywords.partition_point(|keyword| keyword.start <= span.start);
        let before = keywords.get(..split).unwrap_or(&[]).iter().rev().take(MAX_KEYWORDS_BEFORE);
        let gap = before.map(|keyword| span.start.saturating_sub(keyword.end)).min();
        let after = keywords.get(split).map(|keyword| keyword.start.saturating_sub(span.end));
        match (gap, after) {
            (Some(gap), _) if gap <= ADJACENT_KEYWORD_BYTES.min(self.rule.distance) => Nearness::Adjacent,
            (Some(gap), _) if gap <= self.rule.distance => Nearness::Near,
            (_, Some(after)) if after <= KEYWORD_AFTER_BYTES => Nearness::Near,
            _ => Nearness::Far,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::detect::{KeywordContext, ScanBuffers, Scanner, Why};
    use crate::rules::{PackSource, RuleSet, Selection};

    const HEAD: &str = "[pack]\nname = \"toy\"\ndescription = \"toys\"\n";

    fn scanner(rules: &[&str]) -> Scanner {
        let rule = |(idx, body): (usize, &&str)| {
            format!("[[rule]]\nid = \"toy-{idx}\"\nentity = \"TOY-{idx}\"\ndescription = \"a toy\"\n{body}\n")
        };
        let text = rules.iter().enumerate().map(rule).fold(HEAD.to_owned(), |all, rule| all + &rule);
        let packs = [PackSource { name: "toy.toml", text: &text }];
        Scanner::new(Arc::new(RuleSet::build(&packs, &[], &Selection::all()).unwrap()))
    }

    #[track_caller]
    fn check(rules: &[&str], expected: &str) {
        let text = expected.replace(['«', '»'], "");
        let mut findings = Vec::new();
        scanner(rules).scan(&text, &KeywordContext::default(), &mut ScanBuffers::default(), &mut findings);
        let mut marked = text;
        for finding in findings.iter().rev() {
            marked.insert(finding.span.end, '»');
            marked.insert(finding.span.start, '«');
        }
        assert_eq!(marked, expected);
    }

    const NUMBER: &str = "tier = \"bounded\"\npattern = '[0-9]{4}(?: ?[0-9]{2}){0,3}'\nboundary = \"number\"\nvalidator = \"luhn\"";
    const WORDED: &str = "tier = \"keyword\"\npattern = '[0-9]{4}'\nkeywords = [\"zed\"]\ndistance = 20";

    #[test]
    fn a_match_that_took_too_much_is_shortened() {
        check(&[NUMBER], "«1230» 12 of 99");
    }

    #[test]
    fn no_suffix_of_a_longer_number_matches() {
        check(&[NUMBER], "91230 and x1230 and 5.1230");
    }

    #[test]
    fn a_keyword_must_be_near() {
        check(&[WORDED], "zed «1234», and not so near any more 1234");
        check(&[WORDED], "zedonk 1234");
        check(&[WORDED], "«1234» zed");
    }

    #[test]
    fn a_label_may_touch_its_value() {
        check(&[WORDED], "ZED«1234» but ZEDX1234");
    }

    #[test]
    fn an_adjacent_keyword_outweighs_a_failed_checksum() {
        let keyed = format!("{NUMBER}\nkeywords = [\"zed\"]");
        check(&[&keyed], "1231 or zed: «1231»");
        check(&[&format!("{keyed}\non_failed_check = \"reject\"")], "1231 or zed: 1231");
    }

    #[test]
    fn only_the_value_group_is_found() {
        check(
            &["tier = \"distinctive\"\npattern = 'key=(?P<value>[a-z]+)'\nanchors = [\"key=\"]"],
            "key=«abc» key=",
        );
    }

    #[test]
    fn an_allowed_value_is_no_finding() {
        check(&[&format!("{WORDED}\nallow = [\"0000\"]")], "zed 0000 «0001»");
    }

    #[test]
    fn a_rule_takes_its_text_from_the_rules_it_replaces() {
        let part = "tier = \"distinctive\"\npattern = '[a-z]+@[a-z]+'\nanchors = [\"@\"]";
        let whole = "tier = \"distinctive\"\npattern = '//(?P<value>[a-z:]+)@'\nanchors = [\"//\"]\nboundary = \"none\"";
        let bounded = part.replace("[a-z]+", "[a-z]{1,9}");
        check(&[&bounded, whole], "//«a:»«b@host»");
        check(&[&bounded, &format!("{whole}\nreplaces = [\"toy-0\"]")], "//«a:b»@host");
    }

    #[test]
    fn explains_why_there_is_no_finding() {
        let why = |rules: &[&str], text: &str| -> Vec<Why> {
            scanner(rules).explain(text, &KeywordContext::default()).iter().map(|miss| miss.why).collect()
        };
        assert_eq!(why(&[WORDED], "1234"), [Why::NoKeyword]);
        let too_far = Why::KeywordTooFar { gap: 29, limit: 20 };
        assert_eq!(why(&[WORDED], "zed, but much too far away from 1234"), [too_far]);
        assert_eq!(why(&[NUMBER], "1231"), [Why::FailedCheck]);
        assert_eq!(why(&[NUMBER], "x1230"), [Why::Boundary]);
    }
}
