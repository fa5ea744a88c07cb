//! Finds the keywords and anchors of all rules in one pass.
//!
//! One automaton holds them all, so that the cost hardly grows with their number. Each of its steps waits for
//! the one before; a long text is therefore cut in pieces that take their steps in turns.
//! **Invariant:** every literal is found wherever it stands, ASCII letters in any case; one that begins a word
//! wherever a word may begin.

use aho_corasick::automaton::StateID;
use aho_corasick::{Anchored, StartKind, dfa, nfa};

use crate::detect::automaton::{Automaton, Literal, State};
use crate::text::span::Span;

/// Pieces that take turns.
const LANES: usize = 4;
/// Pieces are as long as this at least, and as the longest literal: each begins as far before its start.
const MIN_LEN: usize = 128;

/// Many literals, to be found in one pass.
#[derive(Default)]
pub(crate) struct Literals {
    search: Option<Search>,
    /// Length of the longest literal.
    longest: usize,
}

enum Search {
    Words(Automaton),
    /// Where that would be too large: finds also inside of words what may only begin one.
    Table(Plain<dfa::DFA>),
    /// Where this would be too large, too: slower.
    Links(Plain<nfa::noncontiguous::NFA>),
}

impl Literals {
    /// For these literals, none of them empty.
    pub(crate) fn new(literals: &[Literal]) -> Self {
        let longest = literals.iter().map(|literal| literal.text.len()).max().unwrap_or(0);
        if longest == 0 {
            return Self::default();
        }
        let texts = || literals.iter().map(|literal| &literal.text);
        let table = || {
            let mut builder = dfa::Builder::new();
            builder.ascii_case_insensitive(true).start_kind(StartKind::Unanchored);
            builder.build(texts()).ok().and_then(Plain::new).map(Search::Table)
        };
        let links = || {
            let mut builder = nfa::noncontiguous::Builder::new();
            let links = builder.ascii_case_insensitive(true).build(texts());
            links.ok().and_then(Plain::new).map(Search::Links)
        };
        let words = Automaton::new(literals).map(Search::Words);
        Self { search: words.or_else(table).or_else(links), longest }
    }

    /// Calls `seen` with the index of each literal that stands in `text`, and where.
    pub(crate) fn find(&self, text: &str, seen: impl FnMut(usize, Span)) {
        match &self.search {
            Some(Search::Words(words)) => self.find_with(words, text.as_bytes(), seen),
            Some(Search::Table(table)) => self.find_with(table, text.as_bytes(), seen),
            Some(Search::Links(links)) => self.find_with(links, text.as_bytes(), seen),
            None => {}
        }
    }

    fn find_with<S: Steps>(&self, steps: &S, bytes: &[u8], mut seen: impl FnMut(usize, Span)) {
        let mut note = |state: S::State, end: usize| {
            steps.ends(state, |literal, len| seen(literal, Span::new(end - len, end)));
        };
        let len = bytes.len() / LANES;
        let is_long = len >= self.longest.max(MIN_LEN);
        let (mut state, mut at) = (steps.start(), 0);
        if is_long && let Some(pieces) = pieces(bytes, len) {
            // What ends in a piece began in it, or less than a literal's length before it.
            let begun = |lane: usize| {
                let before =
                    (lane * len).checked_sub(self.longest).and_then(|from| bytes.get(from..lane * len));
                before.unwrap_or(&[]).iter().fold(steps.start(), |state, &byte| steps.next(state, byte))
            };
            let mut states: [S::State; LANES] = std::array::from_fn(begun);
            let [a, b, c, d] = pieces;
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
            (state, at) = (last, LANES * len);
        }
        for (idx, &byte) in bytes.get(at..).unwrap_or(&[]).iter().enumerate() {
            state = steps.next(state, byte);
            if steps.is_any_end(&[state]) {
                note(state, at + idx + 1);
            }
        }
    }
}

