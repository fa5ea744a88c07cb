//! The admin listener for operators: `/healthz`, `/readyz`, `/metrics`.
//!
//! It is separate from the SDK listener, and forwards nothing.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::telemetry::metrics::Metrics;

/// How many operators and probes may be connected at one time.
const MAX_CONNECTIONS: usize = 64;

/// Time until the head of a request is complete, and between two requests.
const HEADER_TIME: Duration = Duration::from_secs(5);

/// The age at which a connection is closed, whatever it does.
const CONNECTION_TIME: Duration = Duration::from_mins(5);

/// The phase of the process: it starts, serves, and drains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The workers are warming up.
    Starting,
    /// It serves requests.
    Ready,
    /// It finishes the exchanges in progress.
    Draining,
}

/// The current phase. Shared between the app and the admin listener.
#[derive(Default)]
pub struct Readiness {
    phase: AtomicU8,
    /// The SDK listener has no room for another connection, or the system has none.
    is_full: AtomicBool,
}

impl Readiness {
    /// Sets the phase.
    pub fn set(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::SeqCst);
    }

    /// Moves from starting to ready, unless the process is draining already.
    pub fn mark_ready(&self) {
        let (starting, ready) = (Phase::Starting as u8, Phase::Ready as u8);
        let _ = self.phase.compare_exchange(starting, ready, Ordering::SeqCst, Ordering::SeqCst);
    }

    /// Whether the SDK listener can accept another connection.
    pub fn set_accepting(&self, can_accept: bool) {
        self.is_full.store(!can_accept, Ordering::Relaxed);
    }

    /// The current phase.
    pub fn phase(&self) -> Phase {
        match self.phase.load(Ordering::SeqCst) {
            0 => Phase::Starting,
            1 => Phase::Ready,
            _ => Phase::Draining,
        }
    }
}

/// Serves operators until `stop` becomes true.
pub async fn serve(
    listener: TcpListener,
    metrics: Arc<Metrics>,
    readiness: Arc<Readiness>,
    mut stop: watch::Receiver<bool>,
) {
    // Oldest first. A new connection always gets in: it closes the oldest one.
    let mut open: VecDeque<AbortHandle> = VecDeque::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        open.retain(|connection| !connection.is_finished());
        if open.len() >= MAX_CONNECTIONS
            && let Some(oldest) = open.pop_front()
        {
            oldest.abort();
        }
        let (metrics, readiness) = (Arc::clone(&metrics), Arc::clone(&readiness));
        let connection = tokio::spawn(async move {
            let service = service_fn(move |request: Request<hyper::body::Incoming>| {
                let reply = answer(request.method(), request.uri().path(), &metrics, &readiness);
                async move { Ok::<_, Infallible>(reply) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADER_TIME)
                // A probe may close its side once it has sent its request.
                .half_close(true)
                .serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(CONNECTION_TIME, connection).await;
        });
        open.push_back(connection.abort_handle());
    }
    open.iter().for_each(AbortHandle::abort);
}

fn answer(method: &Method, path: &str, metrics: &Metrics, readiness: &Readiness) -> Response<Full<Bytes>> {
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    let (status, kind, body) = match path {
        _ if *method != Method::GET && *method != Method::HEAD => {
            (StatusCode::METHOD_NOT_ALLOWED, plain, Bytes::from_static(b"method not allowed\n"))
        }
        "/healthz" => (StatusCode::OK, plain, Bytes::from_static(b"ok\n")),
        "/readyz" => match readiness.phase() {
            Phase::Ready if metrics.audit_writable.get() == 0 => {
                (StatusCode::SERVICE_UNAVAILABLE, plain, Bytes::from_static(b"audit unavailable\n"))
            }
            Phase::Ready if readiness.is_full.load(Ordering::Relaxed) => {
                (StatusCode::SERVICE_UNAVAILABLE, plain, Bytes::from_static(b"too many connections\n"))
            }
            Phase::Ready => (StatusCode::OK, plain, Bytes::from_static(b"ready\n")),
            Phase::Starting => (StatusCode::SERVICE_UNAVAILABLE, plain, Bytes::from_static(b"starting\n")),
            Phase::Draining => (StatusCode::SERVICE_UNAVAILABLE, plain, Bytes::from_static(b"draining\n")),
        },
        "/metrics" => {
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            (StatusCode::OK, kind, Bytes::from(metrics.render()))
        }
        _ => (StatusCode::NOT_FOUND, plain, Bytes::from_static(b"not found\n")),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}
