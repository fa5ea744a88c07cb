//! Texts as a reader sees them: spans, edits, and decoded views that map back to the raw bytes.
//!
//! Does not know what a rule or a snapshot is. Every view keeps the invariant that an edit made
//! in it can be carried back to the bytes it was decoded from.

pub mod edit;
pub mod fold;
pub mod json_str;
pub(crate) mod lookup;
pub mod span;
pub mod view;
