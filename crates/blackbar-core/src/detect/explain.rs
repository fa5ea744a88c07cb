//! Explains why a rule did not match, for rule authors.
//!
//! Runs every pattern over the whole text, without a prefilter: slow, and never called for a request.

use crate::detect::boundary;
use crate::detect::finding::Finding;
use crate::detect::finding::KeywordContext;
use crate::detect::miss::LiteralsFound;
use crate::detect::miss::Miss;
use crate::detect::miss::Why;
use crate::detect::overlap;
use crate::detect::overlap::Candidate;
use crate::detect::prefilter::PatternRef;
use crate::detect::run::PlannedSearch;
use crate::detect::scanner::KeywordsKept;
use crate::detect::scanner::ScanBuffers;
use crate::detect::scanner::Scanner;
use crate::rules::RuleIdx;
use crate::text::fold::fold;
use crate::text::span::Span;

impl Scanner {
    /// The matches of patterns that are no findings of their rule, and why. Sorted by position.
    pub fn explain(&self, text: &str, context: &KeywordContext<'_>) -> Vec<Miss> {
        self.explain_with(text, context, &mut ScanBuffers::default()).1
    }

    /// The findings, and the matches that are none.
    pub fn explain_with(
        &self,
        text: &str,
        context: &KeywordContext<'_>,
        scratch: &mut ScanBuffers,
    ) -> (Vec<Finding>, Vec<Miss>) {
        let mut findings = Vec::new();
        self.scan(text, context, scratch, &mut findings);
        let (slow, mut misses) = self.scan_everything(text, context, scratch);
        let is_found = |span: Span| findings.iter().any(|finding| finding.span.overlaps(span));
        let lost = slow.iter().filter(|finding| !is_found(finding.span));
        misses.extend(lost.map(|lost| Miss { rule: lost.rule, span: lost.span, why: Why::NoAnchor }));
        // Another pattern of the same rule may have found it.
        let is_found = |miss: &Miss| {
            let same = |found: &Finding| found.rule == miss.rule && found.span.overlaps(miss.span);
            findings.iter().any(same)
        };
        misses.retain(|miss| !is_found(miss));
        misses.sort_unstable_by_key(|miss| (miss.span, miss.rule));
        misses.dedup();
        (findings, misses)
    }

    /// Scans without a prefilter: every pattern on the whole text. Gives the misses, too. Slow: for
    /// explanations and tests.
    pub(crate) fn scan_everything(
        &self,
        text: &str,
        context: &KeywordContext<'_>,
        scratch: &mut ScanBuffers,
    ) -> (Vec<Finding>, Vec<Miss>) {
        let folded = fold(text);
        let haystack = folded.as_str();
        self.prepare(haystack, context, KeywordsKept::All, scratch);
        scratch.searches.clear();
        for (idx, rule) in self.rules().rules().iter().enumerate() {
            for pattern in 0..rule.patterns.len() {
                let pattern = PatternRef { rule: RuleIdx(idx as u16), pattern: pattern as u8 };
                scratch.searches.push(PlannedSearch {
                    pattern,
                    is_anchored: false,
                    start: 0,
                    end: haystack.len(),
                });
            }
        }
        let mut misses = Some(Vec::new());
        self.run_searches(haystack, scratch, &mut misses);
        let mut findings = Vec::new();
        overlap::resolve(&mut scratch.candidates, |rule, span| {
            findings.push(Finding { rule, span: folded.original_span(span) });
        });
        let mut misses = misses.unwrap_or_default();
        for &Candidate { rule, span, .. } in &scratch.candidates {
            let winners = || findings.iter().filter(|f| f.span.overlaps(folded.original_span(span)));
            if winners().all(|winner| winner.rule != rule)
                && let Some(winner) = winners().next()
            {
                misses.push(Miss { rule, span, why: Why::Overlapped { by: winner.rule } });
            }
        }
        for miss in &mut misses {
            miss.span = folded.original_span(miss.span);
        }
        (findings, misses)
    }

    /// Where anchors and keywords of a rule occur.
    pub fn literals(&self, idx: RuleIdx, text: &str, context: &KeywordContext<'_>) -> LiteralsFound {
        let Some(rule) = self.rules().rule(idx) else { return LiteralsFound::default() };
        let folded = fold(text);
        let mut literals = LiteralsFound::default();
        for anchor in &rule.anchors {
            for span in occurrences(folded.as_str(), anchor) {
                literals.anchors.push(folded.original_span(span));
            }
        }
        let words = fold(context.words);
        for keyword in &rule.keywords {
            let is_word = |text: &str, span: &Span| boundary::is_keyword(text, *span, keyword);
            let found = occurrences(folded.as_str(), &keyword.text);
            let found = found.filter(|span| is_word(folded.as_str(), span));
            literals.keywords.extend(found.map(|span| folded.original_span(span)));
            literals.is_in_context |=
                occurrences(words.as_str(), &keyword.text).any(|span| is_word(words.as_str(), &span));
        }
        literals.anchors.sort_unstable();
        literals.keywords.sort_unstable();
        literals.keywords.dedup();
        literals
    }
}

