//! The context of a literal anchor inside a pattern: its exact spellings, the bytes allowed right before and after
//! it, and the longest match on each side.
//!
//! Lets the prefilter discard `@media` (no name before the `@`) without running the regex.
//!
//! **Invariant:** every match contains an anchor with one of these spellings and with neighbors in these sets, and
//! is no longer than the bounds. A side about which nothing is known has no set and no bound.

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

/// What may be next to an anchor; `None` on a side where anything may be, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AnchorContext {
    before: Option<Bytes>,
    after: Option<Bytes>,
    /// Its spellings, sorted; empty if any letter case counts.
    spellings: Vec<Vec<u8>>,
    /// Longest part of a match before the anchor, and after it.
    pub(crate) reach: (Option<usize>, Option<usize>),
}

impl AnchorContext {
    /// For a pattern in which one part is exactly an anchor, or becomes one together with the last byte before it.
    pub(crate) fn of(hir: &Hir, anchors: &[String]) -> Self {
        let HirKind::Concat(parts) = hir.kind() else { return Self::default() };
        match parts.iter().position(|part| is_anchor(part, anchors)) {
            Some(at) => {
                let (before, after) = (parts.get(..at).unwrap_or(&[]), parts.get(at + 1..).unwrap_or(&[]));
                Self {
                    before: edge(before, Side::Last),
                    after: edge(after, Side::First),
                    spellings: Vec::new(),
                    reach: (max_len(before), max_len(after)),
                }
            }
            None => (1..parts.len()).find_map(|at| Self::joined(parts, at, anchors)).unwrap_or_default(),
        }
    }

    /// For a pattern in which the part `at` and the byte before it form an anchor.
    fn joined(parts: &[Hir], at: usize, anchors: &[String]) -> Option<Self> {
        let (before, after) = (parts.get(..at)?, parts.get(at + 1..)?);
        let (last, rest) = last_byte(before.last()?)?;
        let mut spellings = literals(parts.get(at)?)?;
        for spelling in &mut spellings {
            spelling.insert(0, last);
        }
        let is_anchor = |spelling: &Vec<u8>| {
            anchors.iter().any(|anchor| spelling.eq_ignore_ascii_case(anchor.as_bytes()))
        };
        spellings.sort_unstable();
        spellings.iter().all(is_anchor).then(|| Self {
            before: edge(rest, Side::Last),
            after: edge(after, Side::First),
            spellings,
            reach: (max_len(before), max_len(after)),
        })
    }

