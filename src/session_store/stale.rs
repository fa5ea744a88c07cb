//! Windows whose copy on the server is stale, because the server did not answer a request for them.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use blackbar_core::session::WindowKey;
use redis::RedisResult;

use crate::session_store::connection::StoreConnection;

/// The number of keys kept. Beyond it, all windows on the server are deleted.
const MAX_STALE_KEYS: usize = 10_000;

/// The keys of windows that are stale on the server.
#[derive(Default)]
pub(crate) struct StaleKeys(Mutex<BTreeSet<WindowKey>>);

impl StaleKeys {
    pub(crate) fn add(&self, key: WindowKey) {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if keys.len() < MAX_STALE_KEYS {
            keys.insert(key);
        }
    }

    /// Deletes them on the server.
    pub(crate) fn delete_on_server(&self, connection: &mut StoreConnection) -> RedisResult<()> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if keys.is_empty() {
            return Ok(());
        }
        if keys.len() < MAX_STALE_KEYS {
            connection.delete_all(keys.iter().copied())?;
        } else {
            connection.delete_everything()?;
        }
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *left = left.difference(&keys).copied().collect();
        Ok(())
    }
}
