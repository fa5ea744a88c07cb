//! The audit: one durable, chained record an exchange.
//!
//! **No forwarding without a record.** Before a body is forwarded, its *intent* is made durable in
//! a journal; after the upstream has answered and before the client is told, the *record* is made
//! durable in the chain and the intent is void. A crash in between leaves the intent, and the next
//! start turns it into a record with the outcome `interrupted`: over-told, never untold. When
//! neither can be written, requests are refused and nothing is forwarded.
//!
//! The chain is a sequence of JSON lines in numbered segments. Each line ends with the hash of the
//! line before and its own, which covers every byte before it, so a changed, removed or reordered
//! line is seen by whoever recomputes it. A file beside the segments names the newest hash, so a
//! cut tail is seen too. The chain has no key: who can write the directory can forge all of it
//! anew, which is why the newest hash is also logged, to be kept elsewhere.
//!
//! What was in force (rules, postures, limits, regions, routes) is kept beside the segments, one file
//! a state, and its hash stands in the record of the start or the change.
//!
//! A record never holds a value, a raw URL or a key of a payload. Its texts come from closed sets,
//! from the configuration, or from a hash.

pub mod chain;
pub mod entry;
mod files;
mod inbox;
mod journal;
pub mod report;
mod store;
mod tail;
pub mod verify;
pub mod writer;

/// Why the audit cannot be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The directory or a file in it cannot be used.
    #[error("cannot use the audit directory {dir}: {what}")]
    Io {
        /// The directory.
        dir: String,
        /// What was tried.
        what: &'static str,
        /// Why it failed.
        source: std::io::Error,
    },
    /// Another process writes there.
    #[error(
        "another process writes into the audit directory {dir}; one process owns a directory: stop the \
         other one, or give this instance a directory of its own in [audit] dir"
    )]
    Locked {
        /// The directory.
        dir: String,
    },
    /// The chain there is not whole.
    #[error(
        "the audit chain in {dir} is not whole: {what}; run `blackbar audit verify --dir {dir}`, keep the \
         directory as evidence, and name an empty one in [audit] dir"
    )]
    Broken {
        /// The directory.
        dir: String,
        /// What is wrong.
        what: String,
    },
}

/// The audit cannot be written at present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit record cannot be written")]
pub struct Unavailable;