    /// Whether the anchor at `start..end` of a text can belong to a match.
    pub(crate) fn allows(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let before = start.checked_sub(1).and_then(|at| bytes.get(at));
        let is_of = |set: &Option<Bytes>, byte: Option<&u8>| {
            set.is_none_or(|set| byte.is_some_and(|&byte| set.has(byte)))
        };
        let is_spelled = || {
            let anchor = bytes.get(start..end).unwrap_or(&[]);
            self.spellings.binary_search_by(|spelling| spelling.as_slice().cmp(anchor)).is_ok()
        };
        is_of(&self.before, before)
            && is_of(&self.after, bytes.get(end))
            && (self.spellings.is_empty() || is_spelled())
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

/// The byte that ends every match of this part, and the parts before it.
fn last_byte(hir: &Hir) -> Option<(u8, &[Hir])> {
    match hir.kind() {
        HirKind::Capture(capture) => last_byte(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => last_byte(&repetition.sub),
        HirKind::Concat(parts) => {
            let (last, rest) = parts.split_last()?;
            let HirKind::Literal(literal) = last.kind() else { return None };
            let [byte] = *literal.0 else { return None };
            Some((byte, rest))
        }
        _ => None,
    }
}

/// All texts that this matches, if it is a list of literals.
fn literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => literals(&capture.sub),
        HirKind::Alternation(parts) => {
            let all: Option<Vec<_>> = parts.iter().map(literals).collect();
            all.map(|all| all.concat())
        }
        _ => None,
    }
}

/// Longest match of these parts.
fn max_len(parts: &[Hir]) -> Option<usize> {
    parts.iter().map(|part| part.properties().maximum_len()).sum()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    First,
    Last,
}

/// The bytes that a match of these parts can begin or end with; `None` if it can be empty.
fn edge(parts: &[Hir], side: Side) -> Option<Bytes> {
    let mut set = Bytes::default();
    (!add_parts(parts, side, &mut set)).then_some(set)
}

/// Adds the bytes at an edge; returns whether the parts can be empty.
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
        let context = AnchorContext::of(&hir, &[anchor.to_owned(), "%40".to_owned(), " st".to_owned()]);
        let allows = |text: &&&str| {
            let start = text.find(anchor).unwrap();
            context.allows(text.as_bytes(), start, start + anchor.len())
        };
        assert_eq!(allowed.iter().find(|text| !allows(text)), None, "{pattern}");
        assert_eq!(others.iter().find(allows), None, "{pattern}");
    }

    #[test]
    fn knows_the_bytes_next_to_an_anchor() {
        check("[a-z.]{0,9}[a-z](?:@|%40)[a-z]+", "@", &["a@b", "1z@a1"], &["@b", "a@", "1@b", "a@1", "a.@b"]);
        check("x(?P<value>a|bc?)@", "@", &["a@", "b@", "c@"], &["x@", "@"]);
        check("(?:ab){2}@(?:cd|Ef)", "@", &["b@c", "b@E"], &["a@c", "b@d"]);
    }

    #[test]
    fn an_anchor_may_include_the_byte_before_it() {
        check(
            "[0-9] (?:(?:[A-Z][a-z]|1st) ){1,2}(?:Row|St)",
            " Row",
            &["Ab Row", "1st Row"],
            &["aA Row", " Row"],
        );
        check("(?:[a-z] ){1,2}(?:Row|St)", " row", &[], &["a row"]);
        check("(?:[a-z] ){1,2}(?:Row|Sts)", " row", &["a row"], &[]);
        check("(?:[a-z] ){0,2}(?:Row|St)", " row", &["a row"], &[]);
    }

    #[test]
    fn knows_the_longest_match_on_each_side() {
        let reach = |pattern: &str| {
            let hir = regex_syntax::parse(pattern).unwrap();
            AnchorContext::of(&hir, &["@".to_owned(), " st".to_owned()]).reach
        };
        assert_eq!(reach("[a-z]{1,9}@[a-z]{2}x?"), (Some(9), Some(3)));
        assert_eq!(reach("[a-z]+@"), (None, Some(0)));
        assert_eq!(reach("(?:[a-z]{4} ){1,2}St[0-9]"), (Some(10), Some(1)));
        assert_eq!(reach("(?:[a-z]{4} ){0,2}St[0-9]"), (None, None));
        assert_eq!(reach("a@|b"), (None, None));
    }

    #[test]
    fn optional_parts_give_no_context() {
        check("[a-z]?@[0-9]*", "@", &["@", "-@-"], &[]);
        check("(?:a|b?)@", "@", &["-@"], &[]);
        check("[a-z]+(?:@|#)", "@", &["-@"], &[]);
        check("[a-z]+@|x", "@", &["-@"], &[]);
        check("[a-z](?:x{0,3}y?)@", "@", &["a@", "x@"], &["-@"]);
    }

    #[test]
    fn a_non_ascii_letter_allows_every_non_ascii_byte() {
        let hir = regex_syntax::parse("[xé]@[à-ÿ]").unwrap();
        let context = AnchorContext::of(&hir, &["@".to_owned()]);
        assert!(context.allows("é@ÿ".as_bytes(), 2, 3) && context.allows("x@à".as_bytes(), 1, 2));
        assert!(!context.allows("y@ÿ".as_bytes(), 1, 2) && !context.allows("x@y".as_bytes(), 1, 2));
    }
}