/// A search that takes a step with each byte.
trait Steps {
    type State: Copy;
    fn start(&self) -> Self::State;
    fn next(&self, state: Self::State, byte: u8) -> Self::State;
    /// Whether a literal may end in one of these states.
    fn is_any_end(&self, states: &[Self::State]) -> bool;
    /// Calls `seen` with the index and the length of each literal that ends in `state`.
    fn ends(&self, state: Self::State, seen: impl FnMut(usize, usize));
}

impl Steps for Automaton {
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

/// An automaton that knows nothing of words.
struct Plain<A> {
    automaton: A,
    start: StateID,
}

impl<A: aho_corasick::automaton::Automaton> Plain<A> {
    fn new(automaton: A) -> Option<Self> {
        let start = automaton.start_state(Anchored::No).ok()?;
        Some(Self { automaton, start })
    }
}

impl<A: aho_corasick::automaton::Automaton> Steps for Plain<A> {
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
    use crate::detect::automaton::Starts;

    fn literals(texts: &[&str]) -> Vec<Literal> {
        texts.iter().map(|&text| Literal { text: text.to_owned(), starts: Starts::Anywhere }).collect()
    }

    fn found_of(literals: &[Literal], text: &str) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        Literals::new(literals).find(text, |literal, span| {
            assert_eq!(span.len(), literals[literal].text.len());
            found.push((span.start, literal));
        });
        found.sort_unstable();
        found
    }

    fn found(texts: &[&str], text: &str) -> Vec<(usize, usize)> {
        found_of(&literals(texts), text)
    }

    /// The same, place by place.
    fn expected(literals: &[Literal], text: &str) -> Vec<(usize, usize)> {
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
            .map(|text| Literal { text: text.to_owned(), starts: Starts::Word });
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
    fn so_many_literals_that_they_need_another_table_are_found() {
        let texts: Vec<String> = (0..70_000).map(|n| format!("{n:05}")).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(found(&texts, "x12345x00000"), [(1, 12345), (7, 0)]);
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
            texts in proptest::collection::vec("[ab@é-]{1,4}|[a-c]{1,12}|tel|tel no|%40", 0..24),
            pieces in proptest::collection::vec("[a-cA-C@é_ -]{0,40}|tel|Tel no|%40|\\PC", 0..60),
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let text = pieces.concat();
            prop_assert_eq!(found(&texts, &text), expected(&literals(&texts), &text));
        }

        /// Each place at which `boundary` says that a word begins, and nothing where none stands.
        #[test]
        fn finds_each_word_that_begins(
            texts in proptest::collection::vec("[abé-]{1,4}|[a-c]{1,9}|[a-c]{1,3}[ 1é][a-c]{1,3}|tel|tel no|号", 1..16),
            is_word in proptest::collection::vec(any::<bool>(), 16),
            pieces in proptest::collection::vec("[a-cA-C@é_1 -]{0,30}|tel|Tel no|telNo|TELNO|号|\\PC", 0..60),
        ) {
            let starts = |is_word: bool| if is_word { Starts::Word } else { Starts::Anywhere };
            let literals: Vec<Literal> = texts.iter().zip(is_word)
                .map(|(text, is_word)| Literal { text: text.clone(), starts: starts(is_word) })
                .collect();
            let text = pieces.concat();
            let found = found_of(&literals, &text);
            let all = expected(&literals, &text);
            prop_assert!(found.iter().all(|place| all.contains(place)));
            prop_assert!(found.is_sorted_by(|a, b| a < b));
            for place in all {
                let literal = &literals[place.1];
                let span = Span::new(place.0, place.0 + literal.text.len());
                let must = literal.starts == Starts::Anywhere
                    || crate::detect::boundary::starts_word(text.get(..span.start).unwrap(), span.of(&text));
                prop_assert!(!must || found.contains(&place), "{:?} of {:?}", place, literals);
            }
        }
    }
}
