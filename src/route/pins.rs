//! Pins each session to the region of its first request.
//!
//! Bounded: beyond the capacity the longest idle sessions are evicted, and every session is evicted
//! after the idle time. An evicted session is routed again by the same routes, so it changes its
//! region only if its facts have changed. Each process has its own pins. Replicas agree because they
//! have the same routes, except for a session whose country changes between replicas.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

/// Half of the SHA-256 of project and session.
type PinKey = [u8; 16];

/// The region of each session that is not idle.
pub struct Pins {
    capacity: usize,
    idle: Duration,
    generations: Mutex<PinGenerations>,
}

/// A two-generation cache: a lookup moves an entry to the young map, and the old map is dropped as a
/// whole. Eviction needs no list of last uses.
struct PinGenerations {
    young: HashMap<PinKey, Arc<str>>,
    old: HashMap<PinKey, Arc<str>>,
    since: Instant,
}

impl Pins {
    /// Keeps at most `capacity` sessions, each for at least `idle` and at most twice that after its last
    /// request.
    pub fn new(capacity: usize, idle: Duration) -> Self {
        let generations =
            PinGenerations { young: HashMap::new(), old: HashMap::new(), since: Instant::now() };
        Self { capacity, idle, generations: Mutex::new(generations) }
    }

    /// The session's region: the pinned one, or else `chosen`, which is pinned now.
    pub fn pin(&self, project: &str, session: &str, chosen: &str, now: Instant) -> Arc<str> {
        let key = key(project, session);
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.saturating_duration_since(generations.since);
        if age >= self.idle.saturating_mul(2) {
            generations.young.clear();
        }
        if age >= self.idle || generations.young.len() >= self.capacity.div_ceil(2) {
            generations.old = std::mem::take(&mut generations.young);
            generations.since = now;
        }
        if let Some(region) = generations.young.get(&key) {
            return Arc::clone(region);
        }
        let region = generations.old.remove(&key).unwrap_or_else(|| Arc::from(chosen));
        generations.young.insert(key, Arc::clone(&region));
        region
    }
}

fn key(project: &str, session: &str) -> PinKey {
    let digest = Sha256::new().chain_update(project).chain_update([0]).chain_update(session).finalize();
    let mut key = PinKey::default();
    for (to, from) in key.iter_mut().zip(digest) {
        *to = from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_session_is_evicted() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let start = Instant::now();
        assert_eq!(&*pins.pin("p", "s", "eu", start), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_secs(9)), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_secs(12)), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_mins(1)), "us");
    }

    #[test]
    fn the_number_of_pins_never_exceeds_the_capacity() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let now = Instant::now();
        for session in 0..1000 {
            pins.pin("p", &session.to_string(), "eu", now);
        }
        let generations = pins.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 100);
    }

    #[test]
    fn the_same_session_id_in_two_projects_is_two_sessions() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let now = Instant::now();
        assert_eq!(&*pins.pin("a", "s", "eu", now), "eu");
        assert_eq!(&*pins.pin("b", "s", "us", now), "us");
    }
}
