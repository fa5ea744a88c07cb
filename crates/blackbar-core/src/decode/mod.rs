//! From the bytes on the wire to plain JSON, and back: wrappings, inflating, limits.
//!
//! Never guesses: what it cannot decode is refused, and so is what decodes past a limit. What is
//! forwarded is encoded anew from what was decoded, so the backend cannot read another text than
//! the one that was looked at.

pub mod endpoint;
pub mod wrapping;

pub mod form;

pub mod codec;

pub mod lz64;

pub mod multipart;

pub mod protobuf;
