//! The redaction threads. They are separate from the network threads, so that a large body never
//! delays the network.
//!
//! Each thread keeps its buffers and tables from request to request, and warms them up before the
//! first. A panic ends the request, not the thread: its message is discarded, since it could quote
//! the payload, and so are the buffers it left behind.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use blackbar_core::pipeline::{Redacted, Workspace};
use blackbar_core::policy::Policy;
use tokio::sync::{oneshot, watch};

use crate::exchange::job::RedactionJob;
use crate::exchange::queue::{Queue, WorkSize};
use crate::exchange::rejection::Rejection;
use crate::exchange::warm;
use crate::telemetry::metrics::{ExchangeStage, Metrics};

/// A job in the queue, and the channel to its caller.
struct QueuedJob {
    job: RedactionJob,
    size: WorkSize,
    since: Instant,
    reply: oneshot::Sender<Result<Redacted, Rejection>>,
}

/// The redaction threads. They end when this is dropped.
pub(crate) struct Workers {
    pool: Arc<Pool>,
    n_threads: usize,
}

/// What the threads share.
struct Pool {
    state: Mutex<PoolState>,
    /// Signals sleeping threads that there is work.
    wake: Condvar,
    metrics: Arc<Metrics>,
}

struct PoolState {
    queue: Queue<QueuedJob>,
    warm_up: Option<WarmUp>,
    is_open: bool,
    /// Threads that sleep on the condition variable. All others check the queue before they sleep.
    n_idle: usize,
}

/// A policy to warm up for. `n_warm` counts the threads that have.
#[derive(Clone)]
struct WarmUp {
    policy: Arc<Policy>,
    n_warm: Arc<watch::Sender<usize>>,
}

impl Workers {
    /// Starts `n_threads` threads, with a queue of at most `max_queued` requests.
    pub(crate) fn start(n_threads: usize, max_queued: usize, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let queue = Queue::new(max_queued, n_threads);
        let state = Mutex::new(PoolState { queue, warm_up: None, is_open: true, n_idle: 0 });
        let workers = Self { pool: Arc::new(Pool { state, wake: Condvar::new(), metrics }), n_threads };
        for idx in 0..n_threads {
            let pool = Arc::clone(&workers.pool);
            std::thread::Builder::new().name(format!("redact-{idx}")).spawn(move || work(&pool))?;
        }
        Ok(workers)
    }

    /// Queues one request and waits for its result.
    pub(crate) async fn redact(&self, job: RedactionJob) -> Result<Redacted, Rejection> {
        let (reply, result) = oneshot::channel();
        let (size, since) = (WorkSize::of(job.body()), Instant::now());
        self.pool.push(QueuedJob { job, size, since, reply })?;
        result.await.unwrap_or(Err(Rejection::Internal))
    }

