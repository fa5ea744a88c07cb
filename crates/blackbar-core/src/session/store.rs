//! Where windows are kept between requests: within a bound, least recently used out first.
//!
//! One request works on a window at a time: it takes it under a lease and puts it back. A window
//! that was dropped meanwhile (idle, over the bound, lost with its holder) is unknown, and so
//! treated strictly until the next full snapshot; a stale one is never put in its place.

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

/// What an entry costs beside its window.
const ENTRY_BYTES: usize = 256;

/// Name of a window in a store: a keyed hash, from which nobody reads a session.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 16]);

impl Key {
    /// The key of one window of one session of one project.
    ///
    /// `policy` is the digest of the policy in force: verdicts of one policy mean nothing to
    /// another, so a reload starts with unknown windows.
    pub fn new(secret: &[u8; 32], policy: &[u8], project: &str, session: &str, window: &str) -> Self {
        let mut padded = [0; 64];
        padded.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha256>::new(&padded.into());
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

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// The right to put one window back.
#[derive(Debug)]
#[must_use = "a window that is not put back is lost"]
pub struct Lease {
    key: Key,
    ticket: u64,
}

impl Lease {
    /// The right to put back what stands under `key`; `ticket` tells it from others of its store.
    pub fn new(key: Key, ticket: u64) -> Self {
        Self { key, ticket }
    }

    /// What it is for.
    pub fn key(&self) -> Key {
        self.key
    }

    /// What tells it from others of its store.
    pub fn ticket(&self) -> u64 {
        self.ticket
    }
}

/// What a store has under a key.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "matched where it is returned")]
pub enum Taken {
    /// The window as it was put back last.
    Known(Window, Lease),
    /// Never seen, dropped, or of another policy. Start with an empty window.
    Unknown(Lease),
    /// Another request works on it: wait, or treat it as unknown and put nothing back.
    Busy,
}

/// Keeps windows between requests.
pub trait Store: Send + Sync {
    /// Takes a window out, for this request alone. `now_ms` never runs backwards by much.
    fn take(&self, key: Key, now_ms: u64) -> Taken;

    /// Puts it back.
    fn put(&self, lease: Lease, window: Window, now_ms: u64);

    /// Gives it up: the window is unknown from now on.
    fn abandon(&self, lease: Lease);

    /// Ends whatever lease there is: an event of this window was judged without it, so that what
    /// comes back would be out of date.
    fn forget(&self, key: Key);
}

/// Bounds of [`Sessions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreLimits {
    /// All windows together.
    ///
    /// # Default
    /// 512 MiB
    pub max_bytes: usize,
    /// A window that nobody asked for in this time is dropped.
    ///
    /// # Default
    /// 30 minutes
    pub idle_ms: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        Self { max_bytes: 512 << 20, idle_ms: 30 * 60 * 1000 }
    }
}

/// Windows kept in memory.
#[derive(Debug)]
pub struct Sessions {
    limits: StoreLimits,
    held: Mutex<Held>,
}

#[derive(Default, Debug)]
struct Held {
    entries: BTreeMap<Key, Entry>,
    /// Keys by last use: the ticket of an entry is its place in line.
    line: BTreeMap<u64, Key>,
    next_ticket: u64,
    bytes: usize,
    n_evicted: u64,
}

#[derive(Debug)]
struct Entry {
    /// `None` while a request works on it.
    window: Option<Window>,
    bytes: usize,
    used_ms: u64,
    ticket: u64,
}

impl Sessions {
    /// An empty store.
    pub fn new(limits: StoreLimits) -> Self {
        Self { limits, held: Mutex::default() }
    }

    /// Number of windows, those at work included.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Memory held by all of them, those at work counted as they were taken.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    /// Windows dropped so far, for want of room or of use.
    pub fn n_evicted(&self) -> u64 {
        self.lock().n_evicted
    }

    /// No code that holds the lock can leave the entries half changed.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Sessions {
    fn default() -> Self {
        Self::new(StoreLimits::default())
    }
}

impl Store for Sessions {
    fn take(&self, key: Key, now_ms: u64) -> Taken {
        let mut held = self.lock();
        held.drop_idle(now_ms, self.limits.idle_ms);
        let window = match held.entries.get(&key) {
            Some(Entry { window: None, .. }) => return Taken::Busy,
            Some(_) => held.remove(key).and_then(|entry| entry.window),
            None => None,
        };
        let bytes = window.as_ref().map_or(0, Window::heap_bytes) + ENTRY_BYTES;
        let ticket = held.insert(key, Entry { window: None, bytes, used_ms: now_ms, ticket: 0 });
        held.drop_oldest(self.limits.max_bytes);
        let lease = Lease { key, ticket };
        match window {
            Some(window) => Taken::Known(window, lease),
            None => Taken::Unknown(lease),
        }
    }

    fn put(&self, lease: Lease, window: Window, now_ms: u64) {
        let mut held = self.lock();
        if held.give_up(&lease) {
            let bytes = window.heap_bytes() + ENTRY_BYTES;
            held.insert(lease.key, Entry { window: Some(window), bytes, used_ms: now_ms, ticket: 0 });
            held.drop_oldest(self.limits.max_bytes);
        }
    }

    fn abandon(&self, lease: Lease) {
        self.lock().give_up(&lease);
    }

