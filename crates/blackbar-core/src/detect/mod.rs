//! Rules at work: prefilter, scanner, validators, overlaps.
//!
//! Takes a text and the words that stand beside it, gives findings. Knows nothing of snapshots or
//! JSON: who calls it says what a text is and what stands beside it.
//!
//! **Invariant:** findings are sorted, do not overlap, lie on character boundaries, and together
//! cover every byte that any rule found.

#[cfg(test)]
mod agreement;
mod automaton;
mod boundary;
pub mod check;
mod cluster;
mod explain;
mod literals;
mod overlap;
mod prefilter;
mod run;
pub mod scanner;

use crate::rules::RuleIdx;
use crate::text::span::Span;

pub use crate::detect::explain::{Literals, Miss, Why};
pub use crate::detect::scanner::{Scanner, Scratch};

/// A validated match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleIdx,
    /// Where, in the text as given to the scanner.
    pub span: Span,
}

/// What stands beside a text.
#[derive(Clone, Copy, Default)]
pub struct Context<'a> {
    /// Key, attribute, parameter or header name, label, column header: as found, joined by blanks.
    pub words: &'a str,
}
