//! Finds many literals in one pass.
//!
//! One automaton has them all, so that the cost hardly grows with their number. Each of its steps is a
//! load that waits for the one before: the latency of the cache bounds it, not the width of the
//! processor. So a long text is cut into four lanes whose steps are interleaved, at the price of a
//! little text that is read twice.
//!
//! **Invariant:** every literal is found wherever it occurs, ASCII letters in any case, and a word
//! wherever a word may begin.

use aho_corasick::automaton::StateID;
use aho_corasick::{Anchored, StartKind, dfa, nfa};

use crate::detect::automaton::SearchedLiteral;
use crate::detect::automaton::State;
use crate::detect::automaton::WordAutomaton;
use crate::text::span::Span;

/// Parts of a text whose steps are interleaved.
const N_LANES: usize = 4;
/// The least length of a lane. It is at least as long as the longest literal, too, since the steps of a
/// lane begin that far before it.
const MIN_LANE_BYTES: usize = 128;

/// A search for many literals.
#[derive(Default)]
pub(crate) struct LiteralSearch {
    search: Option<Search>,
    max_literal_bytes: usize,
}

enum Search {
    Words(WordAutomaton),
    /// If that would be too large. Finds words inside of longer words as well; the caller tests them.
    Table(WordBlindAutomaton<dfa::DFA>),
    /// If that would be too large, too. Slower.
    Links(WordBlindAutomaton<nfa::noncontiguous::NFA>),
}

impl LiteralSearch {
    /// Builds the search. No literal is empty.
    pub(crate) fn new(literals: &[SearchedLiteral]) -> Self {
        let max_literal_bytes = literals.iter().map(|literal| literal.text.len()).max().unwrap_or(0);
        if max_literal_bytes == 0 {
            return Self::default();
        }
        let texts = || literals.iter().map(|literal| &literal.text);
        let table = || {
            let mut builder = dfa::Builder::new();
            builder.ascii_case_insensitive(true).start_kind(StartKind::Unanchored);
            builder.build(texts()).ok().and_then(WordBlindAutomaton::new).map(Search::Table)
        };
        let links = || {
            let mut builder = nfa::noncontiguous::Builder::new();
            let links = builder.ascii_case_insensitive(true).build(texts());
            links.ok().and_then(WordBlindAutomaton::new).map(Search::Links)
        };
        let words = WordAutomaton::new(literals).map(Search::Words);
        Self { search: words.or_else(table).or_else(links), max_literal_bytes }
    }

    /// Calls `seen` with the index of each literal that occurs in `text`, and where.
    pub(crate) fn find(&self, text: &str, seen: impl FnMut(usize, Span)) {
        match &self.search {
            Some(Search::Words(words)) => self.find_with(words, text.as_bytes(), seen),
            Some(Search::Table(table)) => self.find_with(table, text.as_bytes(), seen),
            Some(Search::Links(links)) => self.find_with(links, text.as_bytes(), seen),
            None => {}
        }
    }