    /// Asks each thread to warm up for a policy while no request waits. The returned future ends
    /// when all have, or when another policy replaces this one.
    pub(crate) fn warm_up(&self, policy: Arc<Policy>) -> impl Future<Output = ()> + use<> {
        let (n_warm, mut warm) = watch::channel(0);
        self.pool.lock().warm_up = Some(WarmUp { policy, n_warm: Arc::new(n_warm) });
        self.pool.wake.notify_all();
        let n_threads = self.n_threads;
        async move {
            let _ = warm.wait_for(|n| *n >= n_threads).await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.pool.lock().is_open = false;
        self.pool.wake.notify_all();
    }
}

/// What a thread does next.
enum NextTask {
    Redact(QueuedJob),
    Refuse(QueuedJob),
    WarmUp(WarmUp),
    Exit,
}

impl Pool {
    /// Ignores poisoning: no code that holds the lock can leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, PoolState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a job, and wakes a thread only if one sleeps: busy threads check the queue themselves.
    fn push(&self, queued: QueuedJob) -> Result<(), Rejection> {
        let (size, since) = (queued.size, queued.since);
        let mut state = self.lock();
        if state.queue.is_overloaded(size, since) {
            return Err(Rejection::Overloaded);
        }
        state.queue.push(queued, size, since).map_err(|_| Rejection::QueueFull)?;
        let is_any_idle = state.n_idle > 0;
        drop(state);
        self.metrics.queued.inc();
        if is_any_idle {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Waits for something to do. `warm_for` is the policy this thread has warmed up for.
    fn next_task(&self, warm_for: Option<&Arc<Policy>>) -> NextTask {
        let mut state = self.lock();
        loop {
            if !state.is_open {
                return NextTask::Exit;
            }
            if let Some((queued, is_refused)) = state.queue.pop_at(Instant::now()) {
                return if is_refused { NextTask::Refuse(queued) } else { NextTask::Redact(queued) };
            }
            let wanted = state.warm_up.clone();
            let is_cold = |wanted: &WarmUp| !warm_for.is_some_and(|warm| Arc::ptr_eq(warm, &wanted.policy));
            if let Some(wanted) = wanted.filter(is_cold) {
                return NextTask::WarmUp(wanted);
            }
            state.n_idle += 1;
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.n_idle -= 1;
        }
    }

    fn done(&self, size: WorkSize) {
        self.lock().queue.done(size);
        if size.is_large() {
            // Another large request may have been waiting for this one to end.
            self.wake.notify_one();
        }
    }
}

fn work(pool: &Pool) {
    let mut scratch = Workspace::default();
    let mut warm_for = None;
    loop {
        match pool.next_task(warm_for.as_ref()) {
            NextTask::Redact(QueuedJob { job, size, since, reply }) => {
                pool.metrics.queued.dec();
                pool.metrics.stage_took(ExchangeStage::Queue, since.elapsed());
                // The caller drops its end when the request times out.
                if !reply.is_closed() {
                    let _ = reply.send(catch_panic(&mut scratch, |scratch| job.run(scratch)));
                }
                pool.done(size);
            }
            NextTask::Refuse(QueuedJob { size, since, reply, .. }) => {
                pool.metrics.queued.dec();
                pool.metrics.stage_took(ExchangeStage::Queue, since.elapsed());
                let _ = reply.send(Err(Rejection::Overloaded));
                pool.done(size);
            }
            NextTask::WarmUp(WarmUp { policy, n_warm }) => {
                let warm_up = |scratch: &mut Workspace| {
                    warm::warm_up(&policy, scratch);
                    Ok(())
                };
                let _ = catch_panic(&mut scratch, warm_up);
                n_warm.send_modify(|n| *n += 1);
                warm_for = Some(policy);
            }
            NextTask::Exit => return,
        }
    }
}

/// Runs `work`. A panic becomes [`Rejection::Internal`], and the buffers are replaced: they may be
/// in any state.
fn catch_panic<T>(
    scratch: &mut Workspace,
    work: impl FnOnce(&mut Workspace) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    let result = catch_unwind(AssertUnwindSafe(|| work(scratch)));
    result.unwrap_or_else(|_| {
        *scratch = Workspace::default();
        Err(Rejection::Internal)
    })
}

#[cfg(test)]
mod tests {
    use blackbar_core::endpoint::classify;
    use blackbar_core::policy::{Limits, Preset};
    use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
    use blackbar_core::session::InMemoryWindows;
    use bytes::Bytes;

    use super::*;

    fn policy() -> Arc<Policy> {
        let packs = vec!["contact".to_owned()];
        let rules =
            RuleSet::build(builtin_packs(), &[], &Selection { packs, ..Selection::default() }).unwrap();
        Arc::new(Policy::new(rules, Preset::Balanced.postures(), &[], Limits::default(), [1; 32]).unwrap())
    }

    fn job(policy: &Arc<Policy>) -> RedactionJob {
        let (head, ()) = http::Request::post("/e/").body(()).unwrap().into_parts();
        let body = Bytes::from_static(br#"{"event":"a","properties":{"token":"t","x":"a@example.com"}}"#);
        let endpoint = classify("POST", "/e/").unwrap();
        RedactionJob::new(
            endpoint,
            &head,
            &[],
            body,
            Arc::clone(policy),
            Arc::new(InMemoryWindows::default()),
        )
    }

    fn workers(n_threads: usize, max_queued: usize) -> Workers {
        Workers::start(n_threads, max_queued, Arc::new(Metrics::new().unwrap())).unwrap()
    }

    #[tokio::test]
    async fn warm_up_ends_when_every_thread_is_warm() {
        let (workers, policy) = (workers(3, 1), policy());
        workers.warm_up(Arc::clone(&policy)).await;
        assert_eq!(Arc::strong_count(&policy), 5);
        let redacted = workers.redact(job(&policy)).await.map_err(Rejection::code).unwrap();
        assert_eq!(redacted.report.n_findings(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn concurrent_requests_are_all_answered() {
        let (workers, policy) = (Arc::new(workers(2, 1000)), policy());
        let ask = |_| {
            let (workers, job) = (Arc::clone(&workers), job(&policy));
            tokio::spawn(async move { workers.redact(job).await.is_ok() })
        };
        for _ in 0..50 {
            // The threads fall asleep between rounds.
            for answer in (0..8).map(ask).collect::<Vec<_>>() {
                assert!(answer.await.unwrap());
            }
        }
        assert_eq!(workers.pool.metrics.queued.get(), 0);
    }

    #[tokio::test]
    async fn a_full_queue_rejects_the_request() {
        let (workers, policy) = (workers(0, 1), policy());
        let mut first = std::pin::pin!(workers.redact(job(&policy)));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(first.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        assert_eq!(workers.redact(job(&policy)).await.err(), Some(Rejection::QueueFull));
        assert_eq!(workers.pool.metrics.queued.get(), 1);
    }

    #[test]
    fn a_panic_ends_the_request_but_not_the_thread() {
        let mut scratch = Workspace::default();
        let result = catch_panic::<()>(&mut scratch, |_| std::panic::resume_unwind(Box::new("a secret")));
        assert_eq!(result, Err(Rejection::Internal));
        assert!(!Rejection::Internal.detail().contains("secret"));
        assert_eq!(catch_panic(&mut scratch, |_| Ok(1)), Ok(1));
    }
}
