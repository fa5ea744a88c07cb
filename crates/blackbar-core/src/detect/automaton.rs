//! Many literals in one table, of which those that are words are followed from the start of a word only.
//!
//! In the middle of any other word the table stays in one state, so that what it looks at in most of a text are
//! few and the same bytes of memory; and a short word inside of longer ones is no match.
//! **Invariant:** a literal that stands anywhere is found wherever it stands, ASCII letters in any case, and one
//! that begins a word wherever `boundary` says that a word may begin.

use std::collections::{BTreeMap, HashMap};

/// A text to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    pub(crate) text: String,
    pub(crate) starts: Starts,
}

/// Where a literal may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Starts {
    /// Not behind a letter, but for a capital behind a small one and what is no ASCII letter or digit itself.
    Word,
    Anywhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Lower,
    Digit,
    /// Bytes beyond ASCII too: what they are parts of is not known here.
    Other,
    Upper,
}

impl Kind {
    const fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            _ => Self::Other,
        }
    }
}

/// What came last. It decides where a word may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Behind {
    /// The start of the text, or no letter.
    NoLetter,
    /// A small letter; any letter in a literal.
    Small,
    Capital,
    /// In a word with a capital behind a small letter. It is not followed where its parts begin: they may
    /// begin anywhere. Otherwise there would be a state for each way to write a literal.
    Parts,
}

impl Behind {
    const ALL: [Self; 4] = [Self::NoLetter, Self::Small, Self::Capital, Self::Parts];

    const fn allows_word(self, first: Kind) -> bool {
        match (self, first) {
            (Self::NoLetter | Self::Parts, _) | (_, Kind::Other) | (Self::Small, Kind::Upper) => true,
            (Self::Small | Self::Capital, _) => false,
        }
    }

    /// Behind a byte more, where something `is_begun` or not.
    const fn then(self, byte: Kind, is_begun: bool) -> Self {
        match (self, byte) {
            (Self::Parts, _) if is_begun => Self::Parts,
            (_, Kind::Digit | Kind::Other) => Self::NoLetter,
            (Self::Parts, _) | (Self::Small, Kind::Upper) => Self::Parts,
            (_, Kind::Upper) if !is_begun => Self::Capital,
            (_, Kind::Lower | Kind::Upper) => Self::Small,
        }
    }
}

pub(crate) type State = u16;

/// The table.
pub(crate) struct Automaton {
    /// Where the column of each byte begins. Bytes that no literal holds share one column a kind.
    columns: Box<[u32; 256]>,
    /// What follows each state, column by column: states that are often met are neighbours.
    table: Vec<State>,
    /// From this state on something ends; what, and how long it is.
    first_match: State,
    ends: Vec<Vec<(usize, usize)>>,
}

impl Automaton {
    pub(crate) const START: State = 0;

    /// None if it would need more states than it can number.
    pub(crate) fn new(literals: &[Literal]) -> Option<Self> {
        Builder::new(literals).build()
    }

    pub(crate) fn next(&self, state: State, byte: u8) -> State {
        let column = self.columns.get(usize::from(byte)).copied().unwrap_or(0);
        self.table.get(column as usize + usize::from(state)).copied().unwrap_or(0)
    }

    /// Whether something ends in one of these states.
    pub(crate) fn is_any_match(&self, states: &[State]) -> bool {
        states.iter().copied().max().is_some_and(|state| state >= self.first_match)
    }

    /// Index and length of each literal that ends in this state.
    pub(crate) fn ends(&self, state: State) -> &[(usize, usize)] {
        let idx = state.checked_sub(self.first_match);
        idx.and_then(|idx| self.ends.get(usize::from(idx))).map_or(&[], Vec::as_slice)
    }
}

/// The beginning of a literal.
#[derive(Default)]
struct Node {
    children: BTreeMap<u8, usize>,
    ends: Vec<(usize, usize)>,
}

const ANYWHERE: usize = 0;
const WORD: usize = 1;

/// Beginnings of literals that a text may be in, the longest first, and what it is behind.
type Live = (Vec<usize>, Behind);

struct Builder {
    nodes: Vec<Node>,
    /// For each node all that end alike: what a text may be in there if a word may begin anywhere.
    suffixes: Vec<Vec<usize>>,
    classes: Vec<Class>,
    class_of: [u8; 256],
    states: Vec<Live>,
    numbers: HashMap<Live, State>,
}

