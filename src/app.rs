//! The composition root: assembles the parts, starts them, reloads them, stops them in order.
//!
//! It can run inside a larger process, such as a test: it handles no signals, keeps no global state,
//! and accepts port 0.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::audit::OpenError;
use crate::audit::writer::AuditWriter;
use crate::config::problem::ConfigProblems;
use crate::config::restart;
use crate::config::{self, Config};
use crate::exchange::{ActiveConfig, SharedState};
use crate::forward::TlsError;
use crate::listen::{self, Drained};
use crate::telemetry::admin::{self, Phase, Readiness};
use crate::telemetry::metrics::Metrics;

/// Connections that the system holds until they are accepted.
const BACKLOG: u32 = 4096;

/// Why the proxy cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A listener cannot be opened.
    #[error("cannot listen on {address} ({key}): {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Its configuration key.
        key: &'static str,
        /// The reason.
        source: std::io::Error,
    },
    /// The audit cannot be opened.
    #[error(transparent)]
    Audit(#[from] OpenError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Metrics cannot be registered.
    #[error("cannot register the metrics")]
    Metrics(#[from] prometheus::Error),
    /// A thread cannot be started.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] std::io::Error),
}

/// Why a reload failed and changed nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The file has problems.
    #[error(transparent)]
    Config(#[from] ConfigProblems),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// Starts the proxy. When this returns, both listeners accept connections; `/readyz` reports ready
/// once the workers are warm.
///
/// # Errors
/// A listener, file, certificate or thread that the configuration needs is not available. Nothing
/// keeps running.
#[expect(clippy::unused_async, reason = "it needs a runtime to open sockets and start tasks")]
pub async fn start(config: Config) -> Result<Running, StartError> {
    let metrics = Arc::new(Metrics::new()?);
    let active = ActiveConfig::new(&config)?;
    let sdk = bind(config.listen.address, "listen.address")?;
    let admin = bind(config.admin.address, "admin.address")?;
    let sdk_addr = bound_address(&sdk, config.listen.address);
    let admin_addr = bound_address(&admin, config.admin.address);
    metrics.policy_in_force(&config.policy.digest);
    let audit = AuditWriter::start(&config.audit, &active.in_force, Arc::clone(&metrics))?;
    let shared = SharedState::new(active, audit, Arc::clone(&metrics)).map_err(StartError::Thread)?;
    let shared = Arc::new(shared);
    let readiness = Arc::new(Readiness::default());
    let (stop_sdk, stop) = watch::channel(false);
    let drain_time = config.listen.drain_time;
    let sdk_task =
        tokio::spawn(listen::serve(sdk, Arc::clone(&shared), Arc::clone(&readiness), stop, drain_time));
    let (stop_admin, stop) = watch::channel(false);
    let admin_task = tokio::spawn(admin::serve(admin, metrics, Arc::clone(&readiness), stop));
    let (warm, phase) = (shared.warm_up(), Arc::clone(&readiness));
    tokio::spawn(async move {
        warm.await;
        phase.mark_ready();
    });
    Ok(Running {
        sdk_addr,
        admin_addr,
        config,
        shared,
        readiness,
        stop_sdk,
        stop_admin,
        sdk_task,
        admin_task,
    })
}

/// The running proxy. Dropping it without [`Running::shutdown`] leaves it running.
pub struct Running {
    sdk_addr: SocketAddr,
    admin_addr: SocketAddr,
    config: Config,
    shared: Arc<SharedState>,
    readiness: Arc<Readiness>,
    stop_sdk: watch::Sender<bool>,
    stop_admin: watch::Sender<bool>,
    sdk_task: JoinHandle<Drained>,
    admin_task: JoinHandle<()>,
}

impl Running {
    /// The address of the SDK listener.
    pub fn sdk_addr(&self) -> SocketAddr {
        self.sdk_addr
    }

    /// The address of the admin listener.
    pub fn admin_addr(&self) -> SocketAddr {
        self.admin_addr
    }

    /// The digest of the active policy.
    pub fn policy_digest(&self) -> Arc<str> {
        Arc::clone(&self.shared.active_config().policy.digest)
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        self.shared.metrics()
    }

    /// Loads a file and activates it. On failure the active configuration stays.
    ///
    /// # Errors
    /// The file has problems, or a certificate that it names cannot be read.
    pub fn reload_file(&self, path: &Path) -> Result<(), ReloadError> {
        let result = config::load(path).map_err(ReloadError::from).and_then(|config| self.activate(&config));
        self.shared.metrics().reloaded(result.is_ok());
        result
    }

    /// Activates a configuration. On failure the active configuration stays.
    ///
    /// # Errors
    /// A certificate that it names cannot be read.
    pub fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        let result = self.activate(config);
        self.shared.metrics().reloaded(result.is_ok());
        result
    }

    fn activate(&self, config: &Config) -> Result<(), ReloadError> {
        let active = ActiveConfig::new(config)?;
        for key in restart::changed_keys(&self.config, config) {
            tracing::warn!(key, "setting changed; restart to apply");
        }
        self.shared.activate(active);
        Ok(())
    }

    /// Stops in order: reports not ready, refuses connections, finishes the exchanges in progress, and
    /// closes the audit.
    pub async fn shutdown(self) -> Drained {
        self.readiness.set(Phase::Draining);
        tokio::time::sleep(self.config.listen.drain_delay).await;
        let _ = self.stop_sdk.send(true);
        let drained = self.sdk_task.await.unwrap_or(Drained::CutShort);
        let shared = Arc::clone(&self.shared);
        let _ = tokio::task::spawn_blocking(move || shared.close_audit()).await;
        let _ = self.stop_admin.send(true);
        let _ = self.admin_task.await;
        drained
    }
}

fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|source| StartError::Listen { address, key, source })
}

/// The address with the port that the system chose for port 0.
fn bound_address(listener: &TcpListener, configured: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(configured)
}
