//! Why a match of a pattern is no finding: the reasons, in words for rule authors.

use crate::detect::prefilter::KEYWORD_AFTER_BYTES;
use crate::rules::RuleIdx;
use crate::rules::RuleSet;
use crate::text::span::Span;

/// A match of a pattern that did not become a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Miss {
    /// The rule.
    pub rule: RuleIdx,
    /// What its pattern matched, in the text as given.
    pub span: Span,
    /// The reason.
    pub why: Why,
}

/// Why a match is no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// It is part of a longer word or number.
    Boundary,
    /// No keyword of the rule is in the text or its context.
    NoKeyword,
    /// There is a keyword, but not near enough.
    KeywordTooFar {
        /// How many bytes lie between the nearest keyword and the match.
        gap: usize,
        /// The most allowed for a keyword before the match.
        limit: usize,
    },
    /// The checksum failed, and no adjacent keyword makes up for that.
    FailedCheck,
    /// The rule lists it as a value that is never personal.
    Allowed,
    /// Another rule found the same text and is stricter.
    Overlapped {
        /// The other rule.
        by: RuleIdx,
    },
    /// It lacks what the rule says every match has: an anchor, or enough digits in a row. The prefilter
    /// never runs the pattern on it.
    NoAnchor,
}

impl Why {
    /// A stable word, for programs.
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

    /// A sentence for people.
    pub fn sentence(self, rules: &RuleSet) -> String {
        match self {
            Self::Boundary => {
                "a letter, a digit or more of a number touches it: it is part of something longer".to_owned()
            }
            Self::NoKeyword => "no keyword of the rule is in the text or its context".to_owned(),
            Self::KeywordTooFar { gap, limit } => format!(
                "the nearest keyword is {gap} bytes away; a keyword before the match may be at most {limit} away, one after it {KEYWORD_AFTER_BYTES}"
            ),
            Self::FailedCheck => "the checksum failed, and no adjacent keyword makes up for that".to_owned(),
            Self::Allowed => "the rule lists it in allow".to_owned(),
            Self::Overlapped { by } => {
                let by = rules.rule(by).map_or("another", |rule| &*rule.id);
                format!("the rule {by} found the same text and is stricter")
            }
            Self::NoAnchor => {
                "it has none of the rule's anchors, or too few digits or letters in a row for its digits or \
                 run"
                .to_owned()
            }
        }
    }

    /// What an author may change so that the match counts.
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Boundary => "let the pattern take all of the word or number, or loosen boundary",
            Self::NoKeyword => {
                "add the word that is there to keywords, or use tier bounded if the format is distinctive"
            }
            Self::KeywordTooFar { .. } => "raise distance, or move the keyword nearer",
            Self::FailedCheck => {
                "correct the check digits of the example, or remove the validator if the format has none"
            }
            Self::Allowed => "remove it from allow",
            Self::Overlapped { .. } => "narrow the other rule, or give both the same entity",
            Self::NoAnchor => "let anchors, digits and run require only what every match has",
        }
    }
}

/// The literals of a rule that occur in a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiteralsFound {
    /// Its anchors.
    pub anchors: Vec<Span>,
    /// Its keywords, where they are whole words.
    pub keywords: Vec<Span>,
    /// Whether a keyword is in the context.
    pub is_in_context: bool,
}
