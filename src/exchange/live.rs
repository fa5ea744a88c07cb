//! What exchanges share: what a reload replaces, and what lives as long as the process.

use std::sync::Arc;

use arc_swap::ArcSwap;
use blackbar_core::redact::remote_config::Hardening;
use blackbar_core::session::store::{Sessions, Store, StoreLimits};
use http::HeaderName;

use crate::audit::writer::{AuditWriter, ConfigDescription};
use crate::config::Config;
use crate::config::forward::Forward;
use crate::config::in_force;
use crate::config::limits::ProxyLimits;
use crate::config::listen::Listen;
use crate::config::policy::PolicyInForce;
use crate::config::session_store::SessionStore;
use crate::exchange::budget::Budget;
use crate::exchange::workers::Workers;
use crate::forward::headers;
use crate::forward::{Forwarder, TlsError};
use crate::route::Router;
use crate::route::pins::Pins;
use crate::session_store::{Settings, SharedSessions};
use crate::telemetry::metrics::Metrics;

/// What is in force. An exchange keeps the one it began with.
pub struct Live {
    /// What is redacted, and how.
    pub policy: PolicyInForce,
    pub(crate) router: Router,
    pub(crate) forwarders: Vec<Forwarder>,
    pub(crate) limits: ProxyLimits,
    pub(crate) listen: Listen,
    pub(crate) forward: Forward,
    /// The headers whose values the rules judge.
    pub(crate) judged: Vec<HeaderName>,
    pub(crate) hardening: Option<Arc<Hardening>>,
    session_store: SessionStore,
    /// All of it, for the audit.
    pub in_force: ConfigDescription,
}

impl Live {
    /// Prepares what a configuration says, without putting it in force.
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
            judged: headers::judged(&config.forward.request_headers),
            hardening: config.sdk.clone(),
            session_store: config.session_store.clone(),
            in_force: ConfigDescription {
                digest: Arc::clone(&config.policy.digest),
                description: in_force::describe(config).into(),
            },
        })
    }

    /// The bounds of the proxy.
    pub fn limits(&self) -> &ProxyLimits {
        &self.limits
    }
}

/// What all exchanges share.
pub struct Proxy {
    live: ArcSwap<Live>,
    pub(crate) budget: Arc<Budget>,
    pub(crate) workers: Workers,
    pub(crate) pins: Pins,
    pub(crate) sessions: Arc<dyn Store>,
    pub(crate) audit: AuditWriter,
    pub(crate) metrics: Arc<Metrics>,
}

impl Proxy {
    /// Starts the threads that redact.
    ///
    /// # Errors
    /// A thread cannot be started.
    pub fn new(live: Live, audit: AuditWriter, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let limits = live.limits.clone();
        Ok(Self {
            budget: Budget::new(limits.in_flight, Arc::clone(&metrics)),
            workers: Workers::start(limits.workers, limits.queue, Arc::clone(&metrics))?,
            pins: Pins::new(limits.sessions, limits.session_idle),
            sessions: sessions(&limits, &live.session_store, &metrics),
            live: ArcSwap::from_pointee(live),
            audit,
            metrics,
        })
    }

    /// Lets the threads that redact warm up for what is in force. What is returned ends when they are.
    pub fn warm_up(&self) -> impl Future<Output = ()> + use<> {
        self.workers.warm_up(Arc::clone(&self.live().policy.policy))
    }

    /// What is in force now.
    pub fn live(&self) -> Arc<Live> {
        self.live.load_full()
    }

    /// Puts something else in force, for exchanges that begin from now on.
    pub fn replace(&self, live: Live) {
        self.metrics.policy_in_force(&live.policy.digest);
        if live.in_force.description != self.live.load().in_force.description {
            self.audit.config_changed(live.in_force.clone());
        }
        self.live.store(Arc::new(live));
        drop(self.warm_up());
    }

    /// Ends the audit. Blocks until its last record is on the disk.
    pub fn close_audit(&self) {
        self.audit.stop();
    }

    /// The metrics.
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }
}

/// Where element context is kept between requests: in memory, or on a server that replicas share.
fn sessions(limits: &ProxyLimits, store: &SessionStore, metrics: &Arc<Metrics>) -> Arc<dyn Store> {
    match &store.server {
        Some(server) => {
            let settings = Settings { timeout: store.timeout, idle: limits.session_idle };
            Arc::new(SharedSessions::new(server.info.clone(), settings, Arc::clone(metrics)))
        }
        None => Arc::new(Sessions::new(StoreLimits {
            max_bytes: limits.session_memory,
            idle_ms: limits.session_idle.as_millis().try_into().unwrap_or(u64::MAX),
        })),
    }
}
