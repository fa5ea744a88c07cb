//! From a span index, a policy and the session's context to edits and findings.
//!
//! Lets no text through that it did not look at: the grammars only make the treatment finer, and
//! what they do not name is walked as JSON with every rule. Nothing is decided on the order of keys.

pub mod client_ip;
pub mod exceptions;
pub mod notes;
pub mod policy;
pub mod remote_config;
pub mod report;
pub mod sdk;
pub mod suppress;
pub mod surface;

pub(crate) mod envelope;

pub(crate) mod person;

pub(crate) mod call;

pub(crate) mod snapshot;

pub(crate) mod dom;

pub(crate) mod element;

pub mod page;

pub(crate) mod typing;

pub(crate) mod attribute;

pub(crate) mod wireframe;

pub(crate) mod packed;

pub(crate) mod json;

pub(crate) mod labels;

pub(crate) mod redactor;

pub(crate) mod field;

pub(crate) mod keys;

pub(crate) mod memo;

pub(crate) mod text;

pub(crate) mod url;

pub(crate) mod markup;

pub(crate) mod css;

pub(crate) mod image;

pub(crate) mod png;

pub(crate) mod mask;

pub(crate) mod tag;
