//! The threads that redact: their own, so that a large body never holds up the network.
//!
//! Each keeps its buffers and tables from request to request, and warms them up before the first.
//! A panic ends the request, not the thread: what the panic said is not told to anyone, and the
//! buffers it left are thrown away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use blackbar_core::decode::endpoint::Endpoint;
use blackbar_core::pipeline::{self, Memory, Redacted, Request, Workspace};
use blackbar_core::redact::policy::Policy;
use blackbar_core::session::store::Store;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::request::Parts;
use tokio::sync::{oneshot, watch};

use crate::config::suppressions;
use crate::exchange::facts::bearer;
use crate::exchange::queue::{Queue, Size};
use crate::exchange::rejection::Rejection;
use crate::exchange::warm;
use crate::telemetry::metrics::{Metrics, Stage};

/// One request to redact.
pub(crate) struct Job {
    endpoint: &'static Endpoint,
    path: String,
    query: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    bearer: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    policy: Arc<Policy>,
    sessions: Arc<dyn Store>,
}

impl Job {
    pub(crate) fn new(
        endpoint: &'static Endpoint,
        head: &Parts,
        named: &[HeaderName],
        body: Bytes,
        policy: Arc<Policy>,
        sessions: Arc<dyn Store>,
    ) -> Self {
        Self {
            endpoint,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            content_type: header(&head.headers, &CONTENT_TYPE),
            content_encoding: header(&head.headers, &CONTENT_ENCODING),
            bearer: bearer(head).map(str::to_owned),
            headers: texts(&head.headers, named),
            body,
            policy,
            sessions,
        }
    }

    fn run(&self, scratch: &mut Workspace) -> Result<Redacted, Rejection> {
        let request = Request {
            endpoint: self.endpoint,
            path: &self.path,
            query: &self.query,
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            bearer: self.bearer.as_deref(),
            headers: &self.headers,
            body: &self.body,
        };
        scratch.set_time(Some(suppressions::now()));
        let memory = Memory { store: &*self.sessions, now_ms: now_ms() };
        Ok(pipeline::run(&request, &self.policy, memory, scratch)?)
    }
}

/// Milliseconds since this was first asked.
fn now_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}

fn header(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    // A value that is not text is told as one that fits nothing, not as none.
    headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned())
}

/// The headers of these names; one that is not text does not cross.
fn texts(headers: &HeaderMap, named: &[HeaderName]) -> Vec<(String, String)> {
    let values = named.iter().flat_map(|name| headers.get_all(name).iter().map(move |value| (name, value)));
    values
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}

/// A request, who waits for it, and since when.
struct Waiting {
    job: Job,
    size: Size,
    since: Instant,
    done: oneshot::Sender<Result<Redacted, Rejection>>,
}

/// The threads that redact.
pub(crate) struct Workers {
    shared: Arc<Shared>,
    n_threads: usize,
}

struct Shared {
    state: Mutex<State>,
    /// There is something to do.
    call: Condvar,
    metrics: Arc<Metrics>,
}

struct State {
    queue: Queue<Waiting>,
    warmth: Option<Warmth>,
    is_open: bool,
    /// Threads that sleep until they are called. The others look here before they do.
    n_idle: usize,
}

/// A policy to be warm for. Who waits for it hears how many threads are.
#[derive(Clone)]
struct Warmth {
    policy: Arc<Policy>,
    n_warm: Arc<watch::Sender<usize>>,
}

impl Workers {
    /// Starts the threads; they end when this is dropped.
    pub(crate) fn start(n_threads: usize, n_waiting: usize, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let queue = Queue::new(n_waiting, n_threads);
        let state = Mutex::new(State { queue, warmth: None, is_open: true, n_idle: 0 });
        let workers = Self { shared: Arc::new(Shared { state, call: Condvar::new(), metrics }), n_threads };
        for idx in 0..n_threads {
            let shared = Arc::clone(&workers.shared);
            std::thread::Builder::new().name(format!("redact-{idx}")).spawn(move || work(&shared))?;
        }
        Ok(workers)
    }

    /// Redacts one request, when its turn comes.
    pub(crate) async fn redact(&self, job: Job) -> Result<Redacted, Rejection> {
        let (done, answer) = oneshot::channel();
        let (size, since) = (Size::of(&job.body), Instant::now());
        let waiting = Waiting { job, size, since, done };
        self.shared.push(waiting)?;
        answer.await.unwrap_or(Err(Rejection::Internal))
    }

    /// Lets each thread warm up for a policy, when no request waits. What is returned ends when all
    /// have, or when another policy takes its place.
    pub(crate) fn warm_up(&self, policy: Arc<Policy>) -> impl Future<Output = ()> + use<> {
        let (n_warm, mut told) = watch::channel(0);
        self.shared.lock().warmth = Some(Warmth { policy, n_warm: Arc::new(n_warm) });
        self.shared.call.notify_all();
        let n_threads = self.n_threads;
        async move {
            let _ = told.wait_for(|n| *n >= n_threads).await;
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.shared.lock().is_open = false;
        self.shared.call.notify_all();
    }
}

/// What a thread does next.
#[expect(clippy::large_enum_variant, reason = "matched where it is returned")]
enum Next {
    Request(Waiting),
    WarmUp(Warmth),
    End,
}

impl Shared {
    /// No code that holds the lock can leave the state half changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a request in line. Threads that work look there by themselves.
    fn push(&self, waiting: Waiting) -> Result<(), Rejection> {
        let (size, since) = (waiting.size, waiting.since);
        let mut state = self.lock();
        state.queue.push(waiting, size, since).map_err(|_| Rejection::QueueFull)?;
        let is_anyone_idle = state.n_idle > 0;
        drop(state);
        self.metrics.queued.inc();
        if is_anyone_idle {
            self.call.notify_one();
        }
        Ok(())
    }