    fn find_with<S: ByteStepper>(&self, steps: &S, bytes: &[u8], mut seen: impl FnMut(usize, Span)) {
        let mut note = |state: S::State, end: usize| {
            steps.ends(state, |literal, len| seen(literal, Span::new(end - len, end)));
        };
        let len = bytes.len() / N_LANES;
        let is_long = len >= self.max_literal_bytes.max(MIN_LANE_BYTES);
        let (mut state, mut at) = (steps.start(), 0);
        if is_long && let Some(lanes) = lanes(bytes, len) {
            // What ends in a lane began in it, or less than the longest literal before it.
            let begun = |lane: usize| {
                let before = (lane * len)
                    .checked_sub(self.max_literal_bytes)
                    .and_then(|from| bytes.get(from..lane * len));
                before.unwrap_or(&[]).iter().fold(steps.start(), |state, &byte| steps.next(state, byte))
            };
            let mut states: [S::State; N_LANES] = std::array::from_fn(begun);
            let [a, b, c, d] = lanes;
            for (idx, (((&a, &b), &c), &d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
                let [in_a, in_b, in_c, in_d] = states;
                states = [steps.next(in_a, a), steps.next(in_b, b), steps.next(in_c, c), steps.next(in_d, d)];
                if steps.is_any_end(&states) {
                    for (lane, &state) in states.iter().enumerate() {
                        note(state, lane * len + idx + 1);
                    }
                }
            }
            let [.., last] = states;
            (state, at) = (last, N_LANES * len);
        }
        for (idx, &byte) in bytes.get(at..).unwrap_or(&[]).iter().enumerate() {
            state = steps.next(state, byte);
            if steps.is_any_end(&[state]) {
                note(state, at + idx + 1);
            }
        }
    }
}

/// An automaton that takes one step per byte.
trait ByteStepper {
    type State: Copy;
    fn start(&self) -> Self::State;
    fn next(&self, state: Self::State, byte: u8) -> Self::State;
    /// Whether a literal may end in one of these states.
    fn is_any_end(&self, states: &[Self::State]) -> bool;
    /// Calls `seen` with the index and the length of each literal that ends in `state`.
    fn ends(&self, state: Self::State, seen: impl FnMut(usize, usize));
}

impl ByteStepper for WordAutomaton {
    type State = State;

    fn start(&self) -> State {
        Self::START
    }

    fn next(&self, state: State, byte: u8) -> State {
        self.next(state, byte)
    }

    fn is_any_end(&self, states: &[State]) -> bool {
        self.is_any_match(states)
    }

    fn ends(&self, state: State, mut seen: impl FnMut(usize, usize)) {
        self.ends(state).iter().for_each(|&(literal, len)| seen(literal, len));
    }
}

/// A plain Aho-Corasick automaton, which finds words inside of words.
struct WordBlindAutomaton<A> {
    automaton: A,
    start: StateID,
}

impl<A: aho_corasick::automaton::Automaton> WordBlindAutomaton<A> {
    fn new(automaton: A) -> Option<Self> {
        let start = automaton.start_state(Anchored::No).ok()?;
        Some(Self { automaton, start })
    }
}

impl<A: aho_corasick::automaton::Automaton> ByteStepper for WordBlindAutomaton<A> {
    type State = StateID;

    fn start(&self) -> StateID {
        self.start
    }

    fn next(&self, state: StateID, byte: u8) -> StateID {
        self.automaton.next_state(Anchored::No, state, byte)
    }

    fn is_any_end(&self, states: &[StateID]) -> bool {
        states.iter().fold(false, |any, &state| any | self.automaton.is_special(state))
    }

