//! Sends what may leave to the one region it belongs to, and brings back the answer.
//!
//! Failover goes from one upstream of the region to the next, and only when no connection could be
//! made, so nothing is ever sent twice. It never follows a redirect and never leaves the region:
//! a region's hosts are all that its [`Forwarder`] can reach.

mod connect;
pub use crate::forward::connect::TlsError;
pub mod headers;
mod user_agent;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use blackbar_core::decode::endpoint::Host;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};

use crate::config::limits::ProxyLimits;
use crate::config::region::{Region, Upstream};
use crate::forward::connect::Client;
use crate::telemetry::metrics::Metrics;

/// How long an upstream that could not be connected to is tried last.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// What is sent.
pub struct Outbound {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: PathAndQuery,
    /// Headers, `Host` excepted.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// What came back.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers that may be relayed.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no answer to relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForwardError {
    /// No upstream of the region could be connected to; nothing was sent.
    #[error("no upstream of the region could be reached")]
    Unreachable,
    /// The connection broke after something may have been sent.
    #[error("the upstream did not answer")]
    Broken,
    /// It took too long.
    #[error("the upstream did not answer in time")]
    Timeout,
    /// The upstream sent us elsewhere, and elsewhere may be another region.
    #[error("the upstream answered with a redirect, which is not followed")]
    Redirect,
    /// The answer is larger than allowed.
    #[error("the upstream's answer is too large")]
    TooLarge,
    /// The upstream failed.
    #[error("the upstream failed")]
    Failed,
}

impl ForwardError {
    /// A stable word for metrics, audit and replies.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unreachable => "upstream_unreachable",
            Self::Broken => "upstream_broken",
            Self::Timeout => "upstream_timeout",
            Self::Redirect => "upstream_redirect",
            Self::TooLarge => "upstream_too_large",
            Self::Failed => "upstream_failed",
        }
    }
}

/// Reaches the hosts of one region.
pub struct Forwarder {
    name: String,
    upstreams: Vec<Target>,
    assets: Vec<Target>,
    client: Client,
    response_time: Duration,
    response_body: usize,
    started: Instant,
}

struct Target {
    upstream: Upstream,
    /// Until when it is tried last, in milliseconds since the start of the forwarder.
    cool_until_ms: AtomicU64,
}

impl Forwarder {
    /// Prepares the connections to a region; none is made yet.
    ///
    /// # Errors
    /// The region's certificates cannot be read.
    pub fn new(region: &Region, limits: &ProxyLimits) -> Result<Self, TlsError> {
        let targets = |upstreams: &[Upstream]| {
            let target =
                |upstream: &Upstream| Target { upstream: upstream.clone(), cool_until_ms: AtomicU64::new(0) };
            upstreams.iter().map(target).collect()
        };
        Ok(Self {
            name: region.name.clone(),
            upstreams: targets(&region.upstreams),
            assets: targets(&region.assets),
            client: connect::client(region.ca_file.as_deref(), limits.connect_time)?,
            response_time: limits.response_time,
            response_body: limits.response_body,
            started: Instant::now(),
        })
    }

    /// The region's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Sends a request to the first host of the region that can be connected to.
    ///
    /// # Errors
    /// There is nothing to relay; whether something was sent is in the error.
    pub async fn send(
        &self,
        host: Host,
        outbound: &Outbound,
        time_left: Duration,
        metrics: &Metrics,
    ) -> Result<Answer, ForwardError> {
        let allowed = self.response_time.min(time_left);
        let sent = tokio::time::timeout(allowed, self.try_all(host, outbound, metrics)).await;
        let result = sent.unwrap_or(Err(ForwardError::Timeout));
        match &result {
            Ok(answer) => metrics.upstream_answered(&self.name, answer.status.as_str()),
            Err(error) => metrics.upstream_answered(&self.name, error.code()),
        }
        result
    }

    async fn try_all(
        &self,
        host: Host,
        outbound: &Outbound,
        metrics: &Metrics,
    ) -> Result<Answer, ForwardError> {
        let targets = match host {
            Host::Upstream => &self.upstreams,
            Host::Assets => &self.assets,
        };
        let mut order: Vec<&Target> = targets.iter().collect();
        // Stable: those that are cooling down come last, otherwise the order of the file holds.
        order.sort_by_key(|target| target.cool_until_ms.load(Ordering::Relaxed) > self.now_ms());
        for target in order {
            let request = request(&target.upstream, outbound).ok_or(ForwardError::Broken)?;
            match self.client.request(request).await {
                Ok(response) => {
                    target.cool_until_ms.store(0, Ordering::Relaxed);
                    return self.read(response).await;
                }
                Err(error) if error.is_connect() => {
                    let until = self.now_ms() + COOL_DOWN.as_millis() as u64;
                    target.cool_until_ms.store(until, Ordering::Relaxed);
                    metrics.failovers.with_label_values(&[&self.name]).inc();
                    tracing::warn!(
                        region = self.name,
                        host = target.upstream.authority.as_str(),
                        "an upstream cannot be reached"
                    );
                }
                Err(_) => return Err(ForwardError::Broken),
            }
        }
        Err(ForwardError::Unreachable)
    }

    async fn read(&self, response: http::Response<hyper::body::Incoming>) -> Result<Answer, ForwardError> {
        let (head, body) = response.into_parts();
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            return Err(ForwardError::Redirect);
        }
        if head.status.is_server_error() {
            return Err(ForwardError::Failed);
        }
        let body = Limited::new(body, self.response_body).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                ForwardError::TooLarge
            } else {
                ForwardError::Broken
            }
        })?;
        Ok(Answer { status: head.status, headers: headers::relayed(&head.headers), body: body.to_bytes() })
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

fn request(upstream: &Upstream, outbound: &Outbound) -> Option<Request<Full<Bytes>>> {
    let uri = Uri::builder()
        .scheme(upstream.scheme.clone())
        .authority(upstream.authority.clone())
        .path_and_query(outbound.target.clone())
        .build()
        .ok()?;
    let mut request = Request::new(Full::new(outbound.body.clone()));
    *request.method_mut() = outbound.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = outbound.headers.clone();
    Some(request)
}
