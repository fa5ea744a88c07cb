//! The bytes of all requests under way, bounded for the whole process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::exchange::rejection::Rejection;
use crate::telemetry::metrics::Metrics;

/// How many bytes may be under way at one time.
pub(crate) struct Budget {
    limit: usize,
    used: AtomicUsize,
    metrics: Arc<Metrics>,
}

impl Budget {
    pub(crate) fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0), metrics })
    }

    /// Whether so much would fit now; nothing is reserved.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.used.load(Ordering::Relaxed).saturating_add(bytes) <= self.limit
    }

    /// A reservation of nothing, to be grown.
    pub(crate) fn reserve(self: &Arc<Self>) -> Reservation {
        Reservation { budget: Arc::clone(self), bytes: 0 }
    }
}

/// Bytes that are given back when it is dropped.
pub(crate) struct Reservation {
    budget: Arc<Budget>,
    bytes: usize,
}

impl Reservation {
    /// Takes more, or refuses the request.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Rejection> {
        let Budget { limit, used, metrics } = &*self.budget;
        used.try_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| used <= limit)
        })
        .map_err(|_| Rejection::Overloaded)?;
        self.bytes += bytes;
        metrics.in_flight_bytes.add(gauged(bytes));
        Ok(())
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.budget.metrics.in_flight_bytes.sub(gauged(self.bytes));
    }
}

fn gauged(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_what_was_taken() {
        let budget = Budget::new(10, Arc::new(Metrics::new().unwrap()));
        let mut first = budget.reserve();
        first.grow(6).unwrap();
        let mut second = budget.reserve();
        assert_eq!(second.grow(5), Err(Rejection::Overloaded));
        drop(first);
        assert_eq!(second.grow(10), Ok(()));
        assert!(!budget.has_room_for(1));
    }
}
