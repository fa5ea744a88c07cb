//! Why a rule did not fire: what `blackbar` tells an author who wonders.
//!
//! Slow on purpose: runs every pattern over the whole text. Nothing on the request's way calls it.

use crate::detect::prefilter::AFTER;
use crate::detect::{Context, Finding, Scanner, Scratch, boundary};
use crate::rules::{RuleIdx, RuleSet};
use crate::text::fold::fold;
use crate::text::span::Span;

/// A match of a pattern that did not become a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The rule.
    pub rule: RuleIdx,
    /// What its pattern matched, in the text as given.
    pub span: Span,
    /// What spoke against it.
    pub why: Why,
}

/// What spoke against a match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// It is part of a longer word or number.
    Boundary,
    /// No keyword of the rule stands in the text or beside it.
    NoKeyword,
    /// There is a keyword, but not near enough.
    KeywordTooFar {
        /// How many bytes lie between the nearest keyword and the match.
        gap: usize,
        /// How many may, of a keyword before the match.
        limit: usize,
    },
    /// The checksum failed, and no keyword right beside it made up for that.
    FailedCheck,
    /// The rule lists it as a value that is never personal.
    Allowed,
    /// Another rule found the same text and is stricter.
    Overlapped {
        /// The other rule.
        by: RuleIdx,
    },
    /// It holds none of the anchors, or fewer digits in a row, than the rule says every match does.
    NoAnchor,
}

impl Why {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::NoKeyword => "no_keyword",
            Self::KeywordTooFar { .. } => "keyword_too_far",
            Self::FailedCheck => "failed_check",
            Self::Allowed => "allowed",
            Self::Overlapped { .. } => "overlapped",
            Self::NoAnchor => "no_anchor",
        }
    }
}

impl Why {
    /// The same in a sentence, for people.
    pub fn sentence(self, rules: &RuleSet) -> String {
        match self {
            Self::Boundary => {
                "a letter, a digit or more of a number touches it: it is a part of something longer"
                    .to_owned()
            }
            Self::NoKeyword => "no keyword of the rule stands in the text or beside it".to_owned(),
            Self::KeywordTooFar { gap, limit } => format!(
                "the nearest keyword is {gap} bytes away; before a match it may be {limit}, behind it {AFTER}"
            ),
            Self::FailedCheck => {
                "the checksum failed, and no keyword right beside it made up for that".to_owned()
            }
            Self::Allowed => "the rule lists it in allow".to_owned(),
            Self::Overlapped { by } => {
                let by = rules.rule(by).map_or("another", |rule| &*rule.id);
                format!("the rule {by} found the same text and is stricter")
            }
            Self::NoAnchor => {
                "it holds none of the rule's anchors, or too few digits or letters in a row for \
                               its digits or run"
                    .to_owned()
            }
        }
    }

    /// What an author may change so that the match counts.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Boundary => "let the pattern take all of the word or number, or loosen boundary",
            Self::NoKeyword => {
                "add the word that stands there to keywords, or take tier B if the form is distinctive"
            }
            Self::KeywordTooFar { .. } => "raise distance, or let the keyword stand nearer",
            Self::FailedCheck => {
                "correct the check digits of the example, or take the validator away if the form has none"
            }
            Self::Allowed => "take it out of allow",
            Self::Overlapped { .. } => "make the other rule narrower, or give both one entity",
            Self::NoAnchor => "let anchors, digits and run promise no more than what every match holds",
        }
    }
}

/// What stands in a text of the literals that call a rule up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Literals {
    /// Its anchors.
    pub anchors: Vec<Span>,
    /// Its keywords, where they stand as words.
    pub keywords: Vec<Span>,
    /// Whether a keyword stands in the words beside the text.
    pub is_beside: bool,
}

impl Scanner {
    /// What matched a pattern of a rule and yet is no finding of that rule, and why. Sorted by place.
    pub fn explain(&self, text: &str, context: &Context<'_>) -> Vec<Miss> {
        self.explain_with(text, context, &mut Scratch::default()).1
    }

