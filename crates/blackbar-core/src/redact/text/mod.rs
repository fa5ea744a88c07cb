//! What judges a text: rules, encodings, and what a finding becomes.

pub(crate) mod css;
pub(crate) mod field;
pub(crate) mod image;
pub(crate) mod json;
pub(crate) mod keys;
pub(crate) mod labels;
pub(crate) mod markup;
pub(crate) mod mask;
pub(crate) mod memo;
pub mod notes;
pub(crate) mod png;
pub(crate) mod redactor;
pub(crate) mod tag;
pub(crate) mod text;
pub(crate) mod url;
