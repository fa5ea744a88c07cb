//! The Prometheus registry and every metric in it.

use std::time::Duration;

use blackbar_core::report::{Report, Sdk};
use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::telemetry::logs;
use crate::telemetry::sdks::SdkLabels;

/// A stage of an exchange whose duration is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExchangeStage {
    /// Reading the body from the client.
    Read,
    /// Waiting for a worker.
    Queue,
    /// Decode, parse, redact and encode, including the wait for a worker.
    Pipeline,
    /// Choosing the region.
    Route,
    /// Waiting for the upstream's response.
    Forward,
    /// Making the audit intent durable.
    Audit,
}

impl ExchangeStage {
    const ALL: [Self; 6] = [Self::Read, Self::Queue, Self::Pipeline, Self::Route, Self::Forward, Self::Audit];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Queue => "queue",
            Self::Pipeline => "pipeline",
            Self::Route => "route",
            Self::Forward => "forward",
            Self::Audit => "audit",
        }
    }
}

/// Seconds, from a tenth of a millisecond to the longest exchange.
const BUCKETS: &[f64] = &[0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 60.0];

/// All metrics of one proxy.
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    findings: IntCounterVec,
    suppressed: IntCounterVec,
    bytes_in: IntCounterVec,
    bytes_out: IntCounterVec,
    events: IntCounterVec,
    stage: HistogramVec,
    exchange: Histogram,
    upstream: IntCounterVec,
    upstream_errors: IntCounterVec,
    policy: IntGaugeVec,
    unmasked_inputs: IntCounterVec,
    sdks: SdkLabels,
    /// Failed connection attempts to an upstream.
    pub failovers: IntCounterVec,
    /// Bytes of the requests in flight.
    pub in_flight_bytes: IntGauge,
    /// Requests waiting for a worker.
    pub queued: IntGauge,
    /// Open connections.
    pub connections: IntGauge,
    /// Connections that got 503 because too many were open.
    pub connections_refused: IntCounter,
    /// Requests that got 503 because too many exchanges were in progress, or connections open.
    pub requests_shed: IntCounter,
    /// Exchanges in progress.
    pub exchanges: IntGauge,
    /// Audit records that could not be written.
    pub audit_failures: IntCounter,
    /// Audit records written.
    pub audit_records: IntCounter,
    /// 1 if audit records can be written.
    pub audit_writable: IntGauge,
    /// Session store requests that failed or timed out. Their windows are treated as unknown.
    pub session_store_errors: IntCounter,
    /// Panics caught in a worker.
    pub worker_panics: IntCounter,
    reloads: IntCounterVec,
    log_lines_dropped: IntCounter,
}

