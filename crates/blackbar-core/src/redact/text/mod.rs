//! Redacts a *text*: rules, suppressions, encodings, and what a finding becomes.
//!
//! Knows nothing of recordings; `redact::recording` uses it and never the other way round.
//!
//! From the owner to the recursion, each file uses only those above it: `redactor` (the owner),
//! `suppressed` (a field and its suppressions), `rules` (a text as it is written), `dispatch` (all
//! that it decodes to), `json_values` (a value of a document).

pub(crate) mod notes;

pub(crate) mod redactor;

mod suppressed;

mod rules;

pub(crate) mod dispatch;

mod json_values;

pub(crate) mod context;

pub(crate) mod json_walk;

pub(crate) mod mask;

pub(crate) mod memo;

pub(crate) mod reason;

pub(crate) mod string_kind;

pub(crate) mod workspace;

mod css;

mod css_tokens;

mod encodings;

mod field;

mod font;

pub(crate) mod geometry;

mod inflate;

mod key_cache;

mod markup;

mod name_value_pairs;

mod png;

mod url;
