//! Sends a redacted request to the one region it belongs to, and returns the response.
//!
//! Failover tries the region's next upstream, and only if no connection could be made, so no request
//! is sent twice. Redirects are not followed.
//!
//! **Invariant:** a [`Forwarder`] can reach the hosts of its own region only.

mod connect;
pub use crate::forward::connect::TlsError;
pub mod failure;
pub mod headers;
mod user_agent;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use blackbar_core::endpoint::Host;
use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full, Limited};

use crate::config::limits::ProxyLimits;
use crate::config::region::{Region, Upstream};
use crate::forward::connect::HttpClient;
use crate::forward::failure::UpstreamFailure;
use crate::telemetry::metrics::Metrics;

/// How long an upstream is tried last after a failed connection attempt.
const COOL_DOWN: Duration = Duration::from_secs(10);

/// The request to an upstream.
pub struct UpstreamRequest {
    /// The method.
    pub method: Method,
    /// Path and query.
    pub target: PathAndQuery,
    /// The headers, without `Host`.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// The response of an upstream, reduced to what may be relayed.
pub struct UpstreamResponse {
    /// The status.
    pub status: StatusCode,
    /// The headers that may be relayed.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why there is no response to relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForwardError {
    /// No upstream of the region could be connected to; nothing was sent.
    #[error("no upstream of the region could be reached")]
    Unreachable,
    /// The connection broke after something may have been sent.
    #[error("the connection to the upstream broke before it answered")]
    Broken,
    /// The response did not arrive in time.
    #[error("the upstream did not answer in time")]
    Timeout,
    /// The upstream sent a redirect. Its target may be in another region, so it is not followed.
    #[error("the upstream sent a redirect; redirects are not followed")]
    Redirect,
    /// The response exceeds the limit.
    #[error("the upstream's response is too large")]
    TooLarge,
    /// The upstream answered with a server error.
    #[error("the upstream answered with a server error")]
    Failed,
}

/// A request that got no response to relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForwardFailure {
    /// What the reply says.
    pub error: ForwardError,
    /// The class of the last failure; `None` if the upstream sent a response that may not be relayed.
    pub class: Option<UpstreamFailure>,
}

impl From<ForwardError> for ForwardFailure {
    fn from(error: ForwardError) -> Self {
        Self { error, class: None }
    }
}

