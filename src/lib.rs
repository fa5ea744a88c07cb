//! Blackbar: a privacy and redaction proxy for session replay.
//!
//! The modules stand in the order in which they may import each other: a module uses only
//! those above it. `tests/it/layers.rs` fails on an import that points the other way.
//!
//! Left of the purity line (everything up to [`pipeline`]) there are no sockets, files, clock or
//! environment: bytes, policy and context go in; bytes, findings and new context come out.
//! Building without the `proxy` feature drops everything right of the line, and proves it.

pub mod text;

pub mod rules;

pub mod detect;

pub mod decode;

pub mod parse;

pub mod session;

pub mod redact;

pub mod pipeline;

#[cfg(feature = "proxy")]
pub mod config;

#[cfg(feature = "proxy")]
pub mod telemetry;

#[cfg(feature = "proxy")]
pub mod session_store;

#[cfg(feature = "proxy")]
pub mod audit;

#[cfg(feature = "proxy")]
pub mod route;

#[cfg(feature = "proxy")]
pub mod forward;

#[cfg(feature = "proxy")]
pub mod exchange;

#[cfg(feature = "proxy")]
pub mod listen;

#[cfg(feature = "proxy")]
pub mod app;

#[cfg(feature = "proxy")]
pub mod cli;
