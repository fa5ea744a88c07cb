//! From the bytes on the wire to plain JSON, and back: wrappings, inflating, limits.
//!
//! Never guesses: what it cannot decode is refused, and so is what decodes past a limit.

pub mod endpoint;
