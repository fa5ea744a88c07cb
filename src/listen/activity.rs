//! What a connection is doing, and how long it may go on.
//!
//! The socket, the exchanges and the answers report here. The connection's task asks for the verdict
//! and closes the connection. No clock: callers pass the time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::config::limits::ProxyLimits;
use crate::exchange::Reservation;

/// How long a connection that is closing may take to close by itself while it has no exchange.
const CLOSE_TIME: Duration = Duration::from_millis(500);

/// How long a client may take to read an answer once its connection is closing.
const LAST_ANSWER_TIME: Duration = Duration::from_secs(2);

/// The times that a connection has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionTimes {
    header: Duration,
    idle: Duration,
    write: Duration,
}

impl ConnectionTimes {
    pub(crate) fn new(limits: &ProxyLimits) -> Self {
        Self { header: limits.header_time, idle: limits.idle_time, write: limits.write_time }
    }

    /// How often to look at the verdict. A change of state can make it due earlier than it was.
    fn interval(self) -> Duration {
        self.header.min(self.idle).min(self.write) / 2
    }
}

/// What to do with a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionVerdict {
    /// It stays open; ask again at this time.
    KeepUntil(Instant),
    /// It was idle: close it in order.
    Close,
    /// It exceeded a time: drop it.
    Cut,
}

/// The state of one connection.
pub(crate) struct Activity(Mutex<ActivityState>);

struct ActivityState {
    n_exchanges: usize,
    /// The answers that the client has not read, by the time they were ready.
    unread: BTreeSet<(Instant, u64)>,
    n_answers: u64,
    /// When the current request head began. A new connection owes one.
    head_since: Option<Instant>,
    /// When the last exchange ended.
    idle_since: Instant,
    /// Since when the socket accepts no more bytes.
    blocked_since: Option<Instant>,
    is_http2: bool,
}

impl Activity {
    pub(crate) fn new(now: Instant) -> Arc<Self> {
        Arc::new(Self(Mutex::new(ActivityState {
            n_exchanges: 0,
            unread: BTreeSet::new(),
            n_answers: 0,
            head_since: Some(now),
            idle_since: now,
            blocked_since: None,
            is_http2: false,
        })))
    }

    /// The client sent bytes.
    pub(crate) fn received(&self, now: Instant) {
        let mut state = self.lock();
        if state.n_exchanges == 0 && !state.is_http2 && state.head_since.is_none() {
            state.head_since = Some(now);
        }
    }

    /// The client sent the whole preface of HTTP/2. From here on pings look like heads, so only
    /// exchanges count.
    pub(crate) fn is_http2(&self, now: Instant) {
        let mut state = self.lock();
        (state.is_http2, state.head_since, state.idle_since) = (true, None, now);
    }

    /// The socket accepted bytes, or refused them.
    pub(crate) fn wrote(&self, is_blocked: bool, now: Instant) {
        let mut state = self.lock();
        if !is_blocked {
            state.blocked_since = None;
        } else if state.blocked_since.is_none() {
            state.blocked_since = Some(now);
        }
    }

    /// A request arrived. `None` if the connection has `limit` exchanges.
    pub(crate) fn begin_exchange(self: &Arc<Self>, limit: usize) -> Option<ConnectionExchange> {
        let mut state = self.lock();
        state.head_since = None;
        if state.n_exchanges >= limit {
            return None;
        }
        state.n_exchanges += 1;
        Some(ConnectionExchange(Arc::clone(self)))
    }

    /// Follows an answer until its bytes are written or dropped. `reserved` is returned then.
    pub(crate) fn follow(self: &Arc<Self>, bytes: Bytes, reserved: Option<Reservation>) -> Bytes {
        if bytes.is_empty() {
            return bytes;
        }
        let now = Instant::now();
        let mut state = self.lock();
        state.n_answers += 1;
        let key = (now, state.n_answers);
        state.unread.insert(key);
        drop(state);
        Bytes::from_owner(UnreadAnswer { bytes, key, activity: Arc::clone(self), _reserved: reserved })
    }

