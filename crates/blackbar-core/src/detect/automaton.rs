//! An automaton for many literals that tries those that are words at the start of a word only.
//!
//! An Aho-Corasick automaton would leave its start state for nearly every letter. This one stays in one
//! state in the middle of a word, so that most of a text touches a few cache lines of the table; and a
//! short keyword inside a longer word is no match that has to be discarded. The price is a
//! larger table, built once per rule set.
//!
//! **Invariant:** a literal that may start anywhere is found wherever it occurs, ASCII letters in any
//! case, and a word wherever `boundary` says that a word begins.

use std::collections::BTreeMap;
use std::collections::HashMap;

use crate::detect::word_state::ByteKind;
use crate::detect::word_state::LiteralStart;
use crate::detect::word_state::WordState;

/// A literal to search for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SearchedLiteral {
    pub(crate) text: String,
    pub(crate) start: LiteralStart,
}

pub(crate) type State = u16;

/// The automaton: a table of what follows each state.
pub(crate) struct WordAutomaton {
    /// Where the column of each byte begins. Bytes that occur in no literal share one column per kind.
    columns: Box<[u32; 256]>,
    /// The next state of each state, column by column, so that frequent states share cache lines.
    table: Vec<State>,
    /// In this state and all after it literals end; which, and how long they are.
    first_match: State,
    ends: Vec<Vec<(usize, usize)>>,
}

impl WordAutomaton {
    pub(crate) const START: State = 0;

    /// `None` if it would need more than 65,536 states.
    pub(crate) fn new(literals: &[SearchedLiteral]) -> Option<Self> {
        AutomatonBuilder::new(literals).build()
    }

    pub(crate) fn next(&self, state: State, byte: u8) -> State {
        let column = self.columns.get(usize::from(byte)).copied().unwrap_or(0);
        self.table.get(column as usize + usize::from(state)).copied().unwrap_or(0)
    }

    /// Whether a literal ends in one of these states: one comparison, as those states come last.
    pub(crate) fn is_any_match(&self, states: &[State]) -> bool {
        states.iter().copied().max().is_some_and(|state| state >= self.first_match)
    }

    /// Index and length of each literal that ends in this state.
    pub(crate) fn ends(&self, state: State) -> &[(usize, usize)] {
        let idx = state.checked_sub(self.first_match);
        idx.and_then(|idx| self.ends.get(usize::from(idx))).map_or(&[], Vec::as_slice)
    }
}

/// A prefix of literals.
#[derive(Default)]
struct TrieNode {
    children: BTreeMap<u8, usize>,
    ends: Vec<(usize, usize)>,
}

const ANYWHERE: usize = 0;
const WORD: usize = 1;

/// The prefixes that a text may be in, the longest first, and where in a word it is.
type TriePosition = (Vec<usize>, WordState);

struct AutomatonBuilder {
    nodes: Vec<TrieNode>,
    /// For each node, the nodes that are suffixes of it: the prefixes that a text may be in at that node if
    /// a word may begin anywhere.
    suffixes: Vec<Vec<usize>>,
    classes: Vec<ByteClass>,
    class_of: [u8; 256],
    states: Vec<TriePosition>,
    numbers: HashMap<TriePosition, State>,
}

/// Bytes that no literal distinguishes: the two cases of a letter that occurs in them, or all bytes of a
/// kind that do not occur.
#[derive(Clone, Copy)]
struct ByteClass {
    kind: ByteKind,
    folded: Option<u8>,
}

impl AutomatonBuilder {
    fn new(literals: &[SearchedLiteral]) -> Self {
        let mut nodes = vec![TrieNode::default(), TrieNode::default()];
        for (idx, literal) in literals.iter().enumerate() {
            let mut at = if literal.start == LiteralStart::Anywhere { ANYWHERE } else { WORD };
            for byte in literal.text.bytes() {
                let next = nodes.len();
                let Some(node) = nodes.get_mut(at) else { break };
                at = *node.children.entry(byte.to_ascii_lowercase()).or_insert(next);
                if at == next {
                    nodes.push(TrieNode::default());
                }
            }
            if let Some(node) = nodes.get_mut(at) {
                node.ends.push((idx, literal.text.len()));
            }
        }
        let suffixes = suffixes(&nodes);
        Self {
            nodes,
            suffixes,
            classes: Vec::new(),
            class_of: [0; 256],
            states: Vec::new(),
            numbers: HashMap::new(),
        }
    }

    fn build(mut self) -> Option<WordAutomaton> {
        self.find_classes();
        for word in WordState::ALL {
            self.number((Vec::new(), word))?;
        }
        let n_classes = self.classes.len();
        let mut rows: Vec<State> = Vec::new();
        for at in 0.. {
            let Some((live, word)) = self.states.get(at).cloned() else { break };
            // Where no prefix continues, the row is that of a text in no prefix.
            let idle = WordState::ALL.iter().position(|other| *other == word).unwrap_or(0) * n_classes;
            let first = rows.len();
            if live.is_empty() {
                rows.resize(first + n_classes, 0);
            } else {
                rows.extend_from_within(idle..idle + n_classes);
            }
            for class_idx in self.continuing_classes(&live) {
                let Some(&class) = self.classes.get(class_idx) else { continue };
                let next = self.next(&live, word, class);
                let number = self.number(next)?;
                if let Some(to) = rows.get_mut(first + class_idx) {
                    *to = number;
                }
            }
        }
        Some(self.finished(&rows))
    }

