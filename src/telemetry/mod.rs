//! Metrics, logs, and the listener that shows them to operators.
//!
//! Labels come from closed or bounded sets and from names in the configuration; neither a metric nor a log
//! line ever holds a path, a query, a header's value or a byte of a payload.

pub mod admin;
pub mod logs;
pub mod metrics;
pub mod panics;
mod sdks;
