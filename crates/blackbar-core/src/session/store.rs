//! Keeps windows between requests, within a bound; evicts the least recently used first.
//!
//! A request takes a window under a lease and puts it back; one request works on a window at a time.
//! A window that was dropped in between (idle, over the bound, or lost with its holder) is unknown,
//! and so treated strictly until the next full snapshot.
//!
//! **Invariant:** a stale window never replaces a newer state.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

use hmac::Hmac;
use hmac::KeyInit;
use hmac::Mac;
use sha2::Sha256;

use crate::session::window::Window;

/// Memory of an entry besides its window.
const ENTRY_BYTES: usize = 256;

/// Name of a window in a store: a keyed hash that does not reveal the session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowKey([u8; 16]);

impl WindowKey {
    /// The key of one window of one session of one project.
    ///
    /// `policy` is the digest of the policy in force. Verdicts of one policy do not apply to another,
    /// so a reload starts with unknown windows.
    pub fn new(secret: &[u8; 32], policy: &[u8], project: &str, session: &str, window: &str) -> Self {
        // The block size of SHA-256: a key of this size needs no length check that could fail.
        let mut padded = [0; 64];
        padded.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&padded.into());
        // Each part with its length, so that no two lists of parts give the same bytes.
        for part in [policy, project.as_bytes(), session.as_bytes(), window.as_bytes()] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        let mut key = [0; 16];
        key.iter_mut().zip(mac.finalize().into_bytes()).for_each(|(to, from)| *to = from);
        Self(key)
    }

    /// The bytes of the key, for stores outside this process.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for WindowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The right to put one window back.
#[derive(Debug)]
#[must_use = "a window that is not put back is lost"]
pub struct WindowLease {
    key: WindowKey,
    ticket: u64,
}

impl WindowLease {
    /// The right to put back the window of `key`; `ticket` is unique in its store.
    pub fn new(key: WindowKey, ticket: u64) -> Self {
        Self { key, ticket }
    }

    /// The window it is for.
    pub fn key(&self) -> WindowKey {
        self.key
    }

    /// The ticket, unique in its store.
    pub fn ticket(&self) -> u64 {
        self.ticket
    }
}

/// The result of taking a window.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "matched where it is returned")]
pub enum TakenWindow {
    /// The window as it was last put back.
    Known(Window, WindowLease),
    /// Never seen, dropped, or of another policy. The caller starts with an empty window.
    Unknown(WindowLease),
    /// Another request works on it. The caller waits, or treats it as unknown and puts nothing back.
    Busy,
}

/// Keeps windows between requests.
pub trait WindowStore: Send + Sync {
    /// Takes a window out, for this request alone. `now_ms` never runs backwards by much.
    fn take(&self, key: WindowKey, now_ms: u64) -> TakenWindow;

    /// Puts a window back.
    fn put(&self, lease: WindowLease, window: Window, now_ms: u64);

    /// Gives a lease up: the window is unknown from now on.
    fn abandon(&self, lease: WindowLease);

    /// Ends any lease of this window. An event was redacted without the window, so the state that the
    /// holder of the lease puts back would be out of date.
    fn forget(&self, key: WindowKey);
}

/// Bounds of [`InMemoryWindows`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowStoreLimits {
    /// Memory of all windows together.
    ///
    /// # Default
    /// 512 MiB
    pub max_bytes: usize,
    /// A window that no request took in this time is dropped.
    ///
    /// # Default
    /// 30 minutes
    pub idle_ms: u64,
}

impl Default for WindowStoreLimits {
    fn default() -> Self {
        Self { max_bytes: 512 << 20, idle_ms: 30 * 60 * 1000 }
    }
}

/// Windows kept in memory.
#[derive(Debug)]
pub struct InMemoryWindows {
    limits: WindowStoreLimits,
    stored: Mutex<StoredWindows>,
}

#[derive(Default, Debug)]
struct StoredWindows {
    entries: BTreeMap<WindowKey, StoredWindow>,
    /// Keys by last use: tickets ascend, so the first entry is the least recently used.
    by_ticket: BTreeMap<u64, WindowKey>,
    next_ticket: u64,
    bytes: usize,
    n_evicted: u64,
}

