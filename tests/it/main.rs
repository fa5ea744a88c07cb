//! The integration tests: one binary, one file a topic.

mod dependencies;
mod fixtures;
mod hostile;
mod needles;
mod rules;
mod support;
