//! A bound on the bytes of all requests in flight, for the whole process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::exchange::rejection::Rejection;
use crate::telemetry::metrics::Metrics;

/// How many bytes may be in flight at one time.
pub(crate) struct ByteBudget {
    limit: usize,
    used: AtomicUsize,
    metrics: Arc<Metrics>,
}

impl ByteBudget {
    pub(crate) fn new(limit: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        Arc::new(Self { limit, used: AtomicUsize::new(0), metrics })
    }

    /// Whether `bytes` more would fit now. Reserves nothing.
    pub(crate) fn has_room_for(&self, bytes: usize) -> bool {
        self.used.load(Ordering::Relaxed).saturating_add(bytes) <= self.limit
    }

    /// An empty reservation, to be grown.
    pub(crate) fn reserve(self: &Arc<Self>) -> Reservation {
        Reservation { budget: Arc::clone(self), bytes: 0 }
    }
}

/// Reserved bytes. Dropping it returns them to the budget.
pub struct Reservation {
    budget: Arc<ByteBudget>,
    bytes: usize,
}

impl Reservation {
    /// Reserves `bytes` more, or rejects the request.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Rejection> {
        let ByteBudget { limit, used, metrics } = &*self.budget;
        used.try_update(Ordering::Relaxed, Ordering::Relaxed, |used| {
            used.checked_add(bytes).filter(|used| used <= limit)
        })
        .map_err(|_| Rejection::Overloaded)?;
        self.bytes += bytes;
        metrics.in_flight_bytes.add(gauge_value(bytes));
        Ok(())
    }
}

impl Reservation {
    /// Reserves `bytes` more, even beyond the limit: they are in memory already.
    pub(crate) fn grow_beyond(&mut self, bytes: usize) {
        self.budget.used.fetch_add(bytes, Ordering::Relaxed);
        self.bytes += bytes;
        self.budget.metrics.in_flight_bytes.add(gauge_value(bytes));
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.bytes, Ordering::Relaxed);
        self.budget.metrics.in_flight_bytes.sub(gauge_value(self.bytes));
    }
}

fn gauge_value(bytes: usize) -> i64 {
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_a_reservation_returns_its_bytes() {
        let budget = ByteBudget::new(10, Arc::new(Metrics::new().unwrap()));
        let mut first = budget.reserve();
        first.grow(6).unwrap();
        let mut second = budget.reserve();
        assert_eq!(second.grow(5), Err(Rejection::Overloaded));
        drop(first);
        assert_eq!(second.grow(10), Ok(()));
        assert!(!budget.has_room_for(1));
    }
}
