//! The integration tests: one binary, one file a topic.

mod demo;
mod fixtures;
mod hostile;
mod needles;
mod rules;
mod support;
