//! From a span index, a policy and the session's context to edits and findings.
//!
//! Lets no text through that it did not look at.

pub mod policy;
pub mod report;
pub mod surface;
