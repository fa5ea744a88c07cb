//! Blackbar: a privacy and redaction proxy for session replay.
//!
//! The modules are declared in the order in which they may import each other: a module uses only
//! those above it. `tests/it/layers.rs` fails on an import that points the other way.
//!
//! What is redacted is decided in the crate `blackbar-core`, which has no I/O. This crate has the
//! sockets, files, clock and threads around it.

pub mod config;

pub mod telemetry;

pub mod session_store;

pub mod audit;

pub mod route;

pub mod forward;

pub mod exchange;

pub mod listen;

pub mod app;

pub mod demo;

pub mod cli;
