//! Redaction of session replay as a pure function: bytes, policy and context go in; bytes, findings
//! and new context come out.
//!
//! [`pipeline::run`] takes one request of PostHog's SDKs, unwraps it, masks personal data in its JSON,
//! and wraps it again. [`pipeline::document::redact`] does the same with a file. A refused request leaves
//! nothing to forward.
//!
//! The library has no sockets, files, clock, environment, randomness or threads: the caller passes in
//! what they would give. It does not route, authenticate or log, and it does not decide what a proxy
//! answers: a [`Refusal`](pipeline::Refusal) has a code and a status for that.
//!
//! # Example
//!
//! ```
//! use blackbar_core::endpoint::classify;
//! use blackbar_core::pipeline::{self, Memory, Request, Workspace};
//! use blackbar_core::policy::{Limits, Policy, Preset};
//! use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
//! use blackbar_core::session::InMemoryWindows;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // Once, at the start: rules, and what is done with what they find.
//! let rules = RuleSet::build(builtin_packs(), &[], &Selection::all())?;
//! let policy = Policy::new(rules, Preset::Balanced.postures(), &[], Limits::default(), [1; 32])?;
//! let windows = InMemoryWindows::default();
//!
//! // Once per worker thread: buffers and caches.
//! let mut workspace = Workspace::default();
//!
//! // For each request.
//! let request = Request {
//!     endpoint: classify("POST", "/i/v0/e/")?,
//!     path: "/i/v0/e/",
//!     query: "",
//!     content_type: Some("application/json"),
//!     content_encoding: None,
//!     bearer: None,
//!     headers: &[],
//!     body: br#"{"api_key":"phc_1","event":"typed","properties":{"text":"mail ann@example.com"}}"#,
//! };
//! let memory = Memory { store: &windows, now_ms: 0 };
//! let redacted = pipeline::run(&request, &policy, memory, &mut workspace)?;
//!
//! // Bodies leave as gzip.
//! let sent = Request { body: &redacted.body, ..request };
//! let text = sent.decoded_body(&policy.limits)?;
//! assert_eq!(
//!     text,
//!     r#"{"api_key":"phc_1","event":"typed","properties":{"text":"mail ***************"}}"#
//! );
//! assert_eq!(redacted.report.n_findings(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`pipeline`]: one request or one document, redacted.
//! - [`endpoint`]: which paths there are, and what is sent to each.
//! - [`policy`]: what is masked, dropped or let through, and the limits of input.
//! - [`rules`]: rule packs in TOML, checked and compiled. [`inspect`] tests packs with their own examples.
//! - [`session`]: what is remembered of a page between requests, so that a later change of it is masked
//!   like its first state. [`InMemoryWindows`](session::InMemoryWindows) keeps it in this process; another
//!   [`WindowStore`](session::WindowStore) can share it between processes.
//! - [`report`]: what was found.
//! - [`remote_config`]: stricter masking in the configuration that SDKs receive.
//!
//! # For those who work on it
//!
//! The modules are declared in the order in which they may import each other; a module uses only those
//! above it, and `tests/it/layers.rs` of the workspace fails on an import that points the other way.
//! `tests/data/public-api.txt` lists the public items; `tests/it/public_api.rs` compares.

mod text;

mod validate;

pub mod rules;

mod detect;

mod decode;

mod parse;

pub mod session;

mod redact;

pub mod pipeline;

/// The paths that PostHog's SDKs call, and what is sent to each.
pub mod endpoint {
    pub use crate::decode::endpoint::{Class, Endpoint, Host, NoEndpoint, classify};
}

/// The policy: rules, postures, selectors, limits and suppressions.
pub mod policy {
    pub use crate::redact::client_ip::ClientIp;
    pub use crate::redact::policy::{
        BinaryParts, Choices, ImagePosture, Limits, Policy, Posture, Postures, Preset,
    };
    pub use crate::redact::suppress::{SuppressError, Suppression};
    pub use crate::session::selector::{SelectorError, Selectors};
    pub use crate::session::treatment::Treatment;
}

/// What was found, in counts and, on request, in notes on each finding.
pub mod report {
    pub use crate::redact::report::{Cause, Report};
    pub use crate::redact::sdk::Sdk;
    pub use crate::redact::surface::Surface;
    pub use crate::redact::text::notes::{Note, Outcome};
    pub use crate::text::span::Span;
}

/// Stricter masking in the configuration that PostHog sends to its SDKs.
pub mod remote_config {
    pub use crate::pipeline::answer::{Answered, Hardened};
    pub use crate::redact::remote_config::{Form, Hardening};
}

/// Runs packs against their own examples.
pub mod inspect {
    pub use crate::detect::check::{CheckReport, check};
}

/// What benches, fuzz targets, tests and `blackbar rules explain` of this workspace look into.
///
/// No promise: anything here may change or disappear in any version.
#[doc(hidden)]
pub mod internals {
    pub use crate::decode::codec::{Bound, CodecError, Codecs, GZIP_MAGIC, Level};
    pub use crate::decode::endpoint::{ENDPOINTS, Wrapping};
    pub use crate::decode::lz64::decode as decode_lz64;
    pub use crate::decode::multipart::MultipartError;
    pub use crate::decode::wrapping::{DecodeError, Unwrapped, Wrapped, unwrap};
    pub use crate::detect::{Finding, KeywordContext, LiteralsFound, Miss, ScanBuffers, Scanner, Why};
    pub use crate::parse::json::{JsonError, JsonKind, Tape, Truncated};
    pub use crate::parse::value::{Doc, DuplicateKey, Entries, Items, Value};
    pub use crate::redact::exceptions::{EXCEPTIONS, Exception, markdown};
    pub use crate::validate::{ALL as VALIDATORS, Validator, find as find_validator};
}