/// Where `literal` occurs, ASCII letters in any case, as in the prefilter.
fn occurrences<'t>(text: &'t str, literal: &'t str) -> impl Iterator<Item = Span> + use<'t> {
    text.char_indices().map(|(at, _)| Span::new(at, at + literal.len())).filter(move |span| {
        let found = text.as_bytes().get(span.range());
        found.is_some_and(|found| found.eq_ignore_ascii_case(literal.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::rules::{PackSource, RuleSet, Selection};

    fn scanner(rules: &str) -> Scanner {
        let text = format!("[pack]\nname = \"toy\"\ndescription = \"toys\"\n{rules}");
        let packs = [PackSource { name: "toy.toml", text: &text }];
        Scanner::new(Arc::new(RuleSet::build(&packs, &[], &Selection::all()).unwrap()))
    }

    fn rule(id: &str, body: &str) -> String {
        format!("[[rule]]\nid = \"{id}\"\nentity = \"{id}\"\ndescription = \"a toy\"\n{body}\n")
    }

    fn why(scanner: &Scanner, text: &str) -> Vec<(u16, Why)> {
        let misses = scanner.explain(text, &KeywordContext::default());
        misses.iter().map(|miss| (miss.rule.0, miss.why)).collect()
    }

    const WORDED: &str = "tier = \"keyword\"\npattern = '[0-9]{4}'\nkeywords = [\"zed\"]\ndistance = 20";

    #[test]
    fn reports_how_far_the_keyword_is() {
        let scanner = scanner(&rule("zed", WORDED));
        let far = "zed, but this is much too far away from 1234";
        assert_eq!(why(&scanner, far), [(0, Why::KeywordTooFar { gap: 37, limit: 20 })]);
        assert_eq!(
            why(&scanner, "1234, and so on, and so on and on, zed"),
            [(0, Why::KeywordTooFar { gap: 31, limit: 20 })]
        );
        assert!(why(&scanner, "zed 1234").is_empty());
    }

    #[test]
    fn names_the_rule_that_is_stricter() {
        let strict = "tier = \"distinctive\"\npattern = 'id-[0-9]{4}'\nanchors = [\"id-\"]";
        let scanner = scanner(&(rule("zed", WORDED) + &rule("id", strict)));
        assert_eq!(why(&scanner, "id-1234"), [(0, Why::NoKeyword)]);
        let loose = "tier = \"bounded\"\npattern = '[0-9]{4}'\nboundary = \"word\"";
        let scanner = self::scanner(&(rule("four", loose) + &rule("id", strict)));
        assert_eq!(why(&scanner, "id-1234"), [(0, Why::Overlapped { by: RuleIdx(1) })]);
    }

    #[test]
    fn a_finding_of_one_pattern_is_no_miss_of_another() {
        let both = WORDED.replace("\"keyword\"", "\"keyword_or_separators\"")
            + "\npattern_with_separators = '[0-9]{2}-[0-9]{2}|[0-9]{4}'";
        let scanner = scanner(&rule("zed", &both));
        assert!(why(&scanner, "1234").is_empty());
    }

    #[test]
    fn names_the_rule_that_replaces_another() {
        let part = "tier = \"distinctive\"\npattern = '[a-z]{1,9}@[a-z]{1,9}'\nanchors = [\"@\"]";
        let whole = "tier = \"distinctive\"\npattern = '//(?P<value>[a-z:]+)@'\nanchors = [\"//\"]\nboundary = \"none\"\n\
                     replaces = [\"part\"]";
        let scanner = scanner(&(rule("part", part) + &rule("whole", whole)));
        assert_eq!(why(&scanner, "//a:b@host"), [(0, Why::Overlapped { by: RuleIdx(1) })]);
    }

    #[test]
    fn reports_a_match_that_lacks_what_the_rule_requires() {
        let wrong = "tier = \"distinctive\"\npattern = '[xy]-[a-z]{4}'\nanchors = [\"x-\"]";
        let scanner = scanner(&rule("x", wrong));
        assert_eq!(why(&scanner, "y-abcd"), [(0, Why::NoAnchor)]);
        assert!(why(&scanner, "x-abcd").is_empty());
    }

    #[test]
    fn locates_the_literals_of_a_rule() {
        let scanner = scanner(&rule("zed", &format!("{WORDED}\nanchors = [\"12\"]")));
        let literals = scanner.literals(RuleIdx(0), "é ZED zedonk 12", &KeywordContext { words: "my-zed" });
        assert_eq!(literals.keywords, [Span::new(3, 6)]);
        assert_eq!(literals.anchors, [Span::new(14, 16)]);
        assert!(literals.is_in_context);
    }
}
