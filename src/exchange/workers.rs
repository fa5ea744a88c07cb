//! The threads that redact: their own, so that a large body never holds up the network.
//!
//! Each keeps its buffers from request to request. A panic ends the request, not the thread: what
//! the panic said is not told to anyone, and the buffers it left are thrown away.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::request::Parts;
use tokio::sync::oneshot;

use crate::config::suppressions;
use crate::decode::endpoint::Endpoint;
use crate::exchange::facts::bearer;
use crate::exchange::rejection::Rejection;
use crate::pipeline::{self, Memory, Redacted, Request, Scratch};
use crate::redact::policy::Policy;
use crate::session::store::Store;

/// Requests that may wait for a thread. Their bytes are bounded by the budget.
const QUEUE: usize = 4096;

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

    fn run(&self, scratch: &mut Scratch) -> Result<Redacted, Rejection> {
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

type Waiting = (Job, oneshot::Sender<Result<Redacted, Rejection>>);

/// The threads that redact.
pub(crate) struct Workers {
    queue: SyncSender<Waiting>,
}

impl Workers {
    /// Starts the threads; they end when this is dropped.
    pub(crate) fn start(n_threads: usize) -> std::io::Result<Self> {
        let (queue, jobs) = sync_channel(QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        for idx in 0..n_threads {
            let jobs = Arc::clone(&jobs);
            std::thread::Builder::new().name(format!("redact-{idx}")).spawn(move || work(&jobs))?;
        }
        Ok(Self { queue })
    }

    /// Redacts one request, when a thread is free.
    pub(crate) async fn redact(&self, job: Job) -> Result<Redacted, Rejection> {
        let (done, answer) = oneshot::channel();
        self.queue.try_send((job, done)).map_err(|_| Rejection::Overloaded)?;
        answer.await.unwrap_or(Err(Rejection::Internal))
    }
}

fn work(jobs: &Mutex<Receiver<Waiting>>) {
    let mut scratch = Scratch::default();
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, done)) = next else { return };
        // Whoever waited has gone: its time was up.
        if done.is_closed() {
            continue;
        }
        let _ = done.send(guarded(&mut scratch, |scratch| job.run(scratch)));
    }
}

fn guarded<T>(
    scratch: &mut Scratch,
    work: impl FnOnce(&mut Scratch) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    let result = catch_unwind(AssertUnwindSafe(|| work(scratch)));
    result.unwrap_or_else(|_| {
        *scratch = Scratch::default();
        Err(Rejection::Internal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_ends_the_request_and_not_the_thread() {
        let mut scratch = Scratch::default();
        let result = guarded::<()>(&mut scratch, |_| std::panic::resume_unwind(Box::new("a secret")));
        assert_eq!(result, Err(Rejection::Internal));
        assert!(!Rejection::Internal.detail().contains("secret"));
        assert_eq!(guarded(&mut scratch, |_| Ok(1)), Ok(1));
    }
}
