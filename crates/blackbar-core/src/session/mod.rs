//! Element context: what must be known about a node besides its own text.
//!
//! A mutation says "node 812 now reads …". Only an earlier snapshot says that 812 is a password
//! field, is inside `.ph-no-capture`, or has the label "Date of birth". A [`window::Window`] keeps
//! that for one (project, session, window), as verdicts and not as texts.
//!
//! - **Edit.** `editor::WindowEditor` applies snapshots and mutations to a window.
//! - **Read.** `window::WindowReader` answers what holds for a node, and which text nodes a reader
//!   sees as one text.
//! - **Keep.** `store` keeps windows between requests, within a bound.
//!
//! Does not redact and does not parse events. **Invariant:** what is not known for certain is
//! unknown, and unknown is treated strictly; no peer can make a window larger than its limits.
//!
//! **Cost.** 20 bytes per node, in pages of 64; with facts, labels and controls 21 to 29 bytes per
//! node on recorded pages of 500 to 7,700 nodes (the largest: 176 KB for the window). An event costs
//! what it touches. A question about a node looks at its ancestors and at a bounded number of others.
//!
//! The modules are declared in the order in which they may use each other: each uses only those
//! above it.

pub(crate) mod ids;

pub(crate) mod limits;

pub(crate) mod treatment;

pub(crate) mod element_kind;

mod kind_codes;

mod bytes;

mod html_id;

pub(crate) mod label_rules;

mod label_text;

mod autofill;

mod form_control;

mod attribute;

mod css_dialect;

mod selector_facts;

pub(crate) mod selector;

pub(crate) mod window_policy;

mod node;

mod table;

pub(crate) mod selector_matching;

pub(crate) mod recent_texts;

pub(crate) mod window;

mod wire;

mod nearby_labels;

pub(crate) mod node_context;

mod text_runs;

mod node_json;

pub(crate) mod editor;

mod label_update;

mod treatment_update;

mod attribute_update;

mod subtree_insertion;

mod mutation;

pub(crate) mod store;

pub use crate::session::store::{
    InMemoryWindows, TakenWindow, WindowKey, WindowLease, WindowStore, WindowStoreLimits,
};
pub use crate::session::window::Window;

#[cfg(test)]
mod model_tests;

#[cfg(test)]
mod test_support;
