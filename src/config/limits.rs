//! `[limits]`: limits of everything that a peer controls.

use std::time::Duration;

use blackbar_core::policy::Limits;
use serde::Deserialize;

use crate::config::checker::Checker;

/// The limits of the proxy itself. Those of the payload are [`Limits`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyLimits {
    /// Bytes of all requests in flight. Beyond that, requests get 503.
    ///
    /// # Default
    /// `512MiB`
    pub in_flight: usize,
    /// Time for a whole exchange, from the request's head to the reply.
    ///
    /// # Default
    /// `60s`
    pub request_time: Duration,
    /// Time until the head of a request is complete.
    ///
    /// # Default
    /// `10s`
    pub header_time: Duration,
    /// Time that a connection without an exchange may stay open.
    ///
    /// # Default
    /// `75s`
    pub idle_time: Duration,
    /// Time until a client has read a whole answer.
    ///
    /// # Default
    /// `30s`
    pub write_time: Duration,
    /// Size of the head of a request.
    ///
    /// # Default
    /// `64KiB`
    pub header_bytes: usize,
    /// Open connections of SDKs. Further ones get 503.
    ///
    /// # Default
    /// `10000`
    pub connections: usize,
    /// Exchanges in progress. Beyond that, requests get 503.
    ///
    /// # Default
    /// `8192`
    pub exchanges: usize,
    /// Time until an upstream has accepted a connection.
    ///
    /// # Default
    /// `5s`
    pub connect_time: Duration,
    /// Time until an upstream has answered in full.
    ///
    /// # Default
    /// `30s`
    pub response_time: Duration,
    /// Size of the body of an upstream's response.
    ///
    /// # Default
    /// `16MiB`
    pub response_body: usize,
    /// Redaction threads.
    ///
    /// # Default
    /// one per core, at least two
    pub workers: usize,
    /// Requests waiting for a redaction thread. Beyond that, requests get 503.
    ///
    /// # Default
    /// `4096`
    pub queue: usize,
    /// How long an idle session keeps its region.
    ///
    /// # Default
    /// `30m`
    pub session_idle: Duration,
    /// Sessions whose region is remembered.
    ///
    /// # Default
    /// `200000`
    pub sessions: usize,
    /// Memory for the element context of all sessions.
    pub session_memory: usize,
}

impl Default for ProxyLimits {
    fn default() -> Self {
        Self {
            in_flight: 512 << 20,
            request_time: Duration::from_mins(1),
            header_time: Duration::from_secs(10),
            idle_time: Duration::from_secs(75),
            write_time: Duration::from_secs(30),
            header_bytes: 64 << 10,
            connections: 10_000,
            exchanges: 8192,
            connect_time: Duration::from_secs(5),
            response_time: Duration::from_secs(30),
            response_body: 16 << 20,
            workers: std::thread::available_parallelism().map_or(2, |n| n.get().max(2)),
            queue: 4096,
            session_idle: Duration::from_mins(30),
            sessions: 200_000,
            session_memory: 512 << 20,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RawLimits {
    replay_body: Option<String>,
    batch_body: Option<String>,
    ai_body: Option<String>,
    other_body: Option<String>,
    inflated: Option<String>,
    cv_field: Option<String>,
    cv_total: Option<String>,
    ratio: Option<i64>,
    depth: Option<i64>,
    parts: Option<i64>,
    part_header: Option<String>,
    in_flight: Option<String>,
    request_time: Option<String>,
    header_time: Option<String>,
    idle_time: Option<String>,
    write_time: Option<String>,
    header_bytes: Option<String>,
    connections: Option<i64>,
    exchanges: Option<i64>,
    connect_time: Option<String>,
    response_time: Option<String>,
    response_body: Option<String>,
    workers: Option<i64>,
    queue: Option<i64>,
    session_idle: Option<String>,
    sessions: Option<i64>,
    session_memory: Option<String>,
}

/// Reads the limits of the payload.
pub(crate) fn check_payload(checker: &mut Checker<'_>) -> Limits {
    let raw: RawLimits = checker.section("limits");
    let default = Limits::default();
    Limits {
        replay_body: checker.size("limits.replay_body", raw.replay_body.as_deref(), default.replay_body),
        batch_body: checker.size("limits.batch_body", raw.batch_body.as_deref(), default.batch_body),
        ai_body: checker.size("limits.ai_body", raw.ai_body.as_deref(), default.ai_body),
        other_body: checker.size("limits.other_body", raw.other_body.as_deref(), default.other_body),
        inflated: checker.size("limits.inflated", raw.inflated.as_deref(), default.inflated),
        cv_field: checker.size("limits.cv_field", raw.cv_field.as_deref(), default.cv_field),
        cv_total: checker.size("limits.cv_total", raw.cv_total.as_deref(), default.cv_total),
        ratio: checker.count("limits.ratio", raw.ratio, default.ratio),
        depth: checker.count("limits.depth", raw.depth, default.depth),
        parts: checker.count("limits.parts", raw.parts, default.parts),
        part_header: checker.size("limits.part_header", raw.part_header.as_deref(), default.part_header),
    }
}

/// Reads the limits of the proxy. [`check_payload`] reports a section that cannot be read.
pub(crate) fn check_proxy(checker: &mut Checker<'_>) -> ProxyLimits {
    let raw: RawLimits = checker.section_reported_elsewhere("limits");
    let default = ProxyLimits::default();
    let limits = ProxyLimits {
        in_flight: checker.size("limits.in_flight", raw.in_flight.as_deref(), default.in_flight),
        request_time: checker.duration(
            "limits.request_time",
            raw.request_time.as_deref(),
            default.request_time,
        ),
        header_time: checker.duration("limits.header_time", raw.header_time.as_deref(), default.header_time),
        idle_time: checker.duration("limits.idle_time", raw.idle_time.as_deref(), default.idle_time),
        write_time: checker.duration("limits.write_time", raw.write_time.as_deref(), default.write_time),
        header_bytes: checker.size("limits.header_bytes", raw.header_bytes.as_deref(), default.header_bytes),
        connections: checker.count("limits.connections", raw.connections, default.connections),
        exchanges: checker.count("limits.exchanges", raw.exchanges, default.exchanges),
        connect_time: checker.duration(
            "limits.connect_time",
            raw.connect_time.as_deref(),
            default.connect_time,
        ),
        response_time: checker.duration(
            "limits.response_time",
            raw.response_time.as_deref(),
            default.response_time,
        ),
        response_body: checker.size(
            "limits.response_body",
            raw.response_body.as_deref(),
            default.response_body,
        ),
        workers: checker.count("limits.workers", raw.workers, default.workers),
        queue: checker.count("limits.queue", raw.queue, default.queue),
        session_idle: checker.duration(
            "limits.session_idle",
            raw.session_idle.as_deref(),
            default.session_idle,
        ),
        sessions: checker.count("limits.sessions", raw.sessions, default.sessions),
        session_memory: checker.size(
            "limits.session_memory",
            raw.session_memory.as_deref(),
            default.session_memory,
        ),
    };
    if limits.header_bytes < 8192 {
        checker.problem(
            "limits.header_bytes",
            "must be at least \"8KiB\", or ordinary request heads do not fit",
        );
    }
    if limits.workers > 1024 {
        checker.problem("limits.workers", "must be at most 1024");
    }
    limits
}
