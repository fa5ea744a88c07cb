//! The integration tests: one binary, one file a topic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed, and says where"
)]
#![allow(unreachable_pub, reason = "nothing is exported from a test")]

#[cfg(feature = "proxy")]
mod audit;
#[cfg(feature = "proxy")]
mod canary;
#[cfg(feature = "proxy")]
mod cli;
#[cfg(feature = "proxy")]
mod config;
#[cfg(feature = "proxy")]
mod corpus;
#[cfg(feature = "proxy")]
mod demo;
mod dependencies;
#[cfg(feature = "proxy")]
mod endpoints;
#[cfg(feature = "proxy")]
mod exceptions;
#[cfg(feature = "proxy")]
mod explain;
#[cfg(feature = "proxy")]
mod fixtures;
#[cfg(feature = "proxy")]
mod grown;
#[cfg(feature = "proxy")]
mod hostile;
mod layers;
#[cfg(feature = "proxy")]
mod mobile;
#[cfg(feature = "proxy")]
mod needles;
#[cfg(feature = "proxy")]
mod peers;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(feature = "proxy")]
mod replicas;
mod rules;
#[cfg(feature = "proxy")]
mod sdk;
mod support;
#[cfg(feature = "proxy")]
mod suppress;
#[cfg(feature = "proxy")]
mod typed;
#[cfg(feature = "proxy")]
mod uploads;
#[cfg(feature = "proxy")]
mod validity;
