//! From a span index, a policy and the session's context to edits and findings.
//!
//! Lets no text through that it did not look at: the grammars only make the treatment finer, and
//! what they do not name is walked as JSON with every rule. Nothing is decided on the order of keys.

pub mod client_ip;
pub mod exceptions;
pub mod policy;
pub mod remote_config;
pub mod report;
pub mod sdk;
pub mod suppress;
pub mod surface;

pub mod recording;
pub mod text;