    /// What to do with the connection now. `closing` is the time since when it is closing.
    pub(crate) fn verdict(
        &self,
        times: ConnectionTimes,
        closing: Option<Instant>,
        now: Instant,
    ) -> ConnectionVerdict {
        let state = self.lock();
        let unread = state.unread.first().map(|(since, _)| *since);
        let waits_since = unread.into_iter().chain(state.blocked_since).min();
        let (due, verdict) = match (waits_since, closing) {
            (Some(since), None) => (since + times.write, ConnectionVerdict::Cut),
            (Some(since), Some(closing)) => {
                ((since + times.write).min(since.max(closing) + LAST_ANSWER_TIME), ConnectionVerdict::Cut)
            }
            (None, _) if state.n_exchanges > 0 => {
                return ConnectionVerdict::KeepUntil(now + times.interval());
            }
            (None, Some(closing)) => (closing.max(state.idle_since) + CLOSE_TIME, ConnectionVerdict::Cut),
            (None, None) => match state.head_since {
                Some(since) => (since + times.header, ConnectionVerdict::Cut),
                None => (state.idle_since + times.idle, ConnectionVerdict::Close),
            },
        };
        if due <= now { verdict } else { ConnectionVerdict::KeepUntil(due.min(now + times.interval())) }
    }

    /// Ignores poisoning: no code that holds the lock can panic.
    fn lock(&self) -> MutexGuard<'_, ActivityState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An exchange in progress on a connection. It ends when this is dropped.
pub(crate) struct ConnectionExchange(Arc<Activity>);

impl Drop for ConnectionExchange {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.n_exchanges = state.n_exchanges.saturating_sub(1);
        state.idle_since = Instant::now();
    }
}

/// An answer that the client has not read.
struct UnreadAnswer {
    bytes: Bytes,
    key: (Instant, u64),
    activity: Arc<Activity>,
    _reserved: Option<Reservation>,
}

impl AsRef<[u8]> for UnreadAnswer {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for UnreadAnswer {
    fn drop(&mut self) {
        let mut state = self.activity.lock();
        state.unread.remove(&self.key);
        state.idle_since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMES: ConnectionTimes = ConnectionTimes {
        header: Duration::from_secs(10),
        idle: Duration::from_secs(75),
        write: Duration::from_secs(30),
    };

    fn after(now: Instant, seconds: u64) -> Instant {
        now + Duration::from_secs(seconds)
    }

    fn verdict(activity: &Activity, now: Instant) -> ConnectionVerdict {
        activity.verdict(TIMES, None, now)
    }

    #[test]
    fn a_connection_without_a_request_is_cut_after_the_header_time() {
        let now = Instant::now();
        let activity = Activity::new(now);
        activity.received(after(now, 9));
        assert_eq!(verdict(&activity, after(now, 9)), ConnectionVerdict::KeepUntil(after(now, 10)));
        assert_eq!(verdict(&activity, after(now, 10)), ConnectionVerdict::Cut);
    }

    #[test]
    fn a_connection_without_an_exchange_is_closed_after_the_idle_time() {
        let now = Instant::now();
        let activity = Activity::new(now);
        let exchange = activity.begin_exchange(1).unwrap();
        assert!(activity.begin_exchange(1).is_none());
        assert!(matches!(verdict(&activity, after(now, 1000)), ConnectionVerdict::KeepUntil(_)));
        drop(exchange);
        assert!(matches!(verdict(&activity, after(now, 70)), ConnectionVerdict::KeepUntil(_)));
        assert_eq!(verdict(&activity, after(now, 80)), ConnectionVerdict::Close);
        activity.received(after(now, 60));
        assert_eq!(verdict(&activity, after(now, 70)), ConnectionVerdict::Cut);
    }

    #[test]
    fn pings_do_not_keep_an_http2_connection_open() {
        let now = Instant::now();
        let activity = Activity::new(now);
        activity.is_http2(now);
        activity.received(after(now, 74));
        assert_eq!(verdict(&activity, after(now, 75)), ConnectionVerdict::Close);
    }

    #[test]
    fn an_unread_answer_is_cut_after_the_write_time() {
        let now = Instant::now();
        let activity = Activity::new(now);
        drop(activity.begin_exchange(1));
        let answer = activity.follow(Bytes::from_static(b"answer"), None);
        let part = answer.slice(3..);
        drop(answer);
        assert_eq!(verdict(&activity, after(now, 40)), ConnectionVerdict::Cut);
        drop(part);
        assert!(matches!(verdict(&activity, after(now, 40)), ConnectionVerdict::KeepUntil(_)));
        activity.wrote(true, now);
        activity.wrote(true, after(now, 29));
        assert_eq!(verdict(&activity, after(now, 30)), ConnectionVerdict::Cut);
        activity.wrote(false, after(now, 30));
        assert!(matches!(verdict(&activity, after(now, 30)), ConnectionVerdict::KeepUntil(_)));
    }
}
