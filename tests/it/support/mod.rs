//! What the topics share: a real listener, a real client, upstreams that remember what they were
//! sent, and a reader of what was sent.

pub(crate) mod client;
pub(crate) mod decoded;
pub(crate) mod harness;
pub(crate) mod recorded;
pub(crate) mod redis;
pub(crate) mod served;
pub(crate) mod upstream;
