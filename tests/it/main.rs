//! The integration tests: one binary, one file a topic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that does not find what it expects has failed"
)]
#![allow(unreachable_pub, reason = "nothing is exported from a test")]

#[cfg(feature = "proxy")]
mod corpus;
mod dependencies;
mod fixtures;
mod hostile;
mod needles;
mod rules;
mod support;
