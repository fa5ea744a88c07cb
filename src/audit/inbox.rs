//! A bounded queue between the exchanges and the thread that writes the audit.
//!
//! A producer wakes the thread only if it is asleep. Under load the thread is awake anyway, so most
//! lines cost no wake-up.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub(crate) struct Inbox<T> {
    state: Mutex<InboxState<T>>,
    wake_up: Condvar,
    capacity: usize,
}

struct InboxState<T> {
    waiting: Vec<T>,
    is_open: bool,
    /// Whether the consumer is asleep and needs a wake-up.
    is_asleep: bool,
}

/// What the consumer gets.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Batch<T> {
    /// All waiting items in order; empty after a timeout.
    Items(Vec<T>),
    /// The inbox is empty and accepts nothing more.
    Closed,
}

impl<T> Inbox<T> {
    /// An inbox for up to `capacity` items.
    pub(crate) fn new(capacity: usize) -> Self {
        let state = InboxState { waiting: Vec::new(), is_open: true, is_asleep: false };
        Self { state: Mutex::new(state), wake_up: Condvar::new(), capacity }
    }

    /// A poisoned lock is usable: no code that holds it can panic halfway through a change.
    fn lock(&self) -> MutexGuard<'_, InboxState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an item, and wakes the consumer if it is asleep.
    ///
    /// # Errors
    /// The inbox is full or closed; the item is returned.
    pub(crate) fn put(&self, item: T) -> Result<(), T> {
        let mut state = self.lock();
        if !state.is_open || state.waiting.len() >= self.capacity {
            return Err(item);
        }
        state.waiting.push(item);
        let is_asleep = std::mem::take(&mut state.is_asleep);
        drop(state);
        if is_asleep {
            self.wake_up.notify_one();
        }
        Ok(())
    }

    /// Accepts no more items. Waiting items can still be taken.
    pub(crate) fn close(&self) {
        self.lock().is_open = false;
        self.wake_up.notify_one();
    }

    /// Accepts no more items and drops the waiting ones.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.is_open = false;
        let dropped = std::mem::take(&mut state.waiting);
        drop(state);
        drop(dropped);
    }

    /// Takes all items; if there are none, waits for the first one for at most `max_wait`.
    pub(crate) fn take(&self, max_wait: Duration) -> Batch<T> {
        let mut state = self.lock();
        if state.waiting.is_empty() && state.is_open {
            state.is_asleep = true;
            let woken = self
                .wake_up
                .wait_timeout_while(state, max_wait, |state| state.waiting.is_empty() && state.is_open);
            (state, _) = woken.unwrap_or_else(PoisonError::into_inner);
            state.is_asleep = false;
        }
        if state.waiting.is_empty() && !state.is_open {
            return Batch::Closed;
        }
        Batch::Items(std::mem::take(&mut state.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_TIME: Duration = Duration::ZERO;

    #[test]
    fn is_fifo_and_returns_items_beyond_capacity() {
        let inbox = Inbox::new(2);
        assert_eq!([inbox.put(1), inbox.put(2), inbox.put(3)], [Ok(()), Ok(()), Err(3)]);
        assert_eq!(inbox.take(NO_TIME), Batch::Items(vec![1, 2]));
        assert_eq!(inbox.take(NO_TIME), Batch::Items(vec![]));
        assert_eq!(inbox.put(4), Ok(()));
    }

    #[test]
    fn items_in_a_closed_inbox_can_still_be_taken() {
        let inbox = Inbox::new(2);
        inbox.put(1).unwrap();
        inbox.close();
        assert_eq!(inbox.put(2), Err(2));
        assert_eq!(inbox.take(NO_TIME), Batch::Items(vec![1]));
        assert_eq!(inbox.take(NO_TIME), Batch::Closed);
    }

    #[test]
    fn an_abandoned_inbox_drops_its_items() {
        let inbox = Inbox::new(2);
        let item = std::sync::Arc::new(());
        inbox.put(std::sync::Arc::clone(&item)).unwrap();
        inbox.abandon();
        assert_eq!(std::sync::Arc::strong_count(&item), 1);
        assert!(inbox.put(item).is_err());
    }

    #[test]
    fn no_wake_up_is_lost_with_many_producers() {
        let inbox = Inbox::new(100_000);
        let n_taken = std::thread::scope(|scope| {
            let consumer = scope.spawn(|| {
                let mut n_taken = 0;
                // A lost wake-up would block for longer than any test may take.
                while let Batch::Items(taken) = inbox.take(Duration::from_hours(1)) {
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
            let producers: Vec<_> = (0..4).map(|_| scope.spawn(put_many)).collect();
            for producer in producers {
                producer.join().unwrap();
            }
            inbox.close();
            consumer.join().unwrap()
        });
        assert_eq!(n_taken, 2000);
    }
}
