//! The region that each live session went to first.
//!
//! Bounded: sessions beyond the capacity push the longest silent ones out, and a session that is
//! silent for the idle time is forgotten. A forgotten session is routed anew by the same routes, so
//! it changes its region only if its facts changed meanwhile. The memory is this process's own:
//! several replicas agree because they have the same routes, except for sessions that travel.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

type Key = [u8; 16];

/// The region that each live session went to first.
pub struct Pins {
    capacity: usize,
    idle: Duration,
    generations: Mutex<Generations>,
}

/// Two maps: what is asked for moves to the young one; the old one is dropped as a whole.
struct Generations {
    young: HashMap<Key, Arc<str>>,
    old: HashMap<Key, Arc<str>>,
    since: Instant,
}

impl Pins {
    /// Remembers at most `capacity` sessions, each for `idle` after its last request and at most twice that.
    pub fn new(capacity: usize, idle: Duration) -> Self {
        let generations = Generations { young: HashMap::new(), old: HashMap::new(), since: Instant::now() };
        Self { capacity, idle, generations: Mutex::new(generations) }
    }

    /// The session's region: the one it has, or else the one that is chosen now.
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

fn key(project: &str, session: &str) -> Key {
    let digest = Sha256::new().chain_update(project).chain_update([0]).chain_update(session).finalize();
    let mut key = Key::default();
    for (to, from) in key.iter_mut().zip(digest) {
        *to = from;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgets_a_session_that_is_silent_for_long() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let start = Instant::now();
        assert_eq!(&*pins.pin("p", "s", "eu", start), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_secs(9)), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_secs(12)), "eu");
        assert_eq!(&*pins.pin("p", "s", "us", start + Duration::from_mins(1)), "us");
    }

    #[test]
    fn never_holds_more_than_its_capacity() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let now = Instant::now();
        for session in 0..1000 {
            pins.pin("p", &session.to_string(), "eu", now);
        }
        let generations = pins.generations.lock().unwrap();
        assert!(generations.young.len() + generations.old.len() <= 100);
    }

    #[test]
    fn sessions_of_two_projects_are_two() {
        let pins = Pins::new(100, Duration::from_secs(10));
        let now = Instant::now();
        assert_eq!(&*pins.pin("a", "s", "eu", now), "eu");
        assert_eq!(&*pins.pin("b", "s", "us", now), "us");
    }
}
