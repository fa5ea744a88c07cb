//! Element context on a Redis or Valkey that replicas share, so that any of them takes any request.
//!
//! Taking a window puts a lease in its place; putting it back is refused once that lease is gone.
//! Two requests of one window at once: the second finds the lease, ends it, and goes on without
//! context; so the first cannot put back a window that missed what the second brought. A reply
//! that gets lost leaves a lease, never an old window.
//!
//! The server is asked once a request and told once, the answer to which is read with the next
//! question. What it holds are verdicts and short labels under keyed hashes, see
//! [`Window::to_bytes`]; they are not encrypted.
//!
//! **Invariant:** whatever goes wrong, the window is unknown, and so treated strictly; no request
//! fails. The first to find the server away waits for a timeout, or for one a step while connecting;
//! those that follow do not wait.

mod link;
mod missed;

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use blackbar_core::session::store::{TakenWindow, WindowKey, WindowLease, WindowStore};
use blackbar_core::session::window::Window;
use redis::{ConnectionInfo, RedisResult};

use crate::session_store::link::{Link, Links};
use crate::session_store::missed::Missed;
use crate::telemetry::metrics::Metrics;

/// How long to wait for a window that another request is about to put back.
const SECOND_LOOK: Duration = Duration::from_millis(2);

/// Marks an entry that is a window.
const WINDOW: u8 = b'W';

/// How the server is used.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How long it may take to answer.
    pub timeout: Duration,
    /// How long it keeps a window that nobody asks for.
    pub idle: Duration,
}

/// Windows kept on a server.
pub struct SharedSessions {
    links: Links,
    missed: Missed,
    /// Tells the leases of this store from those of others.
    instance: u64,
    next_ticket: AtomicU64,
    idle_ms: u64,
    metrics: Arc<Metrics>,
}

impl SharedSessions {
    /// Connects at the first question.
    pub fn new(server: ConnectionInfo, settings: Settings, metrics: Arc<Metrics>) -> Self {
        Self {
            links: Links::new(server, settings.timeout),
            missed: Missed::default(),
            instance: RandomState::new().hash_one(std::process::id()),
            next_ticket: AtomicU64::new(0),
            idle_ms: settings.idle.as_millis().try_into().unwrap_or(u64::MAX).clamp(1, 1 << 40),
            metrics,
        }
    }

    /// Talks to the server; `None` if it does not answer.
    ///
    /// Windows that went on without it meanwhile are out of date there, and so forgotten first.
    fn with<T>(&self, talk: impl FnOnce(&mut Link) -> RedisResult<T>) -> Option<T> {
        let said = self.links.open().and_then(|mut link| {
            let said = self.missed.make_up(&mut link).and_then(|()| talk(&mut link));
            self.links.close(link, said)
        });
        if said.is_none() {
            self.metrics.session_store_errors.inc();
        }
        said
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
        for wait in [SECOND_LOOK, Duration::ZERO] {
            let Some(held) = self.with(|link| link.take(key, &token, self.idle_ms)) else { break };
            let lease = WindowLease::new(key, ticket);
            match held.as_deref().map(<[u8]>::split_first) {
                None => return TakenWindow::Unknown(lease),
                Some(Some((&WINDOW, bytes))) => {
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
        let mut entry = vec![WINDOW];
        entry.extend(window.to_bytes());
        if self.with(|link| link.put(lease.key(), &token, &entry, self.idle_ms)).is_none() {
            self.missed.add(lease.key());
        }
    }

    fn abandon(&self, lease: WindowLease) {
        let token = self.token(lease.ticket());
        if self.with(|link| link.abandon(lease.key(), &token)).is_none() {
            self.missed.add(lease.key());
        }
    }

    fn forget(&self, key: WindowKey) {
        if self.with(|link| link.forget(key)).is_none() {
            self.missed.add(key);
        }
    }
}
