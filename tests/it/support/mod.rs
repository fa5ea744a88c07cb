//! What the topics share: a real listener, a real client, upstreams that remember what they were
//! sent, and a reader of what was sent.

#[cfg(feature = "proxy")]
pub(crate) mod client;
pub(crate) mod decoded;
#[cfg(feature = "proxy")]
pub(crate) mod harness;
#[cfg(feature = "proxy")]
pub(crate) mod recorded;
#[cfg(feature = "proxy")]
pub(crate) mod redis;
#[cfg(feature = "proxy")]
pub(crate) mod served;
#[cfg(feature = "proxy")]
pub(crate) mod upstream;
