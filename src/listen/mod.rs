//! The listener for SDKs: connections, their bounds, and their orderly end.
//!
//! HTTP/1 and HTTP/2 without TLS, which your edge ends. An exchange runs as a task of its own, so
//! that a client that goes away does not cut it in the middle, between forwarding and recording.

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
use crate::exchange::{self, Proxy};

/// Streams that one HTTP/2 connection may have open.
const STREAMS: u32 = 128;

/// How long to wait when the system has no more sockets to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How often a timer of no use goes off. Tokio wakes its own thread by a system call for each timer
/// that ends before all others, and with this one those of requests never do.
const BEAT: Duration = Duration::from_secs(1);

/// How a listener ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// All that was under way has ended.
    Whole,
    /// The time was up first.
    CutShort,
}

/// Serves SDKs until told to stop, then ends what is under way.
pub async fn serve(
    listener: TcpListener,
    proxy: Arc<Proxy>,
    mut stop: watch::Receiver<bool>,
    drain_time: Duration,
) -> Drained {
    let limits = proxy.live().limits().clone();
    let server = server(&limits);
    let slots = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    // Each exchange holds a receiver; the sender sees when the last one is gone.
    let (exchanges, _) = watch::channel(());
    let mut beat = tokio::time::interval(BEAT);
    loop {
        let next = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            next = next => next,
            _ = beat.tick() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = Connection { proxy: Arc::clone(&proxy), exchanges: exchanges.clone(), peer };
                let watcher = graceful.watcher();
                let server = server.clone();
                tokio::spawn(async move {
                    connection.serve(&server, stream, watcher).await;
                    drop(slot);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
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
        .max_concurrent_streams(STREAMS)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    server
}

/// One connection of an SDK.
struct Connection {
    proxy: Arc<Proxy>,
    exchanges: watch::Sender<()>,
    peer: SocketAddr,
}

impl Connection {
    async fn serve(self, server: &auto::Builder<TokioExecutor>, stream: TcpStream, watcher: Watcher) {
        let _ = stream.set_nodelay(true);
        let gauge = self.proxy.metrics().connections.clone();
        gauge.inc();
        let service = service_fn(|request| {
            let (proxy, underway, peer) =
                (Arc::clone(&self.proxy), self.exchanges.subscribe(), self.peer.ip());
            async move { Ok::<_, Infallible>(answer(proxy, underway, peer, request).await) }
        });
        let connection = server.serve_connection(TokioIo::new(stream), service);
        // What goes wrong on a connection is the client's affair: it is told nothing and logged nowhere.
        let _ = watcher.watch(connection).await;
        gauge.dec();
    }
}

async fn answer(
    proxy: Arc<Proxy>,
    underway: watch::Receiver<()>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let caller = cors::Caller::of(request.headers());
    if request.method() == Method::OPTIONS {
        return cors::preflight(&caller, request.uri().path());
    }
    let task = tokio::spawn(async move {
        let outcome = exchange::run(&proxy, peer, request).await;
        drop(underway);
        outcome
    });
    let mut response = match task.await {
        Ok(outcome) => reply::of(outcome),
        Err(_) => reply::of_a_fault(),
    };
    caller.allow(response.headers_mut());
    response
}