#[derive(Debug)]
struct StoredWindow {
    /// `None` while a request works on it.
    window: Option<Window>,
    bytes: usize,
    used_ms: u64,
    ticket: u64,
}

impl InMemoryWindows {
    /// An empty store.
    pub fn new(limits: WindowStoreLimits) -> Self {
        Self { limits, stored: Mutex::default() }
    }

    /// Number of windows, including those that a request works on.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory of all windows; one that a request works on counts with its size when it was taken.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Windows dropped so far, over the bound or idle.
    pub fn n_evicted(&self) -> u64 {
        self.lock().n_evicted
    }

    /// A poisoned lock is taken over: no code that holds it can leave the entries inconsistent.
    fn lock(&self) -> MutexGuard<'_, StoredWindows> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for InMemoryWindows {
    fn default() -> Self {
        Self::new(WindowStoreLimits::default())
    }
}

impl WindowStore for InMemoryWindows {
    fn take(&self, key: WindowKey, now_ms: u64) -> TakenWindow {
        let mut stored = self.lock();
        stored.drop_idle(now_ms, self.limits.idle_ms);
        let window = match stored.entries.get(&key) {
            Some(StoredWindow { window: None, .. }) => return TakenWindow::Busy,
            Some(_) => stored.remove(key).and_then(|entry| entry.window),
            None => None,
        };
        let bytes = window.as_ref().map_or(0, Window::heap_bytes) + ENTRY_BYTES;
        let ticket = stored.insert(key, StoredWindow { window: None, bytes, used_ms: now_ms, ticket: 0 });
        stored.drop_oldest(self.limits.max_bytes);
        let lease = WindowLease { key, ticket };
        match window {
            Some(window) => TakenWindow::Known(window, lease),
            None => TakenWindow::Unknown(lease),
        }
    }

    fn put(&self, lease: WindowLease, window: Window, now_ms: u64) {
        let mut stored = self.lock();
        if stored.give_up(&lease) {
            let bytes = window.heap_bytes() + ENTRY_BYTES;
            stored
                .insert(lease.key, StoredWindow { window: Some(window), bytes, used_ms: now_ms, ticket: 0 });
            stored.drop_oldest(self.limits.max_bytes);
        }
    }

    fn abandon(&self, lease: WindowLease) {
        self.lock().give_up(&lease);
    }

    fn forget(&self, key: WindowKey) {
        self.lock().remove(key);
    }
}