    /// What is found, and what nearly is.
    pub fn explain_with(
        &self,
        text: &str,
        context: &Context<'_>,
        scratch: &mut Scratch,
    ) -> (Vec<Finding>, Vec<Miss>) {
        let mut findings = Vec::new();
        self.scan(text, context, scratch, &mut findings);
        let (slow, mut misses) = self.scan_everything(text, context, scratch);
        let is_found = |span: Span| findings.iter().any(|finding| finding.span.overlaps(span));
        let lost = slow.iter().filter(|finding| !is_found(finding.span));
        misses.extend(lost.map(|lost| Miss { rule: lost.rule, span: lost.span, why: Why::NoAnchor }));
        // Of a rule with several patterns one may find what the others miss.
        let is_found = |miss: &Miss| {
            let same = |found: &Finding| found.rule == miss.rule && found.span.overlaps(miss.span);
            findings.iter().any(same)
        };
        misses.retain(|miss| !is_found(miss));
        misses.sort_unstable_by_key(|miss| (miss.span, miss.rule));
        misses.dedup();
        (findings, misses)
    }

    /// Where anchors and keywords of a rule stand.
    pub fn literals(&self, idx: RuleIdx, text: &str, context: &Context<'_>) -> Literals {
        let Some(rule) = self.rules().rule(idx) else { return Literals::default() };
        let folded = fold(text);
        let mut literals = Literals::default();
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
            literals.is_beside |=
                occurrences(words.as_str(), &keyword.text).any(|span| is_word(words.as_str(), &span));
        }
        literals.anchors.sort_unstable();
        literals.keywords.sort_unstable();
        literals.keywords.dedup();
        literals
    }
}

/// Where `literal` stands, letters of ASCII in any case, as the prefilter has it.
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
        let misses = scanner.explain(text, &Context::default());
        misses.iter().map(|miss| (miss.rule.0, miss.why)).collect()
    }

    const WORDED: &str = "tier = \"keyword\"\npattern = '[0-9]{4}'\nkeywords = [\"zed\"]\ndistance = 20";

    #[test]
    fn says_how_far_a_keyword_is() {
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
    fn what_one_pattern_of_a_rule_finds_no_other_misses() {
        let both = WORDED.replace("\"keyword\"", "\"keyword_or_separators\"")
            + "\npattern_with_separators = '[0-9]{2}-[0-9]{2}|[0-9]{4}'";
        let scanner = scanner(&rule("zed", &both));
        assert!(why(&scanner, "1234").is_empty());
    }

    #[test]
    fn names_the_rule_that_takes_the_place_of_another() {
        let part = "tier = \"distinctive\"\npattern = '[a-z]{1,9}@[a-z]{1,9}'\nanchors = [\"@\"]";
        let whole = "tier = \"distinctive\"\npattern = '//(?P<value>[a-z:]+)@'\nanchors = [\"//\"]\nboundary = \"none\"\n\
                     replaces = [\"part\"]";
        let scanner = scanner(&(rule("part", part) + &rule("whole", whole)));
        assert_eq!(why(&scanner, "//a:b@host"), [(0, Why::Overlapped { by: RuleIdx(1) })]);
    }

    #[test]
    fn tells_a_match_that_lacks_what_the_rule_promises() {
        let wrong = "tier = \"distinctive\"\npattern = '[xy]-[a-z]{4}'\nanchors = [\"x-\"]";
        let scanner = scanner(&rule("x", wrong));
        assert_eq!(why(&scanner, "y-abcd"), [(0, Why::NoAnchor)]);
        assert!(why(&scanner, "x-abcd").is_empty());
    }

    #[test]
    fn tells_where_the_literals_of_a_rule_stand() {
        let scanner = scanner(&rule("zed", &format!("{WORDED}\nanchors = [\"12\"]")));
        let literals = scanner.literals(RuleIdx(0), "é ZED zedonk 12", &Context { words: "my-zed" });
        assert_eq!(literals.keywords, [Span::new(3, 6)]);
        assert_eq!(literals.anchors, [Span::new(14, 16)]);
        assert!(literals.is_beside);
    }
}
