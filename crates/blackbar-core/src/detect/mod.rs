//! Scanner: prefilter, pattern matching, validation, overlap resolution.
//!
//! Takes a text and its context, gives findings. Knows nothing of snapshots or JSON: the caller decides
//! what a text is and what its context is. `docs/how-scanning-works.md` follows one text through it.
//!
//! **Invariant:** findings are sorted, do not overlap, lie on character boundaries, and together
//! cover every byte that any rule found.

mod finding;

mod boundary;

mod cluster;

mod runs;

mod hex_groups;

mod word_state;

mod automaton;

mod literals;

mod prefilter;

mod overlap;

mod miss;

mod run;

mod schedule;

pub(crate) mod scanner;

mod explain;

#[cfg(test)]
mod agreement;

#[cfg(test)]
mod page_example;

pub(crate) mod check;

pub use crate::detect::finding::{Finding, KeywordContext};
pub use crate::detect::miss::{LiteralsFound, Miss, Why};
pub use crate::detect::scanner::{ScanBuffers, Scanner};
