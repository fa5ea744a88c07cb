//! Decides when the queue sheds load, by how long its requests are overdue.
//!
//! A burst that is worked off soon is no overload: a queue sheds only once requests were overdue by
//! more than the target for a whole interval, as CoDel does. It then refuses what waited too long, and
//! what arrives while the oldest request is still overdue, until the queue is short again.

use std::time::{Duration, Instant};

/// How long a request may be overdue.
const TARGET: Duration = Duration::from_millis(500);

/// How long requests must be overdue before the queue sheds.
const INTERVAL: Duration = Duration::from_millis(500);

/// How long requests may be overdue while the queue sheds. It sheds until they are less.
const SHEDDING_TARGET: Duration = Duration::from_millis(100);

/// Whether one lane of the queue is overloaded.
#[derive(Default)]
pub(crate) struct OverloadDetector {
    above_since: Option<Instant>,
    is_shedding: bool,
}

impl OverloadDetector {
    /// A request that was due at `due` leaves the queue. Whether to refuse it.
    pub(crate) fn refuses_next(&mut self, due: Instant, now: Instant) -> bool {
        let overdue = now.saturating_duration_since(due);
        if overdue <= if self.is_shedding { SHEDDING_TARGET } else { TARGET } {
            *self = Self::default();
            return false;
        }
        let since = *self.above_since.get_or_insert(now);
        self.is_shedding |= now.saturating_duration_since(since) >= INTERVAL;
        self.is_shedding && overdue > TARGET
    }

    /// Whether to refuse a request that arrives while the oldest one is due at `oldest_due`.
    pub(crate) fn refuses_arrival(&self, oldest_due: Option<Instant>, now: Instant) -> bool {
        let overdue = oldest_due.map(|due| now.saturating_duration_since(due));
        self.is_shedding && overdue.is_some_and(|overdue| overdue > SHEDDING_TARGET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_worked_off_and_a_standing_queue_is_shed() {
        let (mut lane, start) = (OverloadDetector::default(), Instant::now());
        let at = |ms| start + Duration::from_millis(ms);
        assert!(!lane.refuses_next(start, at(900)), "a burst");
        assert!(!lane.refuses_arrival(Some(start), at(900)));
        assert!(!lane.refuses_next(at(1000), at(1100)), "it is over");
        assert!(!lane.refuses_next(at(1400), at(2000)));
        assert!(lane.refuses_next(at(1900), at(2500)), "overdue for a whole interval");
        assert!(lane.refuses_arrival(Some(at(2300)), at(2500)));
        assert!(!lane.refuses_arrival(Some(at(2450)), at(2500)) && !lane.refuses_arrival(None, at(2500)));
        assert!(!lane.refuses_next(at(2400), at(2600)), "it did not wait too long");
        assert!(!lane.refuses_next(at(2600), at(2650)), "the queue is short again");
        assert!(!lane.refuses_arrival(Some(at(2000)), at(2650)));
    }
}
