//! The integration tests: one binary, one file a topic.

mod rules;
