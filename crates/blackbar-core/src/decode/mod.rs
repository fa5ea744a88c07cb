//! From the bytes on the wire to plain JSON, and back: endpoints, wrappings, codecs, limits.
//!
//! Knows nothing of what JSON means. Never guesses: a body that it cannot decode is refused, as is one
//! that decodes past a limit. **Invariant:** forwarded bodies are encoded again from the decoded text,
//! so the backend cannot read another text than the one that was redacted.

pub(crate) mod endpoint;
pub(crate) mod wrapping;

pub(crate) mod form;

pub(crate) mod codec;

pub(crate) mod lz64;

pub(crate) mod multipart;

pub(crate) mod protobuf;
