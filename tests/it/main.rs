//! The integration tests: one binary, one file a topic.

mod audit;
mod cli;
mod config;
mod dependencies;
mod fixtures;
mod hostile;
mod layers;
mod needles;
mod proxy;
mod rules;
mod support;
