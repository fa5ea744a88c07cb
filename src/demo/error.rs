//! Why the demo cannot start or go on.

use std::path::PathBuf;

use crate::app::StartError;
use crate::config::problem::ConfigProblems;

/// Why the demo cannot start or go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DemoError {
    /// The operating system refused something.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The directory has files in it.
    #[error("{} is not empty; name a new directory in --dir", .0.display())]
    NotEmpty(PathBuf),
    /// The directory of the SDK does not hold the SDK.
    #[error("no array.js in {}; name the dist folder of posthog-js in --sdk", .0.display())]
    NoSdk(PathBuf),
    /// The demo's own configuration has problems.
    #[error("{0}")]
    Config(#[source] ConfigProblems),
    /// The proxy does not start.
    #[error("{0}")]
    Start(#[source] StartError),
    /// The sample in the program is damaged.
    #[error("the bundled sample cannot be read: {0}")]
    Sample(#[source] serde_json::Error),
    /// The proxy does not reply.
    #[error("the proxy did not reply")]
    Unreachable,
    /// The audit of the demo itself does not verify.
    #[error("the audit chain is broken")]
    BrokenAudit,
}
