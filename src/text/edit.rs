//! Edits: what is written instead of a span.

use crate::text::span::Span;

/// One replacement. The bytes it holds go out; nothing else of it is ever printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub with: Vec<u8>,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edit({}..{} -> {} bytes)", self.span.start, self.span.end, self.with.len())
    }
}

/// Writes `source` with `edits` applied to `out`. Edits are sorted and do not overlap.
///
/// One pass; what lies between edits is copied as it stands. An edit that breaks the order is
/// a bug of the caller: it is skipped in debug and release alike only after everything up to its
/// end was dropped, so that no byte meant to be replaced can come through.
pub fn apply(source: &[u8], edits: &[Edit], out: &mut Vec<u8>) {
    let grown: usize = edits.iter().map(|e| e.with.len()).sum();
    out.reserve(source.len() + grown);
    let mut cursor = 0;
    for edit in edits {
        debug_assert!(edit.span.start >= cursor, "edits overlap or are out of order");
        if let Some(kept) = source.get(cursor..edit.span.start) {
            out.extend_from_slice(kept);
        }
        out.extend_from_slice(&edit.with);
        cursor = cursor.max(edit.span.end);
    }
    if let Some(rest) = source.get(cursor..) {
        out.extend_from_slice(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_what_lies_between_edits() {
        let edits = vec![
            Edit { span: Span::new(0, 1), with: b"X".to_vec() },
            Edit { span: Span::new(3, 3), with: b"++".to_vec() },
            Edit { span: Span::new(4, 6), with: Vec::new() },
        ];
        let mut out = Vec::new();
        apply(b"abcdef", &edits, &mut out);
        assert_eq!(out, b"Xbc++d");
    }

    #[test]
    fn debug_prints_no_text() {
        let edit = Edit { span: Span::new(0, 4), with: b"secret".to_vec() };
        assert!(!format!("{edit:?}").contains("secret"));
    }
}
