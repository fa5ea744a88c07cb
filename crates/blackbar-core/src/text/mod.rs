//! Text as a reader sees it: spans, edits, and decoded views that map back to the raw bytes.
//!
//! Does not know rules or snapshots.
//!
//! **Invariant:** every edit of a view can be carried back to the bytes that the view was decoded
//! from.
//!
//! The modules are declared in the order in which they may use each other.

pub(crate) mod span;

pub(crate) mod edit;

pub(crate) mod lookup;

pub(crate) mod fold;

pub(crate) mod view;

pub(crate) mod json_str;
