//! Edits: replacements of spans, and their application to a text.
//!
//! **Invariant:** no byte that an edit covers reaches the output, even if edits overlap.

use crate::text::span::Span;

/// One replacement. Its bytes are output; `Debug` prints only lengths.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// The bytes to replace.
    pub span: Span,
    /// The replacement.
    pub with: Vec<u8>,
    /// A value of the code that made the edit; it has no meaning here.
    pub tag: u32,
}

impl std::fmt::Debug for Edit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Edit({}..{} -> {} bytes)", self.span.start, self.span.end, self.with.len())
    }
}

/// Appends `source` with `edits` applied to `out`. Edits are sorted and do not overlap.
///
/// One pass; bytes between edits are copied unchanged. If edits overlap nevertheless, every byte that
/// one of them covers is still left out.
pub(crate) fn apply(source: &[u8], edits: &[Edit], out: &mut Vec<u8>) {
    let n_added: usize = edits.iter().map(|e| e.with.len()).sum();
    out.reserve(source.len() + n_added);
    let mut cursor = 0;
    for edit in edits {
        debug_assert!(edit.span.start >= cursor, "edits overlap or are out of order");
        if let Some(kept) = source.get(cursor..edit.span.start) {
            out.extend_from_slice(kept);
        }
        out.extend_from_slice(&edit.with);
        // Never backwards: a nested edit must not uncover the rest of the one around it.
        cursor = cursor.max(edit.span.end);
    }
    if let Some(rest) = source.get(cursor..) {
        out.extend_from_slice(rest);
    }
}

/// Sorts the edits from index `from` on and merges those that overlap, so that every byte that one
/// of them covers stays covered. Of equal spans the first stays. Of others, the text of the wider
/// one replaces both, and `fill` makes the text for a span that no single edit covers.
///
/// An edit that `gives_way` (a rebuilt encoding) never replaces one that does not: its text may
/// still contain what the other one found, so the merged span is filled.
pub(crate) fn settle(
    edits: &mut Vec<Edit>,
    from: usize,
    fill: impl Fn(Span) -> Vec<u8>,
    gives_way: impl Fn(&Edit) -> bool,
) {
    let Some(tail) = edits.get_mut(from..) else { return };
    // Nearly always sorted and disjoint already: then one pass and no allocation.
    if tail.windows(2).all(|w| matches!(w, [a, b] if a.span.end <= b.span.start && a.span < b.span)) {
        return;
    }
    tail.sort_by_key(|e| (e.span.start, std::cmp::Reverse(e.span.end)));
    let mut merged: Vec<Edit> = Vec::with_capacity(tail.len());
    for edit in edits.drain(from..) {
        match merged.last_mut() {
            Some(last) if last.span == edit.span => {
                if gives_way(last) {
                    *last = edit;
                }
            }
            Some(last) if last.span.overlaps(edit.span) => {
                let is_stronger = gives_way(last) && !gives_way(&edit);
                if is_stronger || edit.span.end > last.span.end {
                    last.span.end = last.span.end.max(edit.span.end);
                    last.with = fill(last.span);
                }
                if is_stronger {
                    last.tag = edit.tag;
                }
            }
            _ => merged.push(edit),
        }
    }
    edits.append(&mut merged);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, with: &str) -> Edit {
        Edit { span: Span::new(start, end), with: with.as_bytes().to_vec(), tag: 0 }
    }

    #[test]
    fn copies_bytes_between_edits() {
        let mut out = Vec::new();
        apply(b"abcdef", &[edit(0, 1, "X"), edit(3, 3, "++"), edit(4, 6, "")], &mut out);
        assert_eq!(out, b"Xbc++d");
    }

    #[test]
    fn debug_output_contains_no_text() {
        assert!(!format!("{:?}", edit(0, 4, "secret")).contains("secret"));
    }

    #[test]
    fn merges_overlapping_edits_and_keeps_every_byte_covered() {
        let mut edits =
            vec![edit(9, 9, "untouched"), edit(5, 8, "b"), edit(2, 6, "a"), edit(2, 6, "c"), edit(0, 1, "z")];
        settle(&mut edits, 1, |s| vec![b'*'; s.len()], |_| false);
        assert_eq!(edits, [edit(9, 9, "untouched"), edit(0, 1, "z"), edit(2, 8, "******")]);
    }

    #[test]
    fn an_edit_that_gives_way_never_replaces_one_that_does_not() {
        let rebuilt = |start, end| edit(start, end, "rebuilt");
        let found = |start, end| Edit { tag: 7, ..edit(start, end, "found") };
        let masked = |start, end| Edit { tag: 7, ..edit(start, end, &"*".repeat(end - start)) };
        for (pair, settled) in [
            (vec![rebuilt(0, 4), found(0, 4)], found(0, 4)),
            (vec![found(0, 4), rebuilt(0, 4)], found(0, 4)),
            (vec![rebuilt(0, 4), found(1, 3)], masked(0, 4)),
            (vec![rebuilt(0, 4), found(2, 6)], masked(0, 6)),
            (vec![found(0, 4), rebuilt(1, 3)], found(0, 4)),
            (vec![rebuilt(0, 4), rebuilt(1, 3)], rebuilt(0, 4)),
        ] {
            let mut edits = pair;
            settle(&mut edits, 0, |s| vec![b'*'; s.len()], |e| e.tag == 0);
            assert_eq!(edits, [settled]);
        }
    }
}
