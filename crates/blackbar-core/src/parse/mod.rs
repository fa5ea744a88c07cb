//! From JSON bytes to a span index over them: where each value stands, and what kind it is.
//!
//! Changes no byte and builds no tree of owned strings. Nothing is decided on the order of keys.

pub mod json;
pub mod value;
pub mod word;
