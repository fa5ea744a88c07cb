//! The SDK listener: accepts connections, limits them, and drains them at shutdown.
//!
//! It serves HTTP/1 and HTTP/2 without TLS, which the edge in front terminates. A connection beyond
//! the limit is accepted and gets 503, so that no client waits in the backlog.

mod activity;
mod connection;
mod cors;
mod reply;
mod stream;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

use crate::exchange::SharedState;
use crate::listen::connection::{Admission, Connection, ConnectionServer};
use crate::telemetry::admin::Readiness;

/// Connections beyond the limit that are being refused. Further ones are closed without an answer.
const MAX_REFUSALS: usize = 256;

/// How long a refused connection may take.
const REFUSAL_TIME: Duration = Duration::from_secs(5);

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
    readiness: Arc<Readiness>,
    mut stop: watch::Receiver<bool>,
    drain_time: Duration,
) -> Drained {
    let limits = shared.active_config().limits().clone();
    let server = Arc::new(ConnectionServer::new(shared, &limits, stop.clone()));
    let acceptor = Acceptor {
        server: Arc::clone(&server),
        slots: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
        refusals: Arc::new(Semaphore::new(MAX_REFUSALS)),
        readiness,
    };
    let mut no_op = tokio::time::interval(NO_OP_INTERVAL);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = no_op.tick() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((socket, peer)) => acceptor.accepted(socket, peer),
            Err(error) => {
                acceptor.readiness.set_accepting(false);
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
    drop(listener);
    match tokio::time::timeout(drain_time, server.in_progress.closed()).await {
        Ok(()) => Drained::Whole,
        Err(_) => Drained::CutShort,
    }
}

/// Takes connections from the listener.
struct Acceptor {
    server: Arc<ConnectionServer>,
    slots: Arc<Semaphore>,
    refusals: Arc<Semaphore>,
    readiness: Arc<Readiness>,
}

impl Acceptor {
    fn accepted(&self, socket: TcpStream, peer: SocketAddr) {
        let server = Arc::clone(&self.server);
        let metrics = Arc::clone(server.metrics());
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            self.readiness.set_accepting(true);
            let readiness = Arc::clone(&self.readiness);
            metrics.connections.inc();
            tokio::spawn(async move {
                Connection { server, peer, admission: Admission::Serve }.serve(socket).await;
                metrics.connections.dec();
                drop(slot);
                readiness.set_accepting(true);
            });
            return;
        }
        self.readiness.set_accepting(false);
        metrics.connections_refused.inc();
        let Ok(slot) = Arc::clone(&self.refusals).try_acquire_owned() else { return };
        tokio::spawn(async move {
            let connection = Connection { server, peer, admission: Admission::Refuse };
            let _ = tokio::time::timeout(REFUSAL_TIME, connection.serve(socket)).await;
            drop(slot);
        });
    }
}
