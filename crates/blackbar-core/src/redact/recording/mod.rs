//! Redacts a *recording*: envelope, events, nodes, values, wireframes, packed fields, windows.
//!
//! Uses `redact::text` for each text in it. Nothing here decides what is personal in a text; it
//! decides which text is a URL, a value, a caption, and which element it belongs to.

pub(crate) mod windows;

pub(crate) mod redactor;

pub(crate) mod envelope;

pub(crate) mod api_call;

mod property;

mod person;

mod events;

mod mutation;

mod plugin;

mod wireframe;

mod dom;

mod attribute;

mod attribute_table;

mod layout_vocabulary;

mod node;

mod element;

mod look_ahead;

mod prefixes;

mod beginnings;

mod crossing;

mod packed;

mod fields;
