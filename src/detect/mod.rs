//! Rules at work: prefilter, scanner, validators, overlaps.

use crate::rules::RuleIdx;
use crate::text::span::Span;

/// A validated match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleIdx,
    /// Where, in the text as given to the scanner.
    pub span: Span,
}
