//! The composition root: puts the parts together, starts them, stops them in order.
//!
//! It runs inside a process that may do other things: no signals, no global state, ports may be 0.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::audit::OpenError;
use crate::audit::writer::AuditWriter;
use crate::config::problem::Problems;
use crate::config::{self, Config};
use crate::exchange::{Live, Proxy};
use crate::forward::TlsError;
use crate::listen::{self, Drained};
use crate::telemetry::admin::{self, Phase, Readiness};
use crate::telemetry::metrics::Metrics;

/// Why the proxy does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// An address cannot be listened on.
    #[error("cannot listen on {address} ({key}): {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Where it is configured.
        key: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// The audit cannot be written.
    #[error(transparent)]
    Audit(#[from] OpenError),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Metrics cannot be registered.
    #[error("the metrics cannot be registered")]
    Metrics(#[from] prometheus::Error),
    /// The system refuses a thread.
    #[error("cannot start a thread: {0}")]
    Thread(#[source] std::io::Error),
}

/// Why a reload left everything as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReloadError {
    /// The file has problems.
    #[error(transparent)]
    Config(#[from] Problems),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// The proxy, before it runs.
pub struct App;

impl App {
    /// Starts the proxy: when this returns, both listeners take connections. It is ready, as `/readyz`
    /// has it, once its workers are warm.
    ///
    /// # Errors
    /// Something that the configuration names cannot be had; nothing keeps running.
    pub async fn start(config: Config) -> Result<Running, StartError> {
        let metrics = Arc::new(Metrics::new()?);
        let live = Live::new(&config)?;
        let sdk = bind(config.listen.address, "listen.address").await?;
        let operators = bind(config.admin.address, "admin.address").await?;
        let sdk_addr = address(&sdk, &config.listen.address);
        let admin_addr = address(&operators, &config.admin.address);
        metrics.policy_in_force(&config.policy.digest);
        let audit = AuditWriter::start(&config.audit, &live.in_force, Arc::clone(&metrics))?;
        let proxy = Arc::new(Proxy::new(live, audit, Arc::clone(&metrics)).map_err(StartError::Thread)?);
        let readiness = Arc::new(Readiness::default());
        let (stop_sdk, stopped) = watch::channel(false);
        let drain_time = config.listen.drain_time;
        let sdk_task = tokio::spawn(listen::serve(sdk, Arc::clone(&proxy), stopped, drain_time));
        let (stop_admin, stopped) = watch::channel(false);
        let admin_task = tokio::spawn(admin::serve(operators, metrics, Arc::clone(&readiness), stopped));
        let (warm, phase) = (proxy.warm_up(), Arc::clone(&readiness));
        tokio::spawn(async move {
            warm.await;
            phase.begin();
        });
        Ok(Running {
            sdk_addr,
            admin_addr,
            config,
            proxy,
            readiness,
            stop_sdk,
            stop_admin,
            sdk_task,
            admin_task,
        })
    }
}

/// The proxy, while it runs. Dropping it without [`Running::shutdown`] leaves it running.
pub struct Running {
    sdk_addr: SocketAddr,
    admin_addr: SocketAddr,
    config: Config,
    proxy: Arc<Proxy>,
    readiness: Arc<Readiness>,
    stop_sdk: watch::Sender<bool>,
    stop_admin: watch::Sender<bool>,
    sdk_task: JoinHandle<Drained>,
    admin_task: JoinHandle<()>,
}

impl Running {
    /// Where SDKs are listened to.
    pub fn sdk_addr(&self) -> SocketAddr {
        self.sdk_addr
    }

    /// Where operators are listened to.
    pub fn admin_addr(&self) -> SocketAddr {
        self.admin_addr
    }

    /// The digest of the policy in force.
    pub fn policy_digest(&self) -> Arc<str> {
        Arc::clone(&self.proxy.live().policy.digest)
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        self.proxy.metrics()
    }

    /// Puts a file in force. What fails leaves everything as it was.
    ///
    /// # Errors
    /// The file has problems, or names what cannot be had.
    pub fn reload_file(&self, path: &Path) -> Result<(), ReloadError> {
        let result =
            config::load(path).map_err(ReloadError::from).and_then(|config| self.put_in_force(&config));
        self.proxy.metrics().reloaded(result.is_ok());
        result
    }

    /// Puts a configuration in force. What fails leaves everything as it was.
    ///
    /// # Errors
    /// It names what cannot be had.
    pub fn reload(&self, config: &Config) -> Result<(), ReloadError> {
        let result = self.put_in_force(config);
        self.proxy.metrics().reloaded(result.is_ok());
        result
    }

    fn put_in_force(&self, config: &Config) -> Result<(), ReloadError> {
        let live = Live::new(config)?;
        for key in fixed_keys(&self.config, config) {
            tracing::warn!(key, "this key changed, but takes effect only at the next start");
        }
        self.proxy.replace(live);
        Ok(())
    }

    /// Stops in order: not ready, no new connections, what is under way ends, the audit is closed.
    pub async fn shutdown(self) -> Drained {
        self.readiness.set(Phase::Draining);
        tokio::time::sleep(self.config.listen.drain_delay).await;
        let _ = self.stop_sdk.send(true);
        let drained = self.sdk_task.await.unwrap_or(Drained::CutShort);
        let proxy = Arc::clone(&self.proxy);
        let _ = tokio::task::spawn_blocking(move || proxy.close_audit()).await;
        let _ = self.stop_admin.send(true);
        let _ = self.admin_task.await;
        drained
    }
}

/// Keys that are read at a start alone, and differ.
fn fixed_keys(old: &Config, new: &Config) -> Vec<&'static str> {
    let differs = [
        ("listen.address", old.listen.address != new.listen.address),
        ("listen.drain_delay", old.listen.drain_delay != new.listen.drain_delay),
        ("listen.drain_time", old.listen.drain_time != new.listen.drain_time),
        ("admin.address", old.admin.address != new.admin.address),
        ("audit", old.audit != new.audit),
        ("session_store", old.session_store != new.session_store),
        ("telemetry", old.telemetry != new.telemetry),
        ("limits.in_flight", old.limits.in_flight != new.limits.in_flight),
        ("limits.queue", old.limits.queue != new.limits.queue),
        ("limits.workers", old.limits.workers != new.limits.workers),
        ("limits.connections", old.limits.connections != new.limits.connections),
        ("limits.header_time", old.limits.header_time != new.limits.header_time),
        ("limits.header_bytes", old.limits.header_bytes != new.limits.header_bytes),
        ("limits.session_idle", old.limits.session_idle != new.limits.session_idle),
        ("limits.sessions", old.limits.sessions != new.limits.sessions),
        ("limits.session_memory", old.limits.session_memory != new.limits.session_memory),
    ];
    differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
}

async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, key, source })
}

fn address(listener: &TcpListener, configured: &SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(*configured)
}