    /// The classes that continue a prefix; all of them, if the text is in none.
    fn continuing_classes(&self, live: &[usize]) -> Vec<usize> {
        if live.is_empty() {
            return (0..self.classes.len()).collect();
        }
        let nodes = live.iter().filter_map(|&node| self.nodes.get(node));
        let mut bytes: Vec<u8> = nodes.flat_map(|node| node.children.keys().copied()).collect();
        bytes.sort_unstable();
        bytes.dedup();
        let of = |byte: u8| self.class_of.get(usize::from(byte)).copied().map_or(0, usize::from);
        let mut classes: Vec<usize> =
            bytes.into_iter().flat_map(|byte| [of(byte), of(byte.to_ascii_uppercase())]).collect();
        classes.dedup();
        classes
    }

    /// The class of each byte.
    fn find_classes(&mut self) {
        let mut is_held = [false; 256];
        for byte in self.nodes.iter().flat_map(|node| node.children.keys()) {
            if let Some(is_held) = is_held.get_mut(usize::from(*byte)) {
                *is_held = true;
            }
        }
        let folded = |byte: u8| {
            let folded = byte.to_ascii_lowercase();
            is_held.get(usize::from(folded)).is_some_and(|is_held| *is_held).then_some(folded)
        };
        let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
        bytes.sort_by_key(|&byte| (ByteKind::of(byte), folded(byte).is_some()));
        for byte in bytes {
            let class = ByteClass { kind: ByteKind::of(byte), folded: folded(byte) };
            let is_same =
                |last: &ByteClass| class.folded.is_none() && last.folded.is_none() && last.kind == class.kind;
            if !self.classes.last().is_some_and(is_same) {
                self.classes.push(class);
            }
            if let Some(to) = self.class_of.get_mut(usize::from(byte)) {
                *to = (self.classes.len() - 1) as u8;
            }
        }
    }

    /// Where a text is after one more byte.
    fn next(&self, live: &[usize], word: WordState, class: ByteClass) -> TriePosition {
        let child = |node: usize| self.nodes.get(node)?.children.get(&class.folded?).copied();
        let at_word = word.allows_word(class.kind).then_some(WORD);
        let begun = [Some(ANYWHERE), at_word].into_iter().flatten();
        let live: Vec<usize> = live.iter().copied().chain(begun).filter_map(child).collect();
        let word = word.then(class.kind, !live.is_empty());
        match (word, live.first()) {
            (WordState::InCamelCase, Some(&longest)) => {
                (self.suffixes.get(longest).cloned().unwrap_or(live), word)
            }
            _ => (live, word),
        }
    }

    fn number(&mut self, live: TriePosition) -> Option<State> {
        if let Some(&number) = self.numbers.get(&live) {
            return Some(number);
        }
        let number = State::try_from(self.states.len()).ok()?;
        self.states.push(live.clone());
        self.numbers.insert(live, number);
        Some(number)
    }

    /// Renumbers the states, so that those in which literals end come last.
    fn finished(self, rows: &[State]) -> WordAutomaton {
        let ends = |(live, _): &TriePosition| -> Vec<(usize, usize)> {
            let of = |&node: &usize| self.nodes.get(node).map_or(&[][..], |node| node.ends.as_slice());
            live.iter().flat_map(of).copied().collect()
        };
        let all: Vec<Vec<(usize, usize)>> = self.states.iter().map(ends).collect();
        let (without, with): (Vec<usize>, Vec<usize>) =
            (0..all.len()).partition(|&at| all.get(at).is_some_and(Vec::is_empty));
        let order = || without.iter().chain(&with).copied();
        let mut numbers: Vec<State> = vec![0; all.len()];
        for (number, at) in order().enumerate() {
            if let Some(to) = numbers.get_mut(at) {
                *to = number as State;
            }
        }
        let renumbered = |&state: &State| numbers.get(usize::from(state)).copied().unwrap_or(0);
        let mut table = Vec::with_capacity(all.len() * self.classes.len());
        for class in 0..self.classes.len() {
            let entry = |at: usize| rows.get(at * self.classes.len() + class);
            table.extend(order().filter_map(entry).map(renumbered));
        }
        let columns = Box::new(self.class_of.map(|class| (usize::from(class) * all.len()) as u32));
        let ends = with.iter().filter_map(|&at| all.get(at).cloned()).collect();
        WordAutomaton { columns, table, first_match: without.len() as State, ends }
    }
}

/// For each node, itself and all nodes whose text its text ends with, the longest first.
fn suffixes(nodes: &[TrieNode]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut open = vec![(ANYWHERE, Vec::new()), (WORD, Vec::new())];
    while let Some((at, suffixes_of_it)) = open.pop() {
        for (byte, &next) in nodes.get(at).iter().flat_map(|node| &node.children) {
            let child = |node: usize| nodes.get(node)?.children.get(byte).copied();
            let roots = [ANYWHERE, WORD];
            let of_next: Vec<usize> = suffixes_of_it.iter().copied().chain(roots).filter_map(child).collect();
            if let Some(to) = all.get_mut(next) {
                to.clone_from(&of_next);
            }
            open.push((next, of_next));
        }
    }
    all
}
