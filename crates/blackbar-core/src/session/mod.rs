//! Element context: what the text of a node cannot say about itself.
//!
//! A mutation says "node 812 now reads …"; only an earlier snapshot knows that 812 is a password
//! field, stands in `.ph-no-capture`, or has the label "Date of birth". A [`window::Window`] keeps
//! that for one (project, session, window), as verdicts and not as texts, and
//! [`store::Sessions`] keeps the windows within a bound.
//!
//! Does not redact and does not parse events. **Invariant:** what is not known for certain is
//! unknown, and unknown is treated strictly; no peer makes a window larger than its limits.
//!
//! **Cost.** 20 bytes a node, in pages of 64; with facts, labels and controls 21 to 29 bytes a node
//! on recorded pages of 500 to 7,700 nodes (the largest: 176 KB a window). An event costs what it
//! touches; a question about a node looks at its ancestors and at a bounded number of others.

pub mod selector;

pub mod knowledge;

pub mod window;

pub mod context;

mod runs;

pub mod tag;

pub mod table;

pub mod shown;

pub mod store;

mod autofill;
mod beside;
mod bytes;
mod code;
mod control;
mod dialect;
mod grow;
#[cfg(test)]
mod history;
mod html_id;
pub(crate) mod matching;
mod mutate;
mod reading;
#[cfg(test)]
mod support;
mod wire;
mod words;
