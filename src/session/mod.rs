//! Element context: what the text of a node cannot say about itself.
//!
//! A mutation says "node 812 now reads …"; only an earlier snapshot knows that 812 is a password
//! field, stands in `.ph-no-capture`, or has the label "Date of birth". A [`window::Window`] keeps
//! that for one (project, session, window), as verdicts and not as texts, and
//! [`store::Sessions`] keeps the windows within a bound.
//!
//! Does not redact and does not parse events. **Invariant:** what is not known for certain is
//! unknown, and unknown is treated strictly; no peer makes a window larger than its limits.

pub mod selector;

pub mod knowledge;

pub mod window;

pub mod context;

mod runs;

pub mod tag;

pub mod table;

pub mod store;

mod autofill;
mod beside;
mod control;
mod dialect;
mod grow;
#[cfg(test)]
mod history;
mod html_id;
mod matching;
mod mutate;
mod reading;
#[cfg(test)]
mod support;
mod words;
