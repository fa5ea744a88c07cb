//! Node ids of a recording, and collections keyed by them.

use std::collections::HashMap;
use std::collections::HashSet;

use foldhash::fast::RandomState;

/// A set of node ids. A peer chooses the ids, so the hash is seeded per process.
pub(crate) type IdSet = HashSet<u32, RandomState>;

/// A map keyed by node id, with the same hash as [`IdSet`].
pub(crate) type IdMap<T> = HashMap<u32, T, RandomState>;

/// The id of an absent node in packed links.
pub(super) const NO_NODE: u32 = u32::MAX;
