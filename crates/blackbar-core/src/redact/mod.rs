//! From a span index, a policy and the session's context to edits and findings.
//!
//! Two owners: `text` redacts a text and all that it decodes to; `recording` walks envelopes, events
//! and nodes, and hands each text on. `recording` uses `text`, never the other way round.
//!
//! **Invariant:** no text passes unseen. The grammars only make the treatment finer; values that they do
//! not name are walked as JSON with every rule. Nothing depends on the order of keys.

pub(crate) mod client_ip;
pub(crate) mod exceptions;
pub(crate) mod policy;
pub(crate) mod remote_config;
pub(crate) mod report;
pub(crate) mod sdk;
pub(crate) mod suppress;
pub(crate) mod surface;

pub(crate) mod text;

pub(crate) mod recording;
