//! What stands right beside an anchor in the middle of a pattern: `@media` is no address, for nothing that can
//! be a name stands before the sign.
//!
//! **Invariant:** every match holds an anchor whose neighbours are in the sets; a side of which nothing is
//! known has no set.

use regex_syntax::hir::{Class, Hir, HirKind};

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bytes([u64; 4]);

impl Bytes {
    fn add(&mut self, from: u8, to: u8) {
        for byte in from..=to {
            if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
                *word |= 1 << (byte & 63);
            }
        }
    }

    fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 != 0)
    }
}

/// What may stand right before and right behind an anchor; `None` where anything may, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    before: Option<Bytes>,
    behind: Option<Bytes>,
}

impl Beside {
    /// Of a pattern that has a part which is one of the anchors and nothing else.
    pub(crate) fn of(hir: &Hir, anchors: &[String]) -> Self {
        let HirKind::Concat(parts) = hir.kind() else { return Self::default() };
        let Some(at) = parts.iter().position(|part| is_anchor(part, anchors)) else { return Self::default() };
        let (before, behind) = (parts.get(..at).unwrap_or(&[]), parts.get(at + 1..).unwrap_or(&[]));
        Self { before: edge(before, Side::Last), behind: edge(behind, Side::First) }
    }

    /// Whether the anchor at `start..end` of a text can be the one that a match holds.
    pub(crate) fn allows(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let is_of = |set: &Option<Bytes>, byte: Option<&u8>| {
            set.is_none_or(|set| byte.is_some_and(|&byte| set.has(byte)))
        };
        is_of(&self.before, before) && is_of(&self.behind, bytes.get(end))
    }
}

fn is_anchor(part: &Hir, anchors: &[String]) -> bool {
    match part.kind() {
        HirKind::Literal(literal) => {
            anchors.iter().any(|anchor| literal.0.eq_ignore_ascii_case(anchor.as_bytes()))
        }
        HirKind::Capture(capture) => is_anchor(&capture.sub, anchors),
        HirKind::Alternation(parts) => parts.iter().all(|part| is_anchor(part, anchors)),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    First,
    Last,
}

/// The bytes with which what these parts match can begin or end; `None` if it can be empty.
fn edge(parts: &[Hir], side: Side) -> Option<Bytes> {
    let mut set = Bytes::default();
    (!add_parts(parts, side, &mut set)).then_some(set)
}

/// Adds the bytes at an edge; says whether the parts can be empty.
fn add_parts(parts: &[Hir], side: Side, set: &mut Bytes) -> bool {
    match side {
        Side::First => parts.iter().all(|part| add(part, side, set)),
        Side::Last => parts.iter().rev().all(|part| add(part, side, set)),
    }
}

fn add(hir: &Hir, side: Side, set: &mut Bytes) -> bool {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => {
            let byte = if side == Side::First { literal.0.first() } else { literal.0.last() };
            if let Some(&byte) = byte {
                set.add(byte, byte);
            }
            byte.is_none()
        }
        HirKind::Class(Class::Bytes(class)) => {
            class.iter().for_each(|range| set.add(range.start(), range.end()));
            false
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.iter() {
                let low = |c: char| u8::try_from(u32::from(c).min(0x7F)).unwrap_or(0x7F);
                if range.start().is_ascii() {
                    set.add(low(range.start()), low(range.end()));
                }
                if !range.end().is_ascii() {
                    set.add(0x80, 0xFF);
                }
            }
            false
        }
        HirKind::Repetition(repetition) => add(&repetition.sub, side, set) || repetition.min == 0,
        HirKind::Capture(capture) => add(&capture.sub, side, set),
        HirKind::Concat(parts) => add_parts(parts, side, set),
        HirKind::Alternation(parts) => {
            let mut can_be_empty = false;
            for part in parts {
                can_be_empty |= add(part, side, set);
            }
            can_be_empty
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, anchor: &str, allowed: &[&str], others: &[&str]) {
        let hir =
            regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).unwrap();
        let beside = Beside::of(&hir, &[anchor.to_owned(), "%40".to_owned()]);
        let allows = |text: &&&str| {
            let start = text.find(anchor).unwrap();
            beside.allows(text.as_bytes(), start, start + anchor.len())
        };
        assert_eq!(allowed.iter().find(|text| !allows(text)), None, "{pattern}");
        assert_eq!(others.iter().find(allows), None, "{pattern}");
    }

    #[test]
    fn knows_the_neighbours_of_an_anchor() {
        check("[a-z.]{0,9}[a-z](?:@|%40)[a-z]+", "@", &["a@b", "1z@a1"], &["@b", "a@", "1@b", "a@1", "a.@b"]);
        check("x(?P<value>a|bc?)@", "@", &["a@", "b@", "c@"], &["x@", "@"]);
        check("(?:ab){2}@(?:cd|Ef)", "@", &["b@c", "b@E"], &["a@c", "b@d"]);
    }

    #[test]
    fn knows_nothing_of_what_may_be_absent() {
        check("[a-z]?@[0-9]*", "@", &["@", "-@-"], &[]);
        check("(?:a|b?)@", "@", &["-@"], &[]);
        check("[a-z]+(?:@|#)", "@", &["-@"], &[]);
        check("[a-z]+@|x", "@", &["-@"], &[]);
        check("[a-z](?:x{0,3}y?)@", "@", &["a@", "x@"], &["-@"]);
    }

    #[test]
    fn a_letter_beyond_ascii_may_begin_with_any_byte_beyond() {
        let hir = regex_syntax::parse("[xé]@[à-ÿ]").unwrap();
        let beside = Beside::of(&hir, &["@".to_owned()]);
        assert!(beside.allows("é@ÿ".as_bytes(), 2, 3) && beside.allows("x@à".as_bytes(), 1, 2));
        assert!(!beside.allows("y@ÿ".as_bytes(), 1, 2) && !beside.allows("x@y".as_bytes(), 1, 2));
    }
}