/// Bytes that are the same to all literals: with its case folded one that they hold, or all of a kind that
/// they do not.
#[derive(Clone, Copy)]
struct Class {
    kind: Kind,
    folded: Option<u8>,
}

impl Builder {
    fn new(literals: &[Literal]) -> Self {
        let mut nodes = vec![Node::default(), Node::default()];
        for (idx, literal) in literals.iter().enumerate() {
            let mut at = if literal.starts == Starts::Anywhere { ANYWHERE } else { WORD };
            for byte in literal.text.bytes() {
                let next = nodes.len();
                let Some(node) = nodes.get_mut(at) else { break };
                at = *node.children.entry(byte.to_ascii_lowercase()).or_insert(next);
                if at == next {
                    nodes.push(Node::default());
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

    fn build(mut self) -> Option<Automaton> {
        self.find_classes();
        for behind in Behind::ALL {
            self.number((Vec::new(), behind))?;
        }
        let n_classes = self.classes.len();
        let mut rows: Vec<State> = Vec::new();
        for at in 0.. {
            let Some((live, behind)) = self.states.get(at).cloned() else { break };
            // Where nothing goes on it is as if nothing had been begun.
            let idle = Behind::ALL.iter().position(|other| *other == behind).unwrap_or(0) * n_classes;
            let first = rows.len();
            if live.is_empty() {
                rows.resize(first + n_classes, 0);
            } else {
                rows.extend_from_within(idle..idle + n_classes);
            }
            for class_idx in self.classes_behind(&live) {
                let Some(&class) = self.classes.get(class_idx) else { continue };
                let next = self.next(&live, behind, class);
                let number = self.number(next)?;
                if let Some(to) = rows.get_mut(first + class_idx) {
                    *to = number;
                }
            }
        }
        Some(self.finished(&rows))
    }

    /// The classes with which something goes on; all, where nothing was begun.
    fn classes_behind(&self, live: &[usize]) -> Vec<usize> {
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
        bytes.sort_by_key(|&byte| (Kind::of(byte), folded(byte).is_some()));
        for byte in bytes {
            let class = Class { kind: Kind::of(byte), folded: folded(byte) };
            let is_same =
                |last: &Class| class.folded.is_none() && last.folded.is_none() && last.kind == class.kind;
            if !self.classes.last().is_some_and(is_same) {
                self.classes.push(class);
            }
            if let Some(to) = self.class_of.get_mut(usize::from(byte)) {
                *to = (self.classes.len() - 1) as u8;
            }
        }
    }

    /// What a text is in behind a byte more.
    fn next(&self, live: &[usize], behind: Behind, class: Class) -> Live {
        let child = |node: usize| self.nodes.get(node)?.children.get(&class.folded?).copied();
        let word = behind.allows_word(class.kind).then_some(WORD);
        let begun = [Some(ANYWHERE), word].into_iter().flatten();
        let live: Vec<usize> = live.iter().copied().chain(begun).filter_map(child).collect();
        let behind = behind.then(class.kind, !live.is_empty());
        match (behind, live.first()) {
            (Behind::Parts, Some(&longest)) => (self.suffixes.get(longest).cloned().unwrap_or(live), behind),
            _ => (live, behind),
        }
    }

    fn number(&mut self, live: Live) -> Option<State> {
        if let Some(&number) = self.numbers.get(&live) {
            return Some(number);
        }
        let number = State::try_from(self.states.len()).ok()?;
        self.states.push(live.clone());
        self.numbers.insert(live, number);
        Some(number)
    }

    /// Numbers the states anew: those in which something ends come last.
    fn finished(self, rows: &[State]) -> Automaton {
        let ends = |(live, _): &Live| -> Vec<(usize, usize)> {
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
        Automaton { columns, table, first_match: without.len() as State, ends }
    }
}

/// For each node itself and all others that its text ends with, the longest first.
fn suffixes(nodes: &[Node]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    let mut open = vec![(ANYWHERE, Vec::new()), (WORD, Vec::new())];
    while let Some((at, of_it)) = open.pop() {
        for (byte, &next) in nodes.get(at).iter().flat_map(|node| &node.children) {
            let child = |node: usize| nodes.get(node)?.children.get(byte).copied();
            let roots = [ANYWHERE, WORD];
            let of_next: Vec<usize> = of_it.iter().copied().chain(roots).filter_map(child).collect();
            if let Some(to) = all.get_mut(next) {
                to.clone_from(&of_next);
            }
            open.push((next, of_next));
        }
    }
    all
}
