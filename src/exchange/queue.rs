//! Requests waiting for a worker, ordered by due time.
//!
//! A request is due at its arrival time plus its estimated work, so small requests overtake a large
//! one, but cannot starve it. At least one worker stays free of large requests, unless there is only
//! one. Estimates rely on what the sender claims: a claim that is too small delays other requests
//! and has no further effect.
//!
//! No threads, no clock: callers pass the time.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use blackbar_core::internals::GZIP_MAGIC;

use crate::exchange::overload::OverloadDetector;

/// Bytes of JSON from which a request counts as large: about 10 ms of work.
const LARGE_BODY_BYTES: usize = 2 << 20;

/// Each this many bytes of JSON postpone a request by one second.
const BYTES_PER_SECOND: usize = 64 << 20;

/// The most that a request is postponed.
const MAX_DELAY: Duration = Duration::from_secs(4);

/// The estimated work of a request, in bytes of JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct WorkSize(usize);

impl WorkSize {
    /// Estimates from the length of a body and, for gzip, from the size in its trailer.
    pub(crate) fn of(body: &[u8]) -> Self {
        if !body.starts_with(GZIP_MAGIC) {
            return Self(body.len());
        }
        let claimed = body.last_chunk::<4>().map_or(0, |&bytes| u32::from_le_bytes(bytes) as usize);
        Self(claimed.max(body.len().saturating_mul(4)))
    }

    pub(crate) fn is_large(self) -> bool {
        self.0 >= LARGE_BODY_BYTES
    }

    fn delay(self) -> Duration {
        let ms = self.0.saturating_mul(1000) / BYTES_PER_SECOND;
        Duration::from_millis(ms as u64).min(MAX_DELAY)
    }
}

/// The due time, and the order of arrival among items due at the same time.
type Due = (Instant, u64);

/// The waiting items.
pub(crate) struct Queue<T> {
    small: BTreeMap<Due, T>,
    large: BTreeMap<Due, T>,
    small_overload: OverloadDetector,
    large_overload: OverloadDetector,
    /// Large items being processed.
    n_large: usize,
    max_large: usize,
    limit: usize,
    n_pushed: u64,
}

impl<T> Queue<T> {
    /// A queue of at most `limit` items for `n_workers`.
    pub(crate) fn new(limit: usize, n_workers: usize) -> Self {
        Self {
            small: BTreeMap::new(),
            large: BTreeMap::new(),
            small_overload: OverloadDetector::default(),
            large_overload: OverloadDetector::default(),
            n_large: 0,
            max_large: n_workers.saturating_sub(1).max(1),
            limit,
            n_pushed: 0,
        }
    }

    /// The number of waiting items.
    pub(crate) fn len(&self) -> usize {
        self.small.len() + self.large.len()
    }

    /// Adds an item.
    ///
    /// # Errors
    /// Returns the item if the queue is full.
    pub(crate) fn push(&mut self, item: T, size: WorkSize, now: Instant) -> Result<(), T> {
        if self.len() >= self.limit {
            return Err(item);
        }
        let due = (now + size.delay(), self.n_pushed);
        self.n_pushed += 1;
        let items = if size.is_large() { &mut self.large } else { &mut self.small };
        items.insert(due, item);
        Ok(())
    }

    /// Whether the lane of this size has been overdue for so long that an item should not wait in it.
    pub(crate) fn is_overloaded(&self, size: WorkSize, now: Instant) -> bool {
        let (items, overload) = if size.is_large() {
            (&self.large, &self.large_overload)
        } else {
            (&self.small, &self.small_overload)
        };
        overload.refuses_arrival(items.first_key_value().map(|((due, _), _)| *due), now)
    }

    /// Takes the next item, and whether to refuse it: its lane is overloaded, and it waited too long.
    /// After processing or refusing it, the caller reports [`done`](Self::done).
    pub(crate) fn pop_at(&mut self, now: Instant) -> Option<(T, bool)> {
        let n_large = self.n_large;
        let ((due, _), item) = self.pop_first()?;
        let overload =
            if self.n_large > n_large { &mut self.large_overload } else { &mut self.small_overload };
        Some((item, overload.refuses_next(due, now)))
    }

    fn pop_first(&mut self) -> Option<(Due, T)> {
        let may_take_large = self.n_large < self.max_large;
        let large = self.large.first_key_value().filter(|_| may_take_large).map(|(due, _)| Reverse(*due));
        let small = self.small.first_key_value().map(|(due, _)| Reverse(*due));
        if large > small {
            self.n_large += 1;
            self.large.pop_first()
        } else {
            self.small.pop_first()
        }
    }

    /// An item of this size is no longer being processed.
    pub(crate) fn done(&mut self, size: WorkSize) {
        if size.is_large() {
            self.n_large = self.n_large.saturating_sub(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: WorkSize = WorkSize(1000);
    const BIG: WorkSize = WorkSize(25 << 20);

    fn popped(queue: &mut Queue<&'static str>) -> Vec<&'static str> {
        std::iter::from_fn(|| queue.pop_first()).map(|(_, item)| item).collect()
    }

    #[test]
    fn small_requests_overtake_a_large_one() {
        let (mut queue, now) = (Queue::new(10, 4), Instant::now());
        queue.push("large", BIG, now).unwrap();
        queue.push("first", SMALL, now + Duration::from_millis(1)).unwrap();
        queue.push("second", SMALL, now + Duration::from_millis(2)).unwrap();
        assert_eq!(popped(&mut queue), ["first", "second", "large"]);
    }

    #[test]
    fn a_large_request_is_not_starved() {
        let (mut queue, now) = (Queue::new(10, 4), Instant::now());
        queue.push("large", BIG, now).unwrap();
        queue.push("later", SMALL, now + MAX_DELAY).unwrap();
        assert_eq!(popped(&mut queue), ["large", "later"]);
    }

    #[test]
    fn one_worker_stays_free_of_large_requests() {
        let (mut queue, now) = (Queue::new(10, 3), Instant::now());
        for name in ["a", "b", "c"] {
            queue.push(name, BIG, now).unwrap();
        }
        assert_eq!(popped(&mut queue), ["a", "b"]);
        queue.push("small", SMALL, now + MAX_DELAY).unwrap();
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
    fn a_full_queue_returns_the_item() {
        let (mut queue, now) = (Queue::new(2, 1), Instant::now());
        queue.push(1, SMALL, now).unwrap();
        queue.push(2, BIG, now).unwrap();
        assert_eq!((queue.push(3, SMALL, now), queue.len()), (Err(3), 2));
        queue.pop_first();
        assert_eq!(queue.push(3, SMALL, now), Ok(()));
    }

    #[test]
    fn gzip_work_is_estimated_from_the_trailer_and_at_least_four_times_the_length() {
        let claims = |n: u32| [GZIP_MAGIC, &[0; 100], &n.to_le_bytes()].concat();
        assert_eq!(WorkSize::of(&claims(25 << 20)), WorkSize(25 << 20));
        assert_eq!(WorkSize::of(&claims(0)), WorkSize(4 * 107));
        assert_eq!(WorkSize::of(b"{}"), WorkSize(2));
        assert!(WorkSize::of(&claims(u32::MAX)).delay() <= MAX_DELAY);
    }
}