impl ForwardError {
    /// A stable identifier for metrics, audit and replies.
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

/// Sends requests to the hosts of one region.
pub struct Forwarder {
    name: String,
    upstreams: Vec<UpstreamState>,
    assets: Vec<UpstreamState>,
    client: HttpClient,
    response_time: Duration,
    response_body: usize,
    started: Instant,
}

/// An upstream, and how lately it failed.
struct UpstreamState {
    upstream: Upstream,
    /// Until when it is tried last, in milliseconds since the forwarder started.
    cool_until_ms: AtomicU64,
}

impl Forwarder {
    /// Prepares the connection pool of a region. No connection is opened yet.
    ///
    /// # Errors
    /// The region's certificates cannot be read.
    pub fn new(region: &Region, limits: &ProxyLimits) -> Result<Self, TlsError> {
        let targets = |upstreams: &[Upstream]| {
            let target = |upstream: &Upstream| UpstreamState {
                upstream: upstream.clone(),
                cool_until_ms: AtomicU64::new(0),
            };
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

    /// Sends a request to the first host of the region that accepts a connection.
    ///
    /// # Errors
    /// There is no response to relay. [`ForwardError::Unreachable`] means that nothing was sent.
    pub async fn send(
        &self,
        host: Host,
        outgoing: &UpstreamRequest,
        time_left: Duration,
        metrics: &Metrics,
    ) -> Result<UpstreamResponse, ForwardFailure> {
        let allowed = self.response_time.min(time_left);
        let sent = tokio::time::timeout(allowed, self.try_all(host, outgoing, metrics)).await;
        let result = sent.unwrap_or_else(|_| {
            let class = Some(UpstreamFailure::ResponseTimeout);
            metrics.upstream_failed(&self.name, UpstreamFailure::ResponseTimeout.as_str());
            Err(ForwardFailure { error: ForwardError::Timeout, class })
        });
        match &result {
            Ok(response) => metrics.upstream_answered(&self.name, response.status.as_str()),
            Err(failure) => {
                metrics.upstream_answered(&self.name, failure.error.code());
                let reason = failure.class.map(UpstreamFailure::as_str);
                tracing::debug!(region = self.name, reason, "{}", failure.error);
            }
        }
        result
    }

    async fn try_all(
        &self,
        host: Host,
        outgoing: &UpstreamRequest,
        metrics: &Metrics,
    ) -> Result<UpstreamResponse, ForwardFailure> {
        let targets = match host {
            Host::Upstream => &self.upstreams,
            Host::Assets => &self.assets,
        };
        let mut order: Vec<&UpstreamState> = targets.iter().collect();
        // The sort is stable: hosts that failed lately come last, otherwise the order of the file is kept.
        order.sort_by_key(|target| target.cool_until_ms.load(Ordering::Relaxed) > self.now_ms());
        let mut class = None;
        for target in order {
            let request = request(&target.upstream, outgoing).ok_or(ForwardError::Broken)?;
            match self.client.request(request).await {
                Ok(response) => {
                    target.cool_until_ms.store(0, Ordering::Relaxed);
                    return self.read(response, metrics).await;
                }
                Err(error) if error.is_connect() => {
                    let failure = UpstreamFailure::of(&error);
                    class = Some(failure);
                    metrics.upstream_failed(&self.name, failure.as_str());
                    let until = self.now_ms() + COOL_DOWN.as_millis() as u64;
                    target.cool_until_ms.store(until, Ordering::Relaxed);
                    metrics.failovers.with_label_values(&[&self.name]).inc();
                    tracing::warn!(
                        region = self.name,
                        host = target.upstream.authority.as_str(),
                        reason = failure.as_str(),
                        "cannot connect to an upstream"
                    );
                }
                Err(error) => return Err(self.broke(UpstreamFailure::of(&error), metrics)),
            }
        }
        Err(ForwardFailure { error: ForwardError::Unreachable, class })
    }

    /// Reports a connection that broke after something may have been sent.
    fn broke(&self, class: UpstreamFailure, metrics: &Metrics) -> ForwardFailure {
        metrics.upstream_failed(&self.name, class.as_str());
        tracing::warn!(region = self.name, reason = class.as_str(), "an upstream gave no response");
        ForwardFailure { error: ForwardError::Broken, class: Some(class) }
    }

    async fn read(
        &self,
        response: http::Response<hyper::body::Incoming>,
        metrics: &Metrics,
    ) -> Result<UpstreamResponse, ForwardFailure> {
        let (head, body) = response.into_parts();
        // An upgrade that was not asked for: what follows is not HTTP.
        if head.status.is_informational() {
            return Err(self.broke(UpstreamFailure::Protocol, metrics));
        }
        if head.status.is_redirection() && head.status != StatusCode::NOT_MODIFIED {
            return Err(ForwardError::Redirect.into());
        }
        if head.status.is_server_error() {
            return Err(ForwardError::Failed.into());
        }
        let body = Limited::new(body, self.response_body).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                ForwardError::TooLarge.into()
            } else {
                self.broke(UpstreamFailure::of(&*error), metrics)
            }
        })?;
        Ok(UpstreamResponse {
            status: head.status,
            headers: headers::relayed_headers(&head.headers),
            body: body.to_bytes(),
        })
    }

    fn now_ms(&self) -> u64 {
        self.started.elapsed().as_millis() as u64
    }
}

fn request(upstream: &Upstream, outgoing: &UpstreamRequest) -> Option<Request<Full<Bytes>>> {
    let uri = Uri::builder()
        .scheme(upstream.scheme.clone())
        .authority(upstream.authority.clone())
        .path_and_query(outgoing.target.clone())
        .build()
        .ok()?;
    let mut request = Request::new(Full::new(outgoing.body.clone()));
    *request.method_mut() = outgoing.method.clone();
    *request.uri_mut() = uri;
    *request.headers_mut() = outgoing.headers.clone();
    Some(request)
}
