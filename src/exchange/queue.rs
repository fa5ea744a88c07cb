//! Requests that wait for a worker, in the order in which they are due.
//!
//! A request is due when it came plus what it will about take, so small ones pass a large one that
//! waits, and the large one's turn comes all the same. Large ones never have all workers. Sizes are
//! guessed from what the sender claims: a claim that is too small costs others time, nothing else.
//!
//! No threads, no clock: times come in as arguments.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use blackbar_core::decode::codec::GZIP_MAGIC;

/// Bytes of JSON from which a request is large: some 10 ms of work.
const LARGE: usize = 2 << 20;

/// Bytes of JSON for which a request waits a second longer than one without any.
const BYTES_A_SECOND: usize = 64 << 20;

/// Longest wait for the sake of others.
const LONGEST: Duration = Duration::from_secs(4);

/// How much there is to do for a request, about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(usize);

impl Size {
    /// Judges by the length of a body, and by what gzip claims at its end.
    pub(crate) fn of(body: &[u8]) -> Self {
        if !body.starts_with(GZIP_MAGIC) {
            return Self(body.len());
        }
        let claimed = body.last_chunk::<4>().map_or(0, |&bytes| u32::from_le_bytes(bytes) as usize);
        Self(claimed.max(body.len().saturating_mul(4)))
    }

    pub(crate) fn is_large(self) -> bool {
        self.0 >= LARGE
    }

    fn patience(self) -> Duration {
        let ms = self.0.saturating_mul(1000) / BYTES_A_SECOND;
        Duration::from_millis(ms as u64).min(LONGEST)
    }
}

/// When something is due, and which of those that are due at one time came first.
type Due = (Instant, u64);

/// What waits.
pub(crate) struct Queue<T> {
    small: BTreeMap<Due, T>,
    large: BTreeMap<Due, T>,
    /// Large ones that are worked on.
    n_large: usize,
    most_large: usize,
    limit: usize,
    n_pushed: u64,
}

impl<T> Queue<T> {
    /// A queue in which `limit` may wait for `n_workers`.
    pub(crate) fn new(limit: usize, n_workers: usize) -> Self {
        Self {
            small: BTreeMap::new(),
            large: BTreeMap::new(),
            n_large: 0,
            most_large: n_workers.saturating_sub(1).max(1),
            limit,
            n_pushed: 0,
        }
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.small.len() + self.large.len()
    }

    /// Puts something in line.
    ///
    /// # Errors
    /// It comes back: no more may wait.
    pub(crate) fn push(&mut self, item: T, size: Size, now: Instant) -> Result<(), T> {
        if self.len() >= self.limit {
            return Err(item);
        }
        let due = (now + size.patience(), self.n_pushed);
        self.n_pushed += 1;
        let line = if size.is_large() { &mut self.large } else { &mut self.small };
        line.insert(due, item);
        Ok(())
    }

    /// Takes what is next. Who takes a large one says when it is [`done`](Self::done).
    pub(crate) fn pop(&mut self) -> Option<T> {
        let may_take_large = self.n_large < self.most_large;
        let large = self.large.first_key_value().filter(|_| may_take_large).map(|(due, _)| Reverse(*due));
        let small = self.small.first_key_value().map(|(due, _)| Reverse(*due));
        if large > small {
            self.n_large += 1;
            self.large.pop_first().map(|(_, item)| item)
        } else {
            self.small.pop_first().map(|(_, item)| item)
        }
    }

    /// Something of that size is no longer worked on.
    pub(crate) fn done(&mut self, size: Size) {
        if size.is_large() {
            self.n_large = self.n_large.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Size = Size(1000);
    const BIG: Size = Size(25 << 20);

    fn popped(queue: &mut Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn small_ones_pass_a_large_one_that_waits() {
        let (mut queue, now) = (Queue::new(10, 4), Instant::now());
        queue.push("large", BIG, now).unwrap();
        queue.push("first", SMALL, now + Duration::from_millis(1)).unwrap();
        queue.push("second", SMALL, now + Duration::from_millis(2)).unwrap();
        assert_eq!(popped(&mut queue), ["first", "second", "large"]);
    }

    #[test]
    fn the_turn_of_a_large_one_comes() {
        let (mut queue, now) = (Queue::new(10, 4), Instant::now());
        queue.push("large", BIG, now).unwrap();
        queue.push("later", SMALL, now + LONGEST).unwrap();
        assert_eq!(popped(&mut queue), ["large", "later"]);
    }

    #[test]
    fn one_worker_stays_free_of_large_ones() {
        let (mut queue, now) = (Queue::new(10, 3), Instant::now());
        for name in ["a", "b", "c"] {
            queue.push(name, BIG, now).unwrap();
        }
        assert_eq!(popped(&mut queue), ["a", "b"]);
        queue.push("small", SMALL, now + LONGEST).unwrap();
        assert_eq!(popped(&mut queue), ["small"]);
        queue.done(SMALL);
        assert_eq!(popped(&mut queue), [""; 0]);
        queue.done(BIG);
        assert_eq!(popped(&mut queue), ["c"]);
    }

    #[test]
    fn a_single_worker_takes_all_sizes() {
        let (mut queue, now) = (Queue::new(10, 1), Instant::now());
        queue.push("large", BIG, now).unwrap();
        assert_eq!(popped(&mut queue), ["large"]);
    }

    #[test]
    fn gives_back_what_has_no_place() {
        let (mut queue, now) = (Queue::new(2, 1), Instant::now());
        queue.push(1, SMALL, now).unwrap();
        queue.push(2, BIG, now).unwrap();
        assert_eq!((queue.push(3, SMALL, now), queue.len()), (Err(3), 2));
        queue.pop();
        assert_eq!(queue.push(3, SMALL, now), Ok(()));
    }

    #[test]
    fn judges_by_what_gzip_claims_and_not_below_its_own_length() {
        let claims = |n: u32| [GZIP_MAGIC, &[0; 100], &n.to_le_bytes()].concat();
        assert_eq!(Size::of(&claims(25 << 20)), Size(25 << 20));
        assert_eq!(Size::of(&claims(0)), Size(4 * 107));
        assert_eq!(Size::of(b"{}"), Size(2));
        assert!(Size::of(&claims(u32::MAX)).patience() <= LONGEST);
    }
}
