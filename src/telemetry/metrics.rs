//! The Prometheus registry and every metric in it.

use std::time::Duration;

use blackbar_core::redact::report::Report;
use blackbar_core::redact::sdk::Sdk;
use prometheus::core::Collector;
use prometheus::{
    Encoder, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use crate::telemetry::sdks::Sdks;

/// A part of an exchange whose time is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading the body from the client.
    Read,
    /// Waiting for a worker.
    Queue,
    /// Decode, parse, redact and encode, waiting for a worker included.
    Pipeline,
    /// Choosing the region.
    Route,
    /// The upstream's answer.
    Forward,
    /// Making records durable.
    Audit,
}

impl Stage {
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
    policy: IntGaugeVec,
    unmasked_inputs: IntCounterVec,
    sdks: Sdks,
    /// Failed attempts to connect to an upstream that led to the next one.
    pub failovers: IntCounterVec,
    /// Bytes of requests under way.
    pub in_flight_bytes: IntGauge,
    /// Requests that wait for a worker.
    pub queued: IntGauge,
    /// Connections that are open.
    pub connections: IntGauge,
    /// Exchanges that are under way.
    pub exchanges: IntGauge,
    /// Records that could not be written.
    pub audit_failures: IntCounter,
    /// Records that were written.
    pub audit_records: IntCounter,
    /// Whether records can be written.
    pub audit_writable: IntGauge,
    /// Questions to the session store that got no answer: the windows were treated strictly.
    pub session_store_errors: IntCounter,
    /// Panics caught in a worker.
    pub worker_panics: IntCounter,
    reloads: IntCounterVec,
}

impl Metrics {
    /// Makes and registers all metrics.
    ///
    /// # Errors
    /// Two metrics have one name, which a test excludes.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let r = &registry;
        let metrics = Self {
            requests: counters(r, "requests_total", "Requests.", &["endpoint", "region", "outcome"])?,
            findings: counters(r, "findings_total", "Texts that were replaced.", &["rule", "surface"])?,
            suppressed: counters(
                r,
                "suppressed_total",
                "Texts that a rule found and a suppression let through.",
                &["suppression", "rule"],
            )?,
            bytes_in: counters(r, "received_bytes_total", "Bytes of bodies received.", &["endpoint"])?,
            bytes_out: counters(r, "forwarded_bytes_total", "Bytes of bodies forwarded.", &["endpoint"])?,
            events: counters(r, "events_total", "Events and snapshots looked at.", &["kind"])?,
            stage: put(r, HistogramVec::new(histogram("stage_seconds", "Time in a stage."), &["stage"])?)?,
            exchange: put(r, Histogram::with_opts(histogram("exchange_seconds", "Time of an exchange."))?)?,
            upstream: counters(
                r,
                "upstream_responses_total",
                "Answers of upstreams.",
                &["region", "status"],
            )?,
            failovers: counters(r, "upstream_failovers_total", "Upstreams passed over.", &["region"])?,
            policy: put(r, IntGaugeVec::new(opts("policy_info", "The policy in force."), &["digest"])?)?,
            unmasked_inputs: counters(
                r,
                "unmasked_inputs_total",
                "Typed values that an SDK did not mask.",
                &["lib", "version_class"],
            )?,
            sdks: Sdks::default(),
            in_flight_bytes: gauge(r, "in_flight_bytes", "Bytes of requests under way.")?,
            queued: gauge(r, "queued_requests", "Requests that wait for a worker.")?,
            connections: gauge(r, "connections", "Open connections.")?,
            exchanges: gauge(r, "exchanges", "Exchanges under way.")?,
            audit_failures: counter(r, "audit_failures_total", "Records that could not be written.")?,
            audit_records: counter(r, "audit_records_total", "Records written.")?,
            audit_writable: gauge(r, "audit_writable", "1 if records can be written.")?,
            session_store_errors: counter(
                r,
                "session_store_errors_total",
                "Questions to the session store without an answer.",
            )?,
            worker_panics: counter(r, "worker_panics_total", "Panics caught in a worker.")?,
            reloads: counters(r, "reloads_total", "Reloads of the configuration.", &["result"])?,
            registry: registry.clone(),
        };
        let build = IntGaugeVec::new(opts("build_info", "The version that runs."), &["version"])?;
        put(r, build)?.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        for stage in Stage::ALL {
            metrics.stage.with_label_values(&[stage.as_str()]);
        }
        for result in ["ok", "failed"] {
            metrics.reloads.with_label_values(&[result]);
        }
        Ok(metrics)
    }

    /// Counts an exchange that has ended.
    pub fn exchange_ended(&self, ended: &Ended<'_>) {
        self.requests.with_label_values(&[ended.endpoint, ended.region, ended.outcome]).inc();
        self.bytes_in.with_label_values(&[ended.endpoint]).inc_by(ended.bytes_in);
        self.bytes_out.with_label_values(&[ended.endpoint]).inc_by(ended.bytes_out);
        self.exchange.observe(ended.took.as_secs_f64());
    }

    /// Counts what was found in a payload.
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

    /// Counts typed values that an SDK did not mask; gives the name under which they are counted.
    pub fn unmasked(&self, sdk: Sdk, count: u64) -> Sdk {
        let sdk = self.sdks.admit(sdk);
        self.unmasked_inputs.with_label_values(&[sdk.lib, &sdk.version_class]).inc_by(count);
        sdk
    }

    /// Notes the time a stage took.
    pub fn stage_took(&self, stage: Stage, took: Duration) {
        self.stage.with_label_values(&[stage.as_str()]).observe(took.as_secs_f64());
    }

    /// Counts an upstream's answer; `status` is a status, or a word if there was none.
    pub fn upstream_answered(&self, region: &str, status: &str) {
        self.upstream.with_label_values(&[region, status]).inc();
    }

    /// Names the policy in force.
    pub fn policy_in_force(&self, digest: &str) {
        self.policy.reset();
        self.policy.with_label_values(&[digest]).set(1);
    }

    /// Counts a reload.
    pub fn reloaded(&self, succeeded: bool) {
        self.reloads.with_label_values(&[if succeeded { "ok" } else { "failed" }]).inc();
    }

    /// All metrics, in the text form of Prometheus.
    pub fn render(&self) -> Vec<u8> {
        let mut text = Vec::new();
        // Writing into memory fails only on a metric without a name, which registering excludes.
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut text);
        text
    }
}

/// What is counted of an exchange.
pub struct Ended<'a> {
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

fn put<C: Collector + Clone + 'static>(registry: &Registry, metric: C) -> Result<C, prometheus::Error> {
    registry.register(Box::new(metric.clone()))?;
    Ok(metric)
}

fn counters(
    r: &Registry,
    name: &str,
    help: &str,
    labels: &[&str],
) -> Result<IntCounterVec, prometheus::Error> {
    put(r, IntCounterVec::new(opts(name, help), labels)?)
}

fn counter(r: &Registry, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
    put(r, IntCounter::with_opts(opts(name, help))?)
}

fn gauge(r: &Registry, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
    put(r, IntGauge::with_opts(opts(name, help))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_its_own_and_begins_with_blackbar() {
        let metrics = Metrics::new().unwrap();
        let text = String::from_utf8(metrics.render()).unwrap();
        assert!(text.lines().filter(|line| !line.starts_with('#')).all(|line| line.starts_with("blackbar_")));
        assert!(text.contains("blackbar_build_info{version="));
    }
}
