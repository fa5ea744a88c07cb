//! The context of a scan, and its findings.

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

/// The names and labels of a text, in which keywords count as well.
#[derive(Clone, Copy, Default)]
pub struct KeywordContext<'a> {
    /// Key, attribute, parameter or header name, label, column header: as found, joined by spaces.
    pub words: &'a str,
}