    /// Waits for something to do. `warm_for` is what this thread has warmed up for.
    fn next(&self, warm_for: Option<&Arc<Policy>>) -> Next {
        let mut state = self.lock();
        loop {
            if !state.is_open {
                return Next::End;
            }
            if let Some(waiting) = state.queue.pop() {
                return Next::Request(waiting);
            }
            let wanted = state.warmth.clone();
            let is_cold = |warmth: &Warmth| !warm_for.is_some_and(|warm| Arc::ptr_eq(warm, &warmth.policy));
            if let Some(warmth) = wanted.filter(is_cold) {
                return Next::WarmUp(warmth);
            }
            state.n_idle += 1;
            state = self.call.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.n_idle -= 1;
        }
    }

    fn done(&self, size: Size) {
        self.lock().queue.done(size);
        if size.is_large() {
            // The next large one may have waited for this alone.
            self.call.notify_one();
        }
    }
}

fn work(shared: &Shared) {
    let mut scratch = Workspace::default();
    let mut warm_for = None;
    loop {
        match shared.next(warm_for.as_ref()) {
            Next::Request(Waiting { job, size, since, done }) => {
                shared.metrics.queued.dec();
                shared.metrics.stage_took(Stage::Queue, since.elapsed());
                // Whoever waited may have gone: its time was up.
                if !done.is_closed() {
                    let _ = done.send(guarded(&mut scratch, |scratch| job.run(scratch)));
                }
                shared.done(size);
            }
            Next::WarmUp(Warmth { policy, n_warm }) => {
                let warm_up = |scratch: &mut Workspace| {
                    warm::up(&policy, scratch);
                    Ok(())
                };
                let _ = guarded(&mut scratch, warm_up);
                n_warm.send_modify(|n| *n += 1);
                warm_for = Some(policy);
            }
            Next::End => return,
        }
    }
}

fn guarded<T>(
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
    use blackbar_core::decode::endpoint::classify;
    use blackbar_core::redact::policy::{Limits, Preset};
    use blackbar_core::rules::{RuleSet, Selection, builtin_packs};
    use blackbar_core::session::store::Sessions;

    use super::*;

    fn policy() -> Arc<Policy> {
        let packs = vec!["contact".to_owned()];
        let rules =
            RuleSet::build(builtin_packs(), &[], &Selection { packs, ..Selection::default() }).unwrap();
        Arc::new(Policy::new(rules, Preset::Balanced.postures(), &[], Limits::default(), [1; 32]).unwrap())
    }

    fn job(policy: &Arc<Policy>) -> Job {
        let (head, ()) = http::Request::post("/e/").body(()).unwrap().into_parts();
        let body = Bytes::from_static(br#"{"event":"a","properties":{"token":"t","x":"a@example.com"}}"#);
        let endpoint = classify("POST", "/e/").unwrap();
        Job::new(endpoint, &head, &[], body, Arc::clone(policy), Arc::new(Sessions::default()))
    }

    fn workers(n_threads: usize, n_waiting: usize) -> Workers {
        Workers::start(n_threads, n_waiting, Arc::new(Metrics::new().unwrap())).unwrap()
    }

    #[tokio::test]
    async fn every_thread_is_warm_when_warming_up_ends() {
        let (workers, policy) = (workers(3, 1), policy());
        workers.warm_up(Arc::clone(&policy)).await;
        assert_eq!(Arc::strong_count(&policy), 5);
        let redacted = workers.redact(job(&policy)).await.map_err(Rejection::code).unwrap();
        assert_eq!(redacted.report.n_findings(), 1);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn requests_of_many_at_once_are_all_answered() {
        let (workers, policy) = (Arc::new(workers(2, 1000)), policy());
        let ask = |_| {
            let (workers, job) = (Arc::clone(&workers), job(&policy));
            tokio::spawn(async move { workers.redact(job).await.is_ok() })
        };
        for _ in 0..50 {
            // Between the rounds the threads go to sleep.
            for answer in (0..8).map(ask).collect::<Vec<_>>() {
                assert!(answer.await.unwrap());
            }
        }
        assert_eq!(workers.shared.metrics.queued.get(), 0);
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told() {
        let (workers, policy) = (workers(0, 1), policy());
        let mut first = std::pin::pin!(workers.redact(job(&policy)));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(first.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        assert_eq!(workers.redact(job(&policy)).await.err(), Some(Rejection::QueueFull));
        assert_eq!(workers.shared.metrics.queued.get(), 1);
    }

    #[test]
    fn a_panic_ends_the_request_and_not_the_thread() {
        let mut scratch = Workspace::default();
        let result = guarded::<()>(&mut scratch, |_| std::panic::resume_unwind(Box::new("a secret")));
        assert_eq!(result, Err(Rejection::Internal));
        assert!(!Rejection::Internal.detail().contains("secret"));
        assert_eq!(guarded(&mut scratch, |_| Ok(1)), Ok(1));
    }
}