impl Metrics {
    /// Creates and registers all metrics.
    ///
    /// # Errors
    /// Two metrics share a name, which a test excludes.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let r = &registry;
        let metrics = Self {
            requests: counters(
                r,
                "requests_total",
                "Requests, by endpoint, region and outcome.",
                &["endpoint", "region", "outcome"],
            )?,
            findings: counters(
                r,
                "findings_total",
                "Findings that were masked or removed, by rule and surface.",
                &["rule", "surface"],
            )?,
            suppressed: counters(
                r,
                "suppressed_total",
                "Findings that a suppression exempted, by suppression and rule.",
                &["suppression", "rule"],
            )?,
            bytes_in: counters(
                r,
                "received_bytes_total",
                "Body bytes received from clients.",
                &["endpoint"],
            )?,
            bytes_out: counters(
                r,
                "forwarded_bytes_total",
                "Body bytes forwarded to upstreams.",
                &["endpoint"],
            )?,
            events: counters(r, "events_total", "Events and snapshots processed.", &["kind"])?,
            stage: register(
                r,
                HistogramVec::new(
                    histogram("stage_seconds", "Duration of a stage of an exchange."),
                    &["stage"],
                )?,
            )?,
            exchange: register(
                r,
                Histogram::with_opts(histogram("exchange_seconds", "Duration of an exchange."))?,
            )?,
            upstream: counters(
                r,
                "upstream_responses_total",
                "Responses of upstreams, by status or error code.",
                &["region", "status"],
            )?,
            upstream_errors: counters(
                r,
                "upstream_errors_total",
                "Attempts to reach an upstream that failed, by reason.",
                &["region", "reason"],
            )?,
            failovers: counters(
                r,
                "upstream_failovers_total",
                "Failed connection attempts to an upstream; the region's next one is tried.",
                &["region"],
            )?,
            policy: register(r, IntGaugeVec::new(opts("policy_info", "The active policy."), &["digest"])?)?,
            unmasked_inputs: counters(
                r,
                "unmasked_inputs_total",
                "Typed values that an SDK sent unmasked.",
                &["lib", "version_class"],
            )?,
            sdks: SdkLabels::default(),
            in_flight_bytes: gauge(r, "in_flight_bytes", "Bytes of requests in flight.")?,
            queued: gauge(r, "queued_requests", "Requests waiting for a worker.")?,
            connections: gauge(r, "connections", "Open connections.")?,
            connections_refused: counter(
                r,
                "connections_refused_total",
                "Connections beyond the limit, which were answered 503 or closed.",
            )?,
            requests_shed: counter(
                r,
                "requests_shed_total",
                "Requests beyond a limit of exchanges or connections, which got 503 without a record.",
            )?,
            exchanges: gauge(r, "exchanges", "Exchanges in progress.")?,
            audit_failures: counter(r, "audit_failures_total", "Audit records that could not be written.")?,
            audit_records: counter(r, "audit_records_total", "Audit records written.")?,
            audit_writable: gauge(r, "audit_writable", "1 if audit records can be written, else 0.")?,
            session_store_errors: counter(
                r,
                "session_store_errors_total",
                "Session store requests that failed or timed out.",
            )?,
            worker_panics: counter(r, "worker_panics_total", "Panics caught in a worker.")?,
            reloads: counters(r, "reloads_total", "Configuration reloads, by result.", &["result"])?,
            log_lines_dropped: counter(
                r,
                "log_lines_dropped_total",
                "Log lines dropped because standard error was not read.",
            )?,
            registry: registry.clone(),
        };
        let build = IntGaugeVec::new(opts("build_info", "The running version."), &["version"])?;
        register(r, build)?.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        for stage in ExchangeStage::ALL {
            metrics.stage.with_label_values(&[stage.as_str()]);
        }
        for result in ["ok", "failed"] {
            metrics.reloads.with_label_values(&[result]);
        }
        Ok(metrics)
    }

    /// Counts a finished exchange.
    pub fn exchange_ended(&self, sample: &ExchangeSample<'_>) {
        self.requests.with_label_values(&[sample.endpoint, sample.region, sample.outcome]).inc();
        self.bytes_in.with_label_values(&[sample.endpoint]).inc_by(sample.bytes_in);
        self.bytes_out.with_label_values(&[sample.endpoint]).inc_by(sample.bytes_out);
        self.exchange.observe(sample.took.as_secs_f64());
    }

    /// Counts the findings of a payload.
    pub fn found(&self, report: &Report) {
        for ((cause, surface), count) in &report.findings {
            self.findings.with_label_values(&[cause.label().as_str(), surface.as_str()]).inc_by(*count);
        }
        for ((number, rule), count) in &report.suppressed {
            self.suppressed.with_label_values(&[number.to_string().as_str(), rule]).inc_by(*count);
        }
        self.events.with_label_values(&["event"]).inc_by(report.n_events);
        self.events.with_label_values(&["snapshot"]).inc_by(report.n_snapshots);
    }

    /// Counts typed values that an SDK did not mask. Returns the label under which they are counted.
    pub fn unmasked(&self, sdk: Sdk, count: u64) -> Sdk {
        let sdk = self.sdks.admit(sdk);
        self.unmasked_inputs.with_label_values(&[sdk.lib, &sdk.version_class]).inc_by(count);
        sdk
    }

    /// Records the duration of a stage.
    pub fn stage_took(&self, stage: ExchangeStage, took: Duration) {
        self.stage.with_label_values(&[stage.as_str()]).observe(took.as_secs_f64());
    }

    /// Counts an upstream's response. `status` is the HTTP status, or an error code if there was none.
    pub fn upstream_answered(&self, region: &str, status: &str) {
        self.upstream.with_label_values(&[region, status]).inc();
    }

    /// Counts a failed attempt to reach an upstream.
    pub fn upstream_failed(&self, region: &str, reason: &str) {
        self.upstream_errors.with_label_values(&[region, reason]).inc();
    }

    /// Sets the active policy.
    pub fn policy_in_force(&self, digest: &str) {
        self.policy.reset();
        self.policy.with_label_values(&[digest]).set(1);
    }

    /// Counts a reload.
    pub fn reloaded(&self, succeeded: bool) {
        self.reloads.with_label_values(&[if succeeded { "ok" } else { "failed" }]).inc();
    }

    /// All metrics, in the Prometheus text format.
    pub fn render(&self) -> Vec<u8> {
        let n_new = logs::dropped_lines().saturating_sub(self.log_lines_dropped.get());
        self.log_lines_dropped.inc_by(n_new);
        let mut text = Vec::new();
        // Encoding into memory fails only on a metric without a name, which registration rejects.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        text
    }
}

/// What metrics count of a finished exchange.
pub struct ExchangeSample<'a> {
    /// The class of its endpoint, or `none`.
    pub endpoint: &'static str,
    /// Its region, or `none`.
    pub region: &'a str,
    /// Its outcome's code.
    pub outcome: &'static str,
    /// Bytes of the body received.
    pub bytes_in: u64,
    /// Bytes of the body forwarded.
    pub bytes_out: u64,
    /// How long it took.
    pub took: Duration,
}

fn opts(name: &str, help: &str) -> Opts {
    Opts::new(format!("blackbar_{name}"), help)
}

fn histogram(name: &str, help: &str) -> HistogramOpts {
    HistogramOpts::from(opts(name, help)).buckets(BUCKETS.to_vec())
}

fn register<C: Collector + Clone + 'static>(registry: &Registry, metric: C) -> Result<C, prometheus::Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn counters(
    r: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    register(r, IntCounterVec::new(opts(name, help), labels)?)
}

fn counter(r: &Registry, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
    register(r, IntCounter::with_opts(opts(name, help))?)
}

fn gauge(r: &Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    register(r, IntGauge::with_opts(opts(name, help))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_name_starts_with_blackbar() {
        let metrics = Metrics::new().unwrap();
        let text = String::from_utf8(metrics.render()).unwrap();
        assert!(text.lines().filter(|line| !line.starts_with('#')).all(|line| line.starts_with("blackbar_")));
        assert!(text.contains("blackbar_build_info{version="));
    }
}
