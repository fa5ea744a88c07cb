//! The integration tests: one binary, one file per topic.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a panic is how a test fails"
)]
#![allow(unreachable_pub, reason = "nothing is exported from a test")]

mod audit;
mod canary;
mod cases;
mod cli;
mod config;
mod connections;
mod corpus;
mod demo;
mod dependencies;
mod doc_links;
mod docs;
mod endpoints;
mod exceptions;
mod explain;
mod fixtures;
mod grown;
mod hostile;
mod house;
mod identifiers;
mod layers;
mod mobile;
mod needles;
mod negative;
mod peers;
mod proxy;
mod public_api;
mod replicas;
mod rules;
mod sdk;
mod support;
mod suppress;
mod typed;
mod uploads;
mod validity;
