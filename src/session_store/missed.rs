//! Windows that requests went on without while the server did not answer.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use blackbar_core::session::store::WindowKey;
use redis::RedisResult;

use crate::session_store::link::Link;

/// Names kept; beyond that, all windows on the server are forgotten.
const MAX_KEYS: usize = 10_000;

/// Names of windows that are out of date on the server.
#[derive(Default)]
pub(crate) struct Missed(Mutex<BTreeSet<WindowKey>>);

impl Missed {
    pub(crate) fn add(&self, key: WindowKey) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() < MAX_KEYS {
            keys.insert(key);
        }
    }

    /// Has the server forget them.
    pub(crate) fn make_up(&self, link: &mut Link) -> RedisResult<()> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if keys.is_empty() {
            return Ok(());
        }
        if keys.len() < MAX_KEYS {
            link.forget_all(keys.iter().copied())?;
        } else {
            link.forget_everything()?;
        }
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.difference(&keys).copied().collect();
        Ok(())
    }
}