    fn forget(&self, key: Key) {
        self.lock().remove(key);
    }
}

impl Held {
    fn insert(&mut self, key: Key, entry: Entry) -> u64 {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.bytes += entry.bytes;
        self.line.insert(ticket, key);
        self.entries.insert(key, Entry { ticket, ..entry });
        ticket
    }

    fn remove(&mut self, key: Key) -> Option<Entry> {
        let entry = self.entries.remove(&key)?;
        self.line.remove(&entry.ticket);
        self.bytes -= entry.bytes;
        Some(entry)
    }

    /// Ends a lease. `false` if it had ended: the entry is another's then, or none.
    fn give_up(&mut self, lease: &Lease) -> bool {
        let is_live = self.entries.get(&lease.key).is_some_and(|entry| entry.ticket == lease.ticket);
        is_live && self.remove(lease.key).is_some()
    }

    fn drop_idle(&mut self, now_ms: u64, idle_ms: u64) {
        while let Some((_, &key)) = self.line.first_key_value() {
            let used_ms = self.entries.get(&key).map_or(0, |entry| entry.used_ms);
            if now_ms.saturating_sub(used_ms) <= idle_ms {
                break;
            }
            self.evict(key);
        }
    }

    fn drop_oldest(&mut self, max_bytes: usize) {
        while self.bytes > max_bytes {
            let Some((_, &key)) = self.line.first_key_value() else { break };
            self.evict(key);
        }
    }

    fn evict(&mut self, key: Key) {
        self.remove(key);
        self.n_evicted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::test_support::Bench;
    use crate::session::test_support::text;

    fn key(window: &str) -> Key {
        Key::new(&[7; 32], b"policy", "phc", "s", window)
    }

    fn filled() -> Window {
        let mut b = Bench::new(&[]);
        b.page(vec![text(10, "x")]);
        b.window
    }

    fn fill(store: &Sessions, window: &str, now_ms: u64) {
        let Taken::Unknown(lease) = store.take(key(window), now_ms) else { panic!("known") };
        store.put(lease, filled(), now_ms);
    }

    fn knows(store: &Sessions, window: &str, now_ms: u64) -> bool {
        match store.take(key(window), now_ms) {
            Taken::Known(window, lease) => {
                store.put(lease, window, now_ms);
                true
            }
            Taken::Unknown(lease) => {
                store.abandon(lease);
                false
            }
            Taken::Busy => panic!("busy"),
        }
    }

    #[test]
    fn every_part_of_a_key_counts() {
        let keys = [
            key("w"),
            Key::new(&[8; 32], b"policy", "phc", "s", "w"),
            Key::new(&[7; 32], b"other", "phc", "s", "w"),
            Key::new(&[7; 32], b"policy", "phcs", "", "w"),
            Key::new(&[7; 32], b"policy", "phc", "", "sw"),
        ];
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn one_request_works_on_a_window_at_a_time() {
        let store = Sessions::default();
        let Taken::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        assert!(matches!(store.take(key("a"), 1), Taken::Busy));
        store.put(lease, filled(), 2);
        assert!(knows(&store, "a", 3) && !knows(&store, "b", 3));
    }

    #[test]
    fn a_window_that_missed_an_event_is_not_put_back() {
        let store = Sessions::default();
        let Taken::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        store.forget(key("a"));
        store.put(lease, filled(), 1);
        assert!(!knows(&store, "a", 2));
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let bytes = filled().heap_bytes() + ENTRY_BYTES;
        let store = Sessions::new(StoreLimits { max_bytes: 2 * bytes, idle_ms: 1000 });
        fill(&store, "a", 0);
        fill(&store, "b", 0);
        assert!(knows(&store, "a", 1));
        fill(&store, "c", 2);
        assert!(store.bytes() <= 2 * bytes);
        assert_eq!(["a", "c", "b"].map(|w| knows(&store, w, 3)), [true, true, false]);
    }

    #[test]
    fn idle_windows_go() {
        let store = Sessions::new(StoreLimits { max_bytes: 1 << 20, idle_ms: 1000 });
        fill(&store, "a", 0);
        fill(&store, "b", 900);
        assert_eq!(["a", "b"].map(|w| knows(&store, w, 1001)), [false, true]);
        assert_eq!(store.n_evicted(), 1);
    }

    #[test]
    fn a_stale_window_is_never_put_back() {
        let store = Sessions::new(StoreLimits { max_bytes: 1 << 20, idle_ms: 1000 });
        let Taken::Unknown(stale) = store.take(key("a"), 0) else { panic!("known") };
        fill(&store, "a", 2000);
        let Taken::Known(_, lease) = store.take(key("a"), 2001) else { panic!("unknown") };
        store.put(stale, Window::default(), 2002);
        assert!(matches!(store.take(key("a"), 2003), Taken::Busy));
        store.abandon(lease);
        assert!(store.is_empty() && store.bytes() == 0);
    }

    #[test]
    fn a_window_larger_than_the_bound_is_dropped() {
        let store = Sessions::new(StoreLimits { max_bytes: 100, idle_ms: 1000 });
        let Taken::Unknown(lease) = store.take(key("a"), 0) else { panic!("known") };
        store.put(lease, filled(), 0);
        assert_eq!(store.bytes(), 0);
    }
}
