//! The text of a label: trimmed, cut short, and without words that could be a value themselves.

use crate::rules::RuleIdx;

/// No more than this is kept of a label.
pub(super) const MAX_LABEL_BYTES: usize = 64;

/// Characters that decorate the end of a label: `Email:`, `Name *`.
const DECORATION: [char; 5] = [':', '*', '：', ' ', '\u{a0}'];

/// A word with more digits than this may be part of a value.
const MAX_DIGITS_IN_LABEL_WORD: usize = 2;

/// The text of a label, or of a text node that is part of one.
pub(super) struct LabelText {
    pub(super) text: Box<str>,
    /// Set if the label identifies a personal field.
    pub(super) rule: Option<RuleIdx>,
}

impl LabelText {
    pub(super) fn heap_bytes(&self) -> usize {
        self.text.len() + 8
    }
}

/// A label without its decoration, cut to what is kept.
pub(super) fn trim_label(text: &str) -> &str {
    let text = text.trim().trim_end_matches(DECORATION);
    text.get(..text.floor_char_boundary(MAX_LABEL_BYTES)).unwrap_or("")
}

/// The words of a label that may be kept: words that could be a value themselves are left out.
pub(super) fn label_words(text: &str) -> String {
    let mut kept = String::new();
    for word in trim_label(text).split_whitespace().filter(|word| !is_like_value(word)) {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// Whether a word of a label looks like part of a value: an address, a number, or a masked one.
pub(super) fn is_like_value(word: &str) -> bool {
    let is_mask = word.len() > 1 && word.bytes().all(|b| b == b'*');
    is_mask
        || word.contains('@')
        || word.chars().filter(|c| c.is_numeric()).count() > MAX_DIGITS_IN_LABEL_WORD
}
