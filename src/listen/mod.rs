//! The SDK listener: accepts connections, limits them, and drains them at shutdown.
//!
//! It serves HTTP/1 and HTTP/2 without TLS, which the edge in front terminates. Each exchange runs as
//! a task of its own, so that a client that disconnects cannot cancel it between forwarding and
//! recording.

mod cors;
mod reply;

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::config::limits::ProxyLimits;
use crate::exchange::{self, Rejection, SharedState};

/// Streams that one HTTP/2 connection may have open.
const MAX_STREAMS: u32 = 128;

/// How long to wait after a failed accept, for instance when the process is out of sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Interval of a no-op timer. Tokio wakes its driver thread with a system call whenever a timer
/// becomes the earliest one; this timer always is, so request timers never cause that.
const NO_OP_INTERVAL: Duration = Duration::from_secs(1);

/// How the drain ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// All exchanges in progress finished.
    Whole,
    /// The drain time was up first.
    CutShort,
}

/// Serves SDKs until `stop` becomes true, then waits for the exchanges in progress.
pub async fn serve(
    listener: TcpListener,
    shared: Arc<SharedState>,
    mut stop: watch::Receiver<bool>,
    drain_time: Duration,
) -> Drained {
    let limits = shared.active_config().limits().clone();
    let server = server(&limits);
    let slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    // Each exchange holds a receiver; the sender learns when the last one is dropped.
    let (exchanges, _) = watch::channel(());
    let mut no_op = tokio::time::interval(NO_OP_INTERVAL);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            _ = no_op.tick() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection =
                    Connection { shared: Arc::clone(&shared), exchanges: exchanges.clone(), peer };
                let watcher = graceful.watcher();
                let server = server.clone();
                tokio::spawn(async move {
                    connection.serve(&server, stream, watcher).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    let all_ended = async {
        graceful.shutdown().await;
        exchanges.closed().await;
    };
    match tokio::time::timeout(drain_time, all_ended).await {
        Ok(()) => Drained::Whole,
        Err(_) => Drained::CutShort,
    }
}

fn server(limits: &ProxyLimits) -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    server
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_time)
        .max_buf_size(limits.header_bytes.max(8192));
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    server
}

/// One connection of an SDK.
struct Connection {
    shared: Arc<SharedState>,
    exchanges: watch::Sender<()>,
    peer: SocketAddr,
}

impl Connection {
    async fn serve(self, server: &auto::Builder<TokioExecutor>, stream: TcpStream, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let gauge = self.shared.metrics().connections.clone();
        gauge.inc();
        let service = service_fn(|request| {
            let (shared, in_progress, peer) =
                (Arc::clone(&self.shared), self.exchanges.subscribe(), self.peer.ip());
            async move { Ok::<_, Infallible>(answer(shared, in_progress, peer, request).await) }
        });
        let connection = server.serve_connection(TokioIo::new(stream), service);
        // Connection errors are the client's problem: not reported, not logged.
        let _ = watcher.watch(connection).await;
        gauge.dec();
    }
}

async fn answer(
    shared: Arc<SharedState>,
    in_progress: watch::Receiver<()>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let cors = cors::CorsRequest::of(request.headers());
    if request.method() == Method::OPTIONS {
        return cors::preflight(&cors, request.uri().path());
    }
    let task = tokio::spawn(async move {
        let finished = exchange::run(&shared, peer, request).await;
        drop(in_progress);
        finished
    });
    let mut response = match task.await {
        Ok(finished) => reply::reply_to(finished),
        Err(_) => reply::reject(Rejection::Internal),
    };
    cors.allow(response.headers_mut());
    response
}
