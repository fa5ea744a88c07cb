//! Why a rule did not fire: what `blackbar` tells an author who wonders.
//!
//! Slow on purpose: runs every pattern over the whole text. Nothing on the request's way calls it.

use crate::detect::{Context, Scanner, Scratch};
use crate::rules::RuleIdx;
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
    KeywordTooFar,
    /// The checksum failed, and no keyword right beside it made up for that.
    FailedCheck,
    /// The rule lists it as a value that is never personal.
    Allowed,
    /// Another rule found the same text and is stricter.
    Overlapped,
}

impl Why {
    /// A stable word.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Boundary => "boundary",
            Self::NoKeyword => "no_keyword",
            Self::KeywordTooFar => "keyword_too_far",
            Self::FailedCheck => "failed_check",
            Self::Allowed => "allowed",
            Self::Overlapped => "overlapped",
        }
    }
}

impl Scanner {
    /// What matched a pattern of a rule and yet is no finding of that rule, and why.
    pub fn explain(&self, text: &str, context: &Context<'_>) -> Vec<Miss> {
        self.scan_everything(text, context, &mut Scratch::default()).1
    }
}
