//! Element context on a Redis or Valkey server, so that any replica can take any request.
//!
//! Taking a window replaces it by a lease, and it can be put back only while that lease exists. If
//! two requests use one window at once, the second finds the lease, deletes it, and continues without
//! context. So the first cannot put back a window that lacks the changes of the second. A lost reply
//! leaves a lease, never an old window.
//!
//! Each request waits for the server once, to take the window. It does not wait for the response to
//! putting it back; the next command on the connection reads that. The server holds verdicts and
//! short labels under keyed hashes, see [`Window::to_bytes`]. They are not encrypted.
//!
//! **Invariant:** after any failure the window counts as unknown and is treated strictly. No request
//! fails. The first request to find the server unavailable waits for one timeout, or one per step of
//! connecting; later ones do not wait.

mod connection;
mod stale;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use blackbar_core::session::{TakenWindow, Window, WindowKey, WindowLease, WindowStore};
use redis::{ConnectionInfo, RedisResult};

use crate::session_store::connection::{ConnectionPool, StoreConnection};
use crate::session_store::stale::StaleKeys;
use crate::telemetry::metrics::Metrics;

/// How long to wait before the one retry for a window that another request holds.
const RETRY_PAUSE: Duration = Duration::from_millis(2);

/// The first byte of an entry that is a window.
const WINDOW_TAG: u8 = b'W';

/// Timeouts of the server.
#[derive(Clone, Copy, Debug)]
pub struct StoreSettings {
    /// How long one response may take.
    pub timeout: Duration,
    /// How long it keeps an unused window.
    pub idle: Duration,
}

/// A session store on a server.
pub struct SharedSessions {
    pool: ConnectionPool,
    stale: StaleKeys,
    /// Distinguishes the leases of this store from those of other replicas.
    instance: u64,
    next_ticket: AtomicU64,
    idle_ms: u64,
    metrics: Arc<Metrics>,
}

impl SharedSessions {
    /// Prepares the store. It connects on first use.
    pub fn new(server: ConnectionInfo, settings: StoreSettings, metrics: Arc<Metrics>) -> Self {
        Self {
            pool: ConnectionPool::new(server, settings.timeout),
            stale: StaleKeys::default(),
            instance: RandomState::new().hash_one(std::process::id()),
            next_ticket: AtomicU64::new(0),
            idle_ms: settings.idle.as_millis().try_into().unwrap_or(u64::MAX).clamp(1, 1 << 40),
            metrics,
        }
    }

    /// Runs `command` on a connection; `None` if the server does not answer.
    ///
    /// Windows that are stale on the server are deleted there first.
    fn run<T>(&self, command: impl FnOnce(&mut StoreConnection) -> RedisResult<T>) -> Option<T> {
        let value = self.pool.checkout().and_then(|mut connection| {
            let deleted = self.stale.delete_on_server(&mut connection);
            let result = deleted.and_then(|()| command(&mut connection));
            self.pool.give_back(connection, result)
        });
        if value.is_none() {
            self.metrics.session_store_errors.inc();
        }
        value
    }

    fn token(&self, ticket: u64) -> [u8; 16] {
        let mut token = [0; 16];
        let parts = self.instance.to_le_bytes().into_iter().chain(ticket.to_le_bytes());
        token.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        token
    }
}

impl WindowStore for SharedSessions {
    fn take(&self, key: WindowKey, _now_ms: u64) -> TakenWindow {
        let ticket = self.next_ticket.fetch_add(1, Ordering::Relaxed);
        let token = self.token(ticket);
        for wait in [RETRY_PAUSE, Duration::ZERO] {
            let Some(held) = self.run(|connection| connection.take(key, &token, self.idle_ms)) else { break };
            let lease = WindowLease::new(key, ticket);
            match held.as_deref().map(<[u8]>::split_first) {
                None => return TakenWindow::Unknown(lease),
                Some(Some((&WINDOW_TAG, bytes))) => {
                    return match Window::from_bytes(bytes) {
                        Some(window) => TakenWindow::Known(window, lease),
                        None => TakenWindow::Unknown(lease),
                    };
                }
                Some(_) => std::thread::sleep(wait),
            }
        }
        TakenWindow::Busy
    }

    fn put(&self, lease: WindowLease, window: Window, _now_ms: u64) {
        let token = self.token(lease.ticket());
        let mut entry = vec![WINDOW_TAG];
        entry.extend(window.to_bytes());
        if self.run(|connection| connection.put(lease.key(), &token, &entry, self.idle_ms)).is_none() {
            self.stale.add(lease.key());
        }
    }

    fn abandon(&self, lease: WindowLease) {
        let token = self.token(lease.ticket());
        if self.run(|connection| connection.abandon(lease.key(), &token)).is_none() {
            self.stale.add(lease.key());
        }
    }

    fn forget(&self, key: WindowKey) {
        if self.run(|connection| connection.delete(key)).is_none() {
            self.stale.add(key);
        }
    }
}
