//! Finds the keywords and anchors of all rules in one pass.
//!
//! One automaton holds them all, so that the cost hardly grows with their number. Each of its steps waits for
//! the one before; a long text is therefore cut in pieces that take their steps in turns.
//! **Invariant:** every literal is found wherever it stands, ASCII letters in any case.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::{Anchored, StartKind, dfa, nfa};

use crate::text::span::Span;

/// Pieces that take turns.
const LANES: usize = 4;
/// Pieces are as long as this at least, and as the longest literal: each begins as far before its start.
const MIN_LEN: usize = 128;

/// Many literals, to be found in one pass.
#[derive(Default)]
pub(crate) struct Literals {
    automaton: Option<Kind>,
    /// Length of the longest literal.
    longest: usize,
}

enum Kind {
    Table(dfa::DFA),
    /// Where the table would be too large: slower.
    Links(nfa::noncontiguous::NFA),
}

impl Literals {
    /// For these literals, none of them empty.
    pub(crate) fn new(literals: &[String]) -> Self {
        let longest = literals.iter().map(String::len).max().unwrap_or(0);
        if longest == 0 {
            return Self::default();
        }
        let mut builder = dfa::Builder::new();
        let table = builder.ascii_case_insensitive(true).start_kind(StartKind::Unanchored).build(literals);
        let links = || {
            let mut builder = nfa::noncontiguous::Builder::new();
            builder.ascii_case_insensitive(true).build(literals).ok().map(Kind::Links)
        };
        Self { automaton: table.ok().map(Kind::Table).or_else(links), longest }
    }

    /// Calls `seen` with the index of each literal that stands in `text`, and where.
    pub(crate) fn find(&self, text: &str, seen: impl FnMut(usize, Span)) {
        match &self.automaton {
            Some(Kind::Table(table)) => self.find_with(table, text.as_bytes(), seen),
            Some(Kind::Links(links)) => self.find_with(links, text.as_bytes(), seen),
            None => {}
        }
    }

    fn find_with(&self, automaton: &impl Automaton, bytes: &[u8], mut seen: impl FnMut(usize, Span)) {
        let Ok(start) = automaton.start_state(Anchored::No) else { return };
        let step = |state, byte| automaton.next_state(Anchored::No, state, byte);
        let mut note = |state: StateID, end: usize| {
            if automaton.is_match(state) {
                for idx in 0..automaton.match_len(state) {
                    let literal = automaton.match_pattern(state, idx);
                    seen(literal.as_usize(), Span::new(end - automaton.pattern_len(literal), end));
                }
            }
        };
        let len = bytes.len() / LANES;
        let is_long = len >= self.longest.max(MIN_LEN);
        let (mut state, mut at) = (start, 0);
        if is_long && let Some(pieces) = pieces(bytes, len) {
            // What ends in a piece began in it, or less than a literal's length before it.
            let begun = |lane: usize| {
                let before =
                    (lane * len).checked_sub(self.longest).and_then(|from| bytes.get(from..lane * len));
                before.unwrap_or(&[]).iter().fold(start, |state, &byte| step(state, byte))
            };
            let mut states: [StateID; LANES] = std::array::from_fn(begun);
            let [a, b, c, d] = pieces;
            for (idx, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
                let [in_a, in_b, in_c, in_d] = states;
                states = [step(in_a, a), step(in_b, b), step(in_c, c), step(in_d, d)];
                if states.iter().fold(false, |any, &state| any | automaton.is_special(state)) {
                    for (lane, &state) in states.iter().enumerate() {
                        note(state, lane * len + idx + 1);
                    }
                }
            }
            let [.., last] = states;
            (state, at) = (last, LANES * len);
        }
        for (idx, &byte) in bytes.get(at..).unwrap_or(&[]).iter().enumerate() {
            state = step(state, byte);
            if automaton.is_special(state) {
                note(state, at + idx + 1);
            }
        }
    }
}

/// The first pieces of this length.
fn pieces(bytes: &[u8], len: usize) -> Option<[&[u8]; LANES]> {
    let (a, rest) = bytes.split_at_checked(len)?;
    let (b, rest) = rest.split_at_checked(len)?;
    let (c, rest) = rest.split_at_checked(len)?;
    Some([a, b, c, rest.get(..len)?])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(literals: &[&str], text: &str) -> Vec<(usize, usize)> {
        let literals: Vec<String> = literals.iter().map(|&literal| literal.to_owned()).collect();
        let mut found = Vec::new();
        Literals::new(&literals).find(text, |literal, span| {
            assert_eq!(span.len(), literals[literal].len());
            found.push((span.start, literal));
        });
        found.sort_unstable();
        found
    }

    /// The same, place by place.
    fn expected(literals: &[&str], text: &str) -> Vec<(usize, usize)> {
        let bytes = text.as_bytes();
        let places = (0..bytes.len()).flat_map(|at| (0..literals.len()).map(move |idx| (at, idx)));
        let is_there = |&(at, idx): &(usize, usize)| {
            let there = bytes[at..].get(..literals[idx].len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(literals[idx].as_bytes()))
        };
        places.filter(is_there).collect()
    }

    #[test]
    fn finds_literals_of_any_length_that_overlap_in_any_case() {
        let found = found(&["@", "ab", "abc", "abcd efgh ijkl", "bcd", "é["], "ABCD EFGH IJKLab@é[é{");
        assert_eq!(found, [(0, 1), (0, 2), (0, 3), (1, 4), (14, 1), (16, 0), (17, 5)]);
    }

    #[test]
    fn finds_nothing_without_literals() {
        assert_eq!(found(&[], "any"), []);
    }

    #[test]
    fn finds_what_stands_across_two_pieces_of_a_long_text() {
        let long = "xy".repeat(100);
        let literals = ["abcdefghi", long.as_str(), "hi"];
        for len in [4 * MIN_LEN, 4 * MIN_LEN + 3, 5000] {
            for at in (0..len - 9).step_by(7).chain(len / 4 - 10..len / 4 + 10) {
                let text = format!("{}abcdefghi{}", "-".repeat(at), "-".repeat(len - at - 9));
                assert_eq!(found(&literals, &text), [(at, 0), (at + 7, 2)], "{len} {at}");
                let text = text.replacen("abcdefghi", &long, 1);
                assert_eq!(found(&literals, &text), [(at, 1)], "{len} {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn finds_what_a_search_place_by_place_finds(
            literals in proptest::collection::vec("[ab@é-]{1,4}|[a-c]{1,12}|tel|tel no|%40", 0..24),
            pieces in proptest::collection::vec("[a-cA-C@é_ -]{0,40}|tel|Tel no|%40|\\PC", 0..60),
        ) {
            let literals: Vec<&str> = literals.iter().map(String::as_str).collect();
            let text = pieces.concat();
            prop_assert_eq!(found(&literals, &text), expected(&literals, &text));
        }
    }
}
