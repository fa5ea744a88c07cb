//! The integration tests: one binary, one file a topic.

mod layers;
mod rules;

#[cfg(feature = "proxy")]
mod audit;
#[cfg(feature = "proxy")]
mod config;
#[cfg(feature = "proxy")]
mod proxy;
#[cfg(feature = "proxy")]
mod support;