impl StoredWindows {
    fn insert(&mut self, key: WindowKey, entry: StoredWindow) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.bytes += entry.bytes;
        self.by_ticket.insert(ticket, key);
        self.entries.insert(key, StoredWindow { ticket, ..entry });
        ticket
    }

    fn remove(&mut self, key: WindowKey) -> Option<StoredWindow> {
        let entry = self.entries.remove(&key)?;
        self.by_ticket.remove(&entry.ticket);
        self.bytes -= entry.bytes;
        Some(entry)
    }

    /// Ends a lease. Returns `false` if it had ended already; the entry is then another's or gone.
    fn give_up(&mut self, lease: &WindowLease) -> bool {
        let is_live = self.entries.get(&lease.key).is_some_and(|entry| entry.ticket == lease.ticket);
        is_live && self.remove(lease.key).is_some()
    }

    fn drop_idle(&mut self, now_ms: u64, idle_ms: u64) {
        while let Some((_, &key)) = self.by_ticket.first_key_value() {
            let used_ms = self.entries.get(&key).map_or(0, |entry| entry.used_ms);
            if now_ms.saturating_sub(used_ms) <= idle_ms {
                break;
            }
            self.evict(key);
        }
    }

    fn drop_oldest(&mut self, max_bytes: usize) {
        while self.bytes > max_bytes {
            let Some((_, &key)) = self.by_ticket.first_key_value() else { break };
            self.evict(key);
        }
    }

    fn evict(&mut self, key: WindowKey) {
        self.remove(key);
        self.n_evicted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::test_support::Bench;
    use crate::session::test_support::text;

    fn key(window: &str) -> WindowKey {
        WindowKey::new(&[7; 32], b"policy", "phc", "s", window)
    }

    fn filled() -> Window {
        let mut b = Bench::new(&[]);
        b.page(vec![text(10, "x")]);
        b.window
    }

    fn fill(store: &InMemoryWindows, window: &str, now_ms: u64) {
        let TakenWindow::Unknown(lease) = store.take(key(window), now_ms) else { panic!("known") };
        store.put(lease, filled(), now_ms);
    }

    fn knows(store: &InMemoryWindows, window: &str, now_ms: u64) -> bool {
        match store.take(key(window), now_ms) {
            TakenWindow::Known(window, lease) => {
                store.put(lease, window, now_ms);
                true
            }
            TakenWindow::Unknown(lease) => {
                store.abandon(lease);
                false
            }
            TakenWindow::Busy => panic!("busy"),
        }
    }

    #[test]
    fn every_part_changes_the_key() {
        let keys = [
            key("w"),
            WindowKey::new(&[8; 32], b"policy", "phc", "s", "w"),
            WindowKey::new(&[7; 32], b"other", "phc", "s", "w"),
            WindowKey::new(&[7; 32], b"policy", "phcs", "", "w"),
            WindowKey::new(&[7; 32], b"policy", "phc", "", "sw"),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn a_taken_window_is_busy_until_it_is_put_back() {
        let store = InMemoryWindows::default();
        let TakenWindow::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        assert!(matches!(store.take(key("a"), 1), TakenWindow::Busy));
        store.put(lease, filled(), 2);
        assert!(knows(&store, "a", 3) && !knows(&store, "b", 3));
    }

    #[test]
    fn a_window_that_missed_an_event_is_not_put_back() {
        let store = InMemoryWindows::default();
        let TakenWindow::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        store.forget(key("a"));
        store.put(lease, filled(), 1);
        assert!(!knows(&store, "a", 2));
    }

    #[test]
    fn evicts_the_least_recently_used_first() {
        let bytes = filled().heap_bytes() + ENTRY_BYTES;
        let store = InMemoryWindows::new(WindowStoreLimits { max_bytes: 2 * bytes, idle_ms: 1000 });
        fill(&store, "a", 0);
        fill(&store, "b", 0);
        assert!(knows(&store, "a", 1));
        fill(&store, "c", 2);
        assert!(store.bytes() <= 2 * bytes);
        assert_eq!(["a", "c", "b"].map(|w| knows(&store, w, 3)), [true, true, false]);
    }

    #[test]
    fn drops_idle_windows() {
        let store = InMemoryWindows::new(WindowStoreLimits { max_bytes: 1 << 20, idle_ms: 1000 });
        fill(&store, "a", 0);
        fill(&store, "b", 900);
        assert_eq!(["a", "b"].map(|w| knows(&store, w, 1001)), [false, true]);
        assert_eq!(store.n_evicted(), 1);
    }

    #[test]
    fn a_stale_lease_cannot_put_a_window_back() {
        let store = InMemoryWindows::new(WindowStoreLimits { max_bytes: 1 << 20, idle_ms: 1000 });
        let TakenWindow::Unknown(stale) = store.take(key("a"), 0) else { panic!("known") };
        fill(&store, "a", 2000);
        let TakenWindow::Known(_, lease) = store.take(key("a"), 2001) else { panic!("unknown") };
        store.put(stale, Window::default(), 2002);
        assert!(matches!(store.take(key("a"), 2003), TakenWindow::Busy));
        store.abandon(lease);
        assert!(store.is_empty() && store.bytes() == 0);
    }

    #[test]
    fn a_window_larger_than_the_bound_is_dropped() {
        let store = InMemoryWindows::new(WindowStoreLimits { max_bytes: 100, idle_ms: 1000 });
        let TakenWindow::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        store.put(lease, filled(), 0);
        assert_eq!(store.bytes(), 0);
    }
}
