//! What waits to be written, between the exchanges and the one thread that writes.
//!
//! Bounded. Who puts something in wakes the thread only if it sleeps, so under load hardly anybody
//! is woken for a single line.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) struct Inbox<T> {
    state: Mutex<State<T>>,
    call: Condvar,
    limit: usize,
}

struct State<T> {
    waiting: Vec<T>,
    is_open: bool,
    /// Whether the thread that takes sleeps until it is woken.
    sleeps: bool,
}

/// What is there for the thread that takes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Taken<T> {
    /// These, in the order in which they came; none if the time was up.
    Some(Vec<T>),
    /// Nothing, and nothing will come.
    Closed,
}

impl<T> Inbox<T> {
    /// An inbox in which `limit` may wait.
    pub(crate) fn new(limit: usize) -> Self {
        let state = State { waiting: Vec::new(), is_open: true, sleeps: false };
        Self { state: Mutex::new(state), call: Condvar::new(), limit }
    }

    /// No code that holds the lock can leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts something in.
    ///
    /// # Errors
    /// It comes back: no more may wait, or nobody takes any more.
    pub(crate) fn put(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if !state.is_open || state.waiting.len() >= self.limit {
            return Err(item);
        }
        state.waiting.push(item);
        let sleeps = std::mem::take(&mut state.sleeps);
        drop(state);
        if sleeps {
            self.call.notify_one();
        }
        Ok(())
    }

    /// Nothing may be put in any more. What is in it can still be taken.
    pub(crate) fn close(&self) {
        self.lock().is_open = false;
        self.call.notify_one();
    }

    /// Nothing may be put in any more, and what is in it is dropped.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.is_open = false;
        let dropped = std::mem::take(&mut state.waiting);
        drop(state);
        drop(dropped);
    }

    /// Waits at most so long for something, and takes all that is there.
    pub(crate) fn take(&self, longest: Duration) -> Taken<T> {
        let mut state = self.lock();
        if state.waiting.is_empty() && state.is_open {
            state.sleeps = true;
            let woken = self
                .call
                .wait_timeout_while(state, longest, |state| state.waiting.is_empty() && state.is_open);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
            state.sleeps = false;
        }
        if state.waiting.is_empty() && !state.is_open {
            return Taken::Closed;
        }
        Taken::Some(std::mem::take(&mut state.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_TIME: Duration = Duration::ZERO;

    #[test]
    fn gives_what_came_in_order_and_back_what_has_no_place() {
        let inbox = Inbox::new(2);
        assert_eq!([inbox.put(1), inbox.put(2), inbox.put(3)], [Ok(()), Ok(()), Err(3)]);
        assert_eq!(inbox.take(NO_TIME), Taken::Some(vec![1, 2]));
        assert_eq!(inbox.take(NO_TIME), Taken::Some(vec![]));
        assert_eq!(inbox.put(4), Ok(()));
    }

    #[test]
    fn what_is_in_it_when_it_closes_is_still_taken() {
        let inbox = Inbox::new(2);
        inbox.put(1).unwrap();
        inbox.close();
        assert_eq!(inbox.put(2), Err(2));
        assert_eq!(inbox.take(NO_TIME), Taken::Some(vec![1]));
        assert_eq!(inbox.take(NO_TIME), Taken::Closed);
    }

    #[test]
    fn nobody_waits_in_vain_for_an_inbox_that_is_abandoned() {
        let inbox = Inbox::new(2);
        let item = std::sync::Arc::new(());
        inbox.put(std::sync::Arc::clone(&item)).unwrap();
        inbox.abandon();
        assert_eq!(std::sync::Arc::strong_count(&item), 1);
        assert!(inbox.put(item).is_err());
    }

    #[test]
    fn all_of_many_arrive_though_the_thread_sleeps_in_between() {
        let inbox = Inbox::new(100_000);
        let n_taken = std::thread::scope(|scope| {
            let taker = scope.spawn(|| {
                let mut n_taken = 0;
                // Whoever is not woken waits for longer than any test may take.
                while let Taken::Some(taken) = inbox.take(Duration::from_hours(1)) {
                    n_taken += taken.len();
                }
                n_taken
            });
            let put_many = || {
                for n in 0..500 {
                    inbox.put(n).unwrap();
                    if n % 16 == 0 {
                        std::thread::yield_now();
                    }
                }
            };
            let putters: Vec<_> = (0..4).map(|_| scope.spawn(put_many)).collect();
            for putter in putters {
                putter.join().unwrap();
            }
            inbox.close();
            taker.join().unwrap()
        });
        assert_eq!(n_taken, 2000);
    }
}
