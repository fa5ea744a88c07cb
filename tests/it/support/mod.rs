//! A real listener, a real client, and upstreams that remember what they were sent.

pub(crate) mod client;
pub(crate) mod harness;
pub(crate) mod upstream;
