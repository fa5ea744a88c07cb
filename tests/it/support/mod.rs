//! Shared by the topics: a real listener, a real client, recording upstreams, and a decoder of
//! everything that was sent.

pub(crate) mod client;
pub(crate) mod decoded;
pub(crate) mod harness;
pub(crate) mod recorded;
pub(crate) mod redis;
pub(crate) mod served;
pub(crate) mod sources;
pub(crate) mod upstream;
