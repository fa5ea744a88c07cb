//! Refused requests in the log: at most one line a second for each code.
//!
//! A line has the number of refusals since the last one. A refusal has no payload text.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The time between two lines of one code.
const LINE_INTERVAL: Duration = Duration::from_secs(1);

/// A refused request.
pub(crate) struct RefusedRequest<'a> {
    pub(crate) id: &'a str,
    pub(crate) code: &'static str,
    pub(crate) status: u16,
    pub(crate) endpoint: &'static str,
    pub(crate) region: &'a str,
}

/// Decides which refusals become lines.
#[derive(Default)]
pub(crate) struct RefusalLog(Mutex<BTreeMap<&'static str, LoggedCode>>);

struct LoggedCode {
    last_line: Instant,
    n_left_out: u64,
}

impl RefusalLog {
    /// Logs a refusal, unless its code had a line within the last second.
    pub(crate) fn log(&self, refused: &RefusedRequest<'_>) {
        let Some(left_out) = self.admit(refused.code, Instant::now()) else { return };
        let RefusedRequest { id, code, status, endpoint, region } = *refused;
        tracing::info!(id, code, status, endpoint, region, left_out, "request refused");
    }

    /// The number of refusals without a line since the last one; `None` if this one gets no line.
    fn admit(&self, code: &'static str, now: Instant) -> Option<u64> {
        let mut codes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match codes.get_mut(code) {
            Some(logged) if now.duration_since(logged.last_line) < LINE_INTERVAL => {
                logged.n_left_out += 1;
                None
            }
            Some(logged) => {
                logged.last_line = now;
                Some(std::mem::take(&mut logged.n_left_out))
            }
            None => {
                codes.insert(code, LoggedCode { last_line: now, n_left_out: 0 });
                Some(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_one_line_a_second_with_a_count_of_the_others() {
        let (log, now) = (RefusalLog::default(), Instant::now());
        assert_eq!(log.admit("a", now), Some(0));
        assert_eq!((log.admit("a", now), log.admit("a", now)), (None, None));
        assert_eq!(log.admit("b", now), Some(0));
        assert_eq!(log.admit("a", now + LINE_INTERVAL), Some(2));
        assert_eq!(log.admit("a", now + 2 * LINE_INTERVAL), Some(0));
    }
}
