//! Redaction of session replay as a pure function: bytes, policy and context go in; bytes, findings
//! and new context come out.
//!
//! No sockets, files, clock, environment or randomness: the caller passes in what they would give.
//! The modules are declared in the order in which they may import each other; a module uses only
//! those above it, and `tests/it/layers.rs` of the workspace fails on an import that points the
//! other way.

pub mod text;

pub mod validate;

pub mod rules;

pub mod detect;

pub mod decode;

pub mod parse;

pub mod session;

pub mod redact;

pub mod pipeline;
