//! One connection of an SDK: serves its requests and closes it when one of its times is up.
//!
//! Each exchange runs as a task of its own, which is spawned before the request is polled. A client
//! that disconnects cannot cancel it: a request that arrived whole is recorded.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, HeaderValue};
use http::{Method, Request, Response, Version};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};

use crate::config::limits::ProxyLimits;
use crate::exchange::{self, Rejection, SharedState};
use crate::listen::activity::{Activity, ConnectionTimes, ConnectionVerdict};
use crate::listen::cors::{self, CorsRequest};
use crate::listen::reply;
use crate::listen::stream::WatchedStream;
use crate::telemetry::metrics::Metrics;

/// Exchanges that one connection may have in progress. A stream that its client reset counts until
/// its exchange ends.
const MAX_EXCHANGES: usize = 128;

/// Streams that a client may reset before the proxy has looked at them.
const MAX_PENDING_RESETS: usize = 20;

/// Streams that the proxy resets because of a client's errors, before it closes the connection.
const MAX_ERROR_RESETS: usize = 256;

type Answering = Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>;

/// What the connections of a listener share.
pub(crate) struct ConnectionServer {
    shared: Arc<SharedState>,
    http: auto::Builder<TokioExecutor>,
    times: ConnectionTimes,
    /// One permit for each exchange that may be in progress.
    exchanges: Arc<Semaphore>,
    /// Connections and exchanges hold receivers; the sender learns when the last one is dropped.
    pub(crate) in_progress: watch::Sender<()>,
    stop: watch::Receiver<bool>,
}

impl ConnectionServer {
    pub(crate) fn new(shared: Arc<SharedState>, limits: &ProxyLimits, stop: watch::Receiver<bool>) -> Self {
        Self {
            shared,
            http: http_server(limits),
            times: ConnectionTimes::new(limits),
            exchanges: Arc::new(Semaphore::new(limits.exchanges.min(Semaphore::MAX_PERMITS))),
            in_progress: watch::Sender::new(()),
            stop,
        }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.shared.metrics
    }
}

fn http_server(limits: &ProxyLimits) -> auto::Builder<TokioExecutor> {
    let mut server = auto::Builder::new(TokioExecutor::new());
    // The times are the connection's: hyper's own do not cover silence and half a preface.
    server.http1().header_read_timeout(None).max_buf_size(limits.header_bytes.max(8192));
    server
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_EXCHANGES as u32)
        .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
        .max_local_error_reset_streams(MAX_ERROR_RESETS)
        .keep_alive_interval(Some(Duration::from_secs(30)))
        .keep_alive_timeout(Duration::from_secs(20));
    server
}

/// Whether a connection is within the limit of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is: its requests are served.
    Serve,
    /// It is not: its first request gets 503.
    Refuse,
}

/// One connection.
pub(crate) struct Connection {
    pub(crate) server: Arc<ConnectionServer>,
    pub(crate) peer: SocketAddr,
    pub(crate) admission: Admission,
}

impl Connection {
    /// Serves the connection until it is closed, or one of its times is up.
    pub(crate) async fn serve(self, socket: TcpStream) {
        let _ = socket.set_nodelay(true);
        let _in_progress = self.server.in_progress.subscribe();
        let mut stop = self.server.stop.clone();
        let activity = Activity::new(Instant::now());
        let service = service_fn(|request| {
            let answering = self.answer(request, &activity);
            async move { Ok::<_, Infallible>(answering.await) }
        });
        let socket = WatchedStream::new(socket, Arc::clone(&activity));
        let mut connection = pin!(self.server.http.serve_connection(TokioIo::new(socket), service));
        let mut closing = None;
        loop {
            let now = Instant::now();
            let until = match activity.verdict(self.server.times, closing, now) {
                ConnectionVerdict::KeepUntil(until) => until,
                ConnectionVerdict::Close => {
                    connection.as_mut().graceful_shutdown();
                    closing = Some(now);
                    continue;
                }
                ConnectionVerdict::Cut => return,
            };
            tokio::select! {
                // Connection errors are the client's problem: not reported, not logged.
                _ = connection.as_mut() => return,
                _ = stop.wait_for(|stop| *stop), if closing.is_none() => {
                    connection.as_mut().graceful_shutdown();
                    closing = Some(Instant::now());
                }
                () = tokio::time::sleep_until(until.into()) => {}
            }
        }
    }

    /// Starts to answer a request.
    fn answer(&self, request: Request<Incoming>, activity: &Arc<Activity>) -> Answering {
        let cors = CorsRequest::of(request.headers());
        let this_exchange = activity.begin_exchange(MAX_EXCHANGES);
        if request.method() == Method::OPTIONS {
            let response = cors::preflight(&cors, request.uri().path());
            return Box::pin(async move {
                drop(this_exchange);
                response
            });
        }
        let permit = Arc::clone(&self.server.exchanges).try_acquire_owned().ok();
        let (Some(this_exchange), Some(permit), Admission::Serve) = (this_exchange, permit, self.admission)
        else {
            return self.refuse(request, cors);
        };
        let (shared, peer) = (Arc::clone(&self.server.shared), self.peer.ip());
        let (activity, in_progress) = (Arc::clone(activity), self.server.in_progress.subscribe());
        let task = tokio::spawn(async move {
            let finished = exchange::run(&shared, peer, request).await;
            drop((in_progress, permit));
            // The connection must not look idle before its answer is known.
            (finished, this_exchange)
        });
        Box::pin(async move {
            let mut response = match task.await {
                Ok((finished, this_exchange)) => {
                    let response = reply::reply_to(finished, &activity);
                    drop(this_exchange);
                    response
                }
                Err(_) => reply::reject(Rejection::Internal),
            };
            cors.allow(response.headers_mut());
            response
        })
    }

    /// Answers 503 to a request beyond a limit of connections or exchanges. It is no task of its own:
    /// a client that resets its streams would make them without bound.
    fn refuse(&self, request: Request<Incoming>, cors: CorsRequest) -> Answering {
        let (shared, admission) = (Arc::clone(&self.server.shared), self.admission);
        Box::pin(async move {
            shared.metrics().requests_shed.inc();
            let is_http1 = request.version() < Version::HTTP_2;
            exchange::discard_body(request).await;
            let mut response = reply::reject(Rejection::Overloaded);
            cors.allow(response.headers_mut());
            if admission == Admission::Refuse && is_http1 {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            response
        })
    }
}
