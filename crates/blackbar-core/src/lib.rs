//! Redaction of session replay as a pure function: bytes, policy and context go in; bytes, findings
//! and new context come out.
//!
//! No sockets, files, clock, environment or randomness: the caller passes in what they would give.
//! The modules are declared in the order in which they may import each other; a module uses only
//! those above it, and `tests/it/layers.rs` of the workspace fails on an import that points the
//! other way.

mod text;

mod validate;

pub mod rules;

mod detect;

mod decode;

mod parse;

pub mod session;

mod redact;

pub mod pipeline;

/// The paths that PostHog's SDKs call.
pub mod endpoint {
    pub use crate::decode::endpoint::{Class, Endpoint, Host, NoEndpoint, classify};
}

/// What is masked, and what is let through.
pub mod policy {
    pub use crate::redact::client_ip::ClientIp;
    pub use crate::redact::policy::{
        BinaryParts, Choices, ImagePosture, Limits, Policy, Posture, Postures, Preset,
    };
    pub use crate::redact::suppress::{SuppressError, Suppression};
    pub use crate::session::selector::{SelectorError, Selectors};
    pub use crate::session::treatment::Treatment;
}

/// What was found.
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
    pub use crate::redact::remote_config::{Form, Hardening, Unreadable};
}

/// What a rule finds, and why it finds something or not.
pub mod inspect {
    pub use crate::detect::check::{CheckReport, check};
}

/// What benches, fuzz targets and tests of this workspace look into. No promise: anything here may
/// change or go in any version.
#[doc(hidden)]
pub mod internals {
    pub use crate::decode::codec::{Bound, Codecs, GZIP_MAGIC, Level};
    pub use crate::decode::endpoint::{ENDPOINTS, Wrapping};
    pub use crate::decode::lz64::decode as decode_lz64;
    pub use crate::decode::wrapping::{Unwrapped, Wrapped, unwrap};
    pub use crate::detect::{Finding, KeywordContext, LiteralsFound, Miss, ScanBuffers, Scanner, Why};
    pub use crate::parse::json::{JsonError, JsonKind, Tape, Truncated};
    pub use crate::parse::value::{Doc, DuplicateKey, Entries, Items, Value};
    pub use crate::redact::exceptions::{EXCEPTIONS, Exception, markdown};
    pub use crate::validate::{ALL as VALIDATORS, Validator, find as find_validator};
}
