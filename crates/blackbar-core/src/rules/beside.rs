//! How an anchor in the middle of a pattern is written, what stands right beside it, and how much of a match
//! at most: `@media` is no address, for nothing that can be a name stands before the sign, and ` row;` no street.
//!
//! **Invariant:** every match holds an anchor that is written so, with neighbours that are in the sets, and goes
//! no farther than is said here; a side of which nothing is known has no set and no bound.

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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Beside {
    before: Option<Bytes>,
    behind: Option<Bytes>,
    /// How it may be written, sorted; empty if in any case.
    spellings: Vec<Vec<u8>>,
    /// How much of a match stands before its anchor at most, and how much behind it.
    pub(crate) reach: (Option<usize>, Option<usize>),
}

impl Beside {
    /// Of a pattern that has a part which is one of the anchors and nothing else, or one together with the
    /// last byte before it.
    pub(crate) fn of(hir: &Hir, anchors: &[String]) -> Self {
        let HirKind::Concat(parts) = hir.kind() else { return Self::default() };
        match parts.iter().position(|part| is_anchor(part, anchors)) {
            Some(at) => {
                let (before, behind) = (parts.get(..at).unwrap_or(&[]), parts.get(at + 1..).unwrap_or(&[]));
                Self {
                    before: edge(before, Side::Last),
                    behind: edge(behind, Side::First),
                    spellings: Vec::new(),
                    reach: (max_len(before), max_len(behind)),
                }
            }
            None => (1..parts.len()).find_map(|at| Self::joined(parts, at, anchors)).unwrap_or_default(),
        }
    }

    /// Of a pattern in which the part `at` makes up an anchor with the byte before it.
    fn joined(parts: &[Hir], at: usize, anchors: &[String]) -> Option<Self> {
        let (before, behind) = (parts.get(..at)?, parts.get(at + 1..)?);
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
            behind: edge(behind, Side::First),
            spellings,
            reach: (max_len(before), max_len(behind)),
        })
    }

    /// Whether the anchor at `start..end` of a text can be the one that a match holds.
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
            && is_of(&self.behind, bytes.get(end))
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

/// The byte with which all that this matches ends, and what stands before it.
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

/// All texts that this matches, if they are listed in it.
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

/// How long what these parts match is at most.
fn max_len(parts: &[Hir]) -> Option<usize> {
    parts.iter().map(|part| part.properties().maximum_len()).sum()
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
        let beside = Beside::of(&hir, &[anchor.to_owned(), "%40".to_owned(), " st".to_owned()]);
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
    fn knows_how_an_anchor_is_written_that_takes_in_the_byte_before_it() {
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
    fn knows_how_far_a_match_goes() {
        let reach = |pattern: &str| {
            let hir = regex_syntax::parse(pattern).unwrap();
            Beside::of(&hir, &["@".to_owned(), " st".to_owned()]).reach
        };
        assert_eq!(reach("[a-z]{1,9}@[a-z]{2}x?"), (Some(9), Some(3)));
        assert_eq!(reach("[a-z]+@"), (None, Some(0)));
        assert_eq!(reach("(?:[a-z]{4} ){1,2}St[0-9]"), (Some(10), Some(1)));
        assert_eq!(reach("(?:[a-z]{4} ){0,2}St[0-9]"), (None, None));
        assert_eq!(reach("a@|b"), (None, None));
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
