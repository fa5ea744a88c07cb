//! The audit: one durable record per exchange, linked in a hash chain.
//!
//! **No forwarding without a record.** Before a body is forwarded, its *intent* is made durable in
//! a journal. After the upstream has replied, and before the reply is relayed to the client, the
//! *record* is made durable in the chain, and the intent is void. A crash in between leaves the
//! intent, and the next start turns it into a record with the outcome `interrupted`: over-reported,
//! never lost. If neither can be written, requests are rejected and nothing is forwarded.
//!
//! The chain is a sequence of JSON lines in numbered segments. Each line ends with the hash of the
//! previous line and its own hash, which covers every byte before it. Verification therefore detects
//! a changed, removed or reordered line. The file `head.json` names the newest hash, so it detects
//! lines removed from the end, too. The chain has no key: anyone who can write the directory can
//! forge a whole new chain. That is why the newest hash is also logged, to be stored elsewhere.
//!
//! The configuration (rules, postures, limits, regions, routes) is described in a file next to the
//! segments, one file per state. The record of the start or reload has the hash of that file.
//!
//! A record never holds a value, a raw URL or a key of a payload. Its texts come from closed sets,
//! from the configuration, or from a hash.
//!
//! In the order of calls: `writer` is what exchanges call; it owns `chain_store`, which appends to the
//! segments and to the `journal`; `recovery` repairs a directory at a start; `verify` and `report`
//! read it offline.

pub mod chain;
mod chain_store;
mod files;
mod inbox;
mod journal;
pub mod record;
mod recovery;
pub mod report;
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
    /// Another process has the directory.
    #[error(
        "the audit directory {dir} is in use by another process; stop that process, or give this one a \
         directory of its own in [audit] dir"
    )]
    Locked {
        /// The directory.
        dir: String,
    },
    /// The chain in the directory is broken.
    #[error(
        "the audit chain in {dir} is broken: {what}; run `blackbar audit verify --dir {dir}`, keep the \
         directory as evidence, and set [audit] dir to an empty one"
    )]
    Broken {
        /// The directory.
        dir: String,
        /// What is wrong.
        what: String,
    },
}

/// The audit cannot be written at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the audit record cannot be written")]
pub struct Unavailable;
