//! The error of a config that cannot be hardened, so that the caller withholds it.

/// The config was not found, or is not written as it always was. Holds nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the config cannot be read")]
pub(crate) struct Unreadable;
