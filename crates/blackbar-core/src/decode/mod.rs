//! From the bytes on the wire to plain JSON, and back: endpoints, wrappings, codecs, limits.
//!
//! Knows nothing of what JSON means. Never guesses: a body that it cannot decode is refused, as is one
//! that decodes past a limit. **Invariant:** forwarded bodies are encoded again from the decoded text,
//! so the backend cannot read another text than the one that was redacted.

pub mod endpoint;
pub mod wrapping;

pub mod form;

pub mod codec;

pub mod lz64;

pub mod multipart;

pub mod protobuf;
