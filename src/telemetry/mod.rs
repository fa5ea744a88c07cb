//! Metrics, logs, and the admin listener for operators.
//!
//! **Invariant:** no metric and no log line holds a path, a query, a header value or payload text.
//! Labels come from closed or bounded sets and from names in the configuration.

pub mod admin;
pub mod logs;
pub mod metrics;
pub mod panics;
pub(crate) mod refusals;
mod sdks;
