//! The integration tests: one binary, one file a topic.

#[cfg(feature = "proxy")]
mod audit;
#[cfg(feature = "proxy")]
mod cli;
#[cfg(feature = "proxy")]
mod config;
#[cfg(feature = "proxy")]
mod demo;
mod dependencies;
#[cfg(feature = "proxy")]
mod fixtures;
#[cfg(feature = "proxy")]
mod hostile;
mod layers;
#[cfg(feature = "proxy")]
mod needles;
#[cfg(feature = "proxy")]
mod proxy;
mod rules;
mod support;
