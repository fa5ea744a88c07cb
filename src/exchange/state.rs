//! What exchanges share: the active configuration, which a reload replaces, and the state that
//! lives as long as the process.

use std::sync::Arc;

use arc_swap::ArcSwap;
use blackbar_core::remote_config::Hardening;
use blackbar_core::session::{InMemoryWindows, WindowStore, WindowStoreLimits};
use http::HeaderName;

use crate::audit::writer::{AuditWriter, ConfigDescription};
use crate::config::Config;
use crate::config::forward::Forward;
use crate::config::in_force;
use crate::config::limits::ProxyLimits;
use crate::config::listen::Listen;
use crate::config::policy::PolicyInForce;
use crate::config::session_store::SessionStore;
use crate::exchange::budget::ByteBudget;
use crate::exchange::workers::Workers;
use crate::forward::headers;
use crate::forward::{Forwarder, TlsError};
use crate::route::Router;
use crate::route::pins::Pins;
use crate::session_store::{SharedSessions, StoreSettings};
use crate::telemetry::metrics::Metrics;
use crate::telemetry::refusals::RefusalLog;

/// The configuration that new exchanges use. An exchange keeps the one it started with.
pub struct ActiveConfig {
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    pub(crate) router: Router,
    pub(crate) forwarders: Vec<Forwarder>,
    pub(crate) limits: ProxyLimits,
    pub(crate) listen: Listen,
    pub(crate) forward: Forward,
    /// The headers whose values the rules redact.
    pub(crate) redacted_headers: Vec<HeaderName>,
    pub(crate) hardening: Option<Arc<Hardening>>,
    session_store: SessionStore,
    /// Digest and description of all of it, for the audit.
    pub in_force: ConfigDescription,
}

impl ActiveConfig {
    /// Prepares a configuration without activating it.
    ///
    /// # Errors
    /// A region's certificates cannot be read.
    pub fn new(config: &Config) -> Result<Self, TlsError> {
        let forwarders = config.regions.iter().map(|region| Forwarder::new(region, &config.limits));
        Ok(Self {
            policy: config.policy.clone(),
            router: Router::new(config),
            forwarders: forwarders.collect::<Result<_, _>>()?,
            limits: config.limits.clone(),
            listen: config.listen.clone(),
            forward: config.forward.clone(),
            redacted_headers: headers::redacted_names(&config.forward.request_headers),
            hardening: config.sdk.clone(),
            session_store: config.session_store.clone(),
            in_force: ConfigDescription {
                digest: Arc::clone(&config.policy.digest),
                description: in_force::describe(config).into(),
            },
        })
    }

    /// The limits of the proxy.
    pub fn limits(&self) -> &ProxyLimits {
        &self.limits
    }
}

/// What all exchanges share.
pub struct SharedState {
    active: ArcSwap<ActiveConfig>,
    pub(crate) budget: Arc<ByteBudget>,
    pub(crate) workers: Workers,
    pub(crate) pins: Pins,
    pub(crate) sessions: Arc<dyn WindowStore>,
    pub(crate) audit: AuditWriter,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) refusals: RefusalLog,
}

impl SharedState {
    /// Starts the redaction workers.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn new(config: ActiveConfig, audit: AuditWriter, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let limits = config.limits.clone();
        Ok(Self {
            budget: ByteBudget::new(limits.in_flight, Arc::clone(&metrics)),
            workers: Workers::start(limits.workers, limits.queue, Arc::clone(&metrics))?,
            pins: Pins::new(limits.sessions, limits.session_idle),
            sessions: session_store(&limits, &config.session_store, &metrics),
            active: ArcSwap::from_pointee(config),
            audit,
            metrics,
            refusals: RefusalLog::default(),
        })
    }

    /// Asks the workers to warm up for the active policy. The returned future ends when all have.
    pub fn warm_up(&self) -> impl Future<Output = ()> + use<> {
        self.workers.warm_up(Arc::clone(&self.active_config().policy.policy))
    }

    /// The configuration that exchanges starting now use.
    pub fn active_config(&self) -> Arc<ActiveConfig> {
        self.active.load_full()
    }

    /// Makes `config` the active configuration, for exchanges that start from now on.
    pub fn activate(&self, config: ActiveConfig) {
        self.metrics.policy_in_force(&config.policy.digest);
        if config.in_force.description != self.active.load().in_force.description {
            self.audit.config_changed(config.in_force.clone());
        }
        self.active.store(Arc::new(config));
        drop(self.warm_up());
    }

    /// Closes the audit. Blocks until its last record is on disk.
    pub fn close_audit(&self) {
        self.audit.stop();
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

/// Where element context is kept between requests: in memory, or on a server that replicas share.
fn session_store(
    limits: &ProxyLimits,
    config: &SessionStore,
    metrics: &Arc<Metrics>,
) -> Arc<dyn WindowStore> {
    match &config.server {
        Some(server) => {
            let settings = StoreSettings { timeout: config.timeout, idle: limits.session_idle };
            Arc::new(SharedSessions::new(server.info.clone(), settings, Arc::clone(metrics)))
        }
        None => Arc::new(InMemoryWindows::new(WindowStoreLimits {
            max_bytes: limits.session_memory,
            idle_ms: limits.session_idle.as_millis().try_into().unwrap_or(u64::MAX),
        })),
    }
}