    fn ends(&self, state: StateID, mut seen: impl FnMut(usize, usize)) {
        if self.automaton.is_match(state) {
            for idx in 0..self.automaton.match_len(state) {
                let literal = self.automaton.match_pattern(state, idx);
                seen(literal.as_usize(), self.automaton.pattern_len(literal));
            }
        }
    }
}

/// The first lanes, each of this length.
fn lanes(bytes: &[u8], len: usize) -> Option<[&[u8]; N_LANES]> {
    let (a, rest) = bytes.split_at_checked(len)?;
    let (b, rest) = rest.split_at_checked(len)?;
    let (c, rest) = rest.split_at_checked(len)?;
    Some([a, b, c, rest.get(..len)?])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::word_state::LiteralStart;

    fn literals(texts: &[&str]) -> Vec<SearchedLiteral> {
        texts
            .iter()
            .map(|&text| SearchedLiteral { text: text.to_owned(), start: LiteralStart::Anywhere })
            .collect()
    }

    fn found_of(literals: &[SearchedLiteral], text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        LiteralSearch::new(literals).find(text, |literal, span| {
            assert_eq!(span.len(), literals[literal].text.len());
            found.push((span.start, literal));
        });
        found.sort_unstable();
        found
    }

    fn found(texts: &[&str], text: &str) -> Vec<(usize, usize)> {
        found_of(&literals(texts), text)
    }

    /// The same by brute force.
    fn expected(literals: &[SearchedLiteral], text: &str) -> Vec<(usize, usize)> {
        let bytes = text.as_bytes();
        let places = (0..bytes.len()).flat_map(|at| (0..literals.len()).map(move |idx| (at, idx)));
        let is_there = |&(at, idx): &(usize, usize)| {
            let there = bytes[at..].get(..literals[idx].text.len());
            there.is_some_and(|there| there.eq_ignore_ascii_case(literals[idx].text.as_bytes()))
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
    fn finds_words_where_one_may_begin() {
        let words = ["card", "no", "card no", "é"]
            .map(|text| SearchedLiteral { text: text.to_owned(), start: LiteralStart::Word });
        let found = |text: &str| found_of(&words, text).len();
        for text in ["card", "-Card", "1card", "my_cards", "myCard", "ëcard", "xé"] {
            assert_eq!(found(text), 1, "{text}");
        }
        assert_eq!([found("card no"), found("cardNo"), found("cardno"), found("card-no")], [3, 2, 1, 2]);
        for text in ["discard", "DISCARD", "scardx", "xno"] {
            assert_eq!(found(text), 0, "{text}");
        }
    }

    #[test]
    fn literals_too_many_for_the_word_automaton_are_found() {
        let texts: Vec<String> = (0..70_000).map(|n| format!("{n:05}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(found(&texts, "x12345x00000"), [(1, 12345), (7, 0)]);
    }

    #[test]
    fn finds_literals_across_two_lanes() {
        let long = "xy".repeat(100);
        let literals = ["abcdefghi", long.as_str(), "hi"];
        for len in [4 * MIN_LANE_BYTES, 4 * MIN_LANE_BYTES + 3, 5000] {
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
        fn agrees_with_a_search_at_every_position(
            texts in proptest::collection::vec("[ab@é-]{1,4}|[a-c]{1,12}|tel|tel no|%40", 0..24),
            pieces in proptest::collection::vec("[a-cA-C@é_ -]{0,40}|tel|Tel no|%40|\\PC", 0..60),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let text = pieces.concat();
            prop_assert_eq!(found(&texts, &text), expected(&literals(&texts), &text));
        }

        /// Finds a literal wherever `boundary` says that a word begins, and only where one occurs.
        #[test]
        fn finds_each_word_that_begins(
            texts in proptest::collection::vec("[abé-]{1,4}|[a-c]{1,9}|[a-c]{1,3}[ 1é][a-c]{1,3}|tel|tel no|号", 1..16),
            is_word in proptest::collection::vec(any::<bool>(), 16),
            pieces in proptest::collection::vec("[a-cA-C@é_1 -]{0,30}|tel|Tel no|telNo|TELNO|号|\\PC", 0..60),
        ) {
            let starts = |is_word: bool| if is_word { LiteralStart::Word } else { LiteralStart::Anywhere };
            let literals: Vec<SearchedLiteral> = texts.iter().zip(is_word)
                .map(|(text, is_word)| SearchedLiteral { text: text.clone(), start: starts(is_word) })
                .collect();
            let text = pieces.concat();
            let found = found_of(&literals, &text);
            let all = expected(&literals, &text);
            prop_assert!(found.iter().all(|place| all.contains(place)));
            prop_assert!(found.is_sorted_by(|a, b| a < b));
            for place in all {
                let literal = &literals[place.1];
                let span = Span::new(place.0, place.0 + literal.text.len());
                let must = literal.start == LiteralStart::Anywhere
                    || crate::detect::boundary::starts_word(text.get(..span.start).unwrap(), span.of(&text));
                prop_assert!(!must || found.contains(&place), "{:?} of {:?}", place, literals);
            }
        }
    }
}
