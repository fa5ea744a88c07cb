//! One request from arrival to reply: classify, read, redact, route, forward, record.
//!
//! The order is the guarantee. Nothing is forwarded until the pipeline has produced what may leave,
//! one region is chosen, and the intent to forward is durable in the audit. Nothing is answered
//! until the record is. Every failure ends in a [`Rejection`] and a record, even if the client is
//! gone. How a rejection looks in HTTP is decided in `listen::reply`, not here.

mod body;
mod budget;
mod harden;
mod head;
mod ids;
mod job;
mod overload;
mod queue;
mod rejection;
mod state;
mod warm;
mod workers;

pub use crate::exchange::budget::Reservation;
pub use crate::exchange::rejection::Rejection;
pub use crate::exchange::state::{ActiveConfig, SharedState};

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use blackbar_core::endpoint::{Class, Endpoint, classify};
use blackbar_core::pipeline::Redacted;
use blackbar_core::remote_config::Hardening;
use blackbar_core::report::Sdk;
use blackbar_core::session::WindowStore;
use bytes::Bytes;
use http::header::EXPECT;
use http::request::Parts;
use http::{Method, Request};
use hyper::body::Body;

use crate::audit::record::{ExchangeRecord, UnmaskedCount, now, project_reference};
use crate::audit::writer::ExchangeLine;
use crate::exchange::job::RedactionJob;
use crate::forward::headers::{self, ConditionalHeaders, HeaderContext};
use crate::forward::{UpstreamRequest, UpstreamResponse};
use crate::telemetry::metrics::{ExchangeSample, ExchangeStage};
use crate::telemetry::refusals::RefusedRequest;

/// How an exchange ended, for the reply.
pub struct FinishedExchange {
    /// The request id, which is in the record, too.
    pub request_id: String,
    /// The upstream's response, or why there is none.
    pub result: Result<UpstreamResponse, Rejection>,
    /// The bytes of the response in the budget. They are in flight until the client has read them.
    pub reserved: Reservation,
}

/// Takes one request through the proxy.
pub async fn run<B>(shared: &SharedState, peer: IpAddr, request: Request<B>) -> FinishedExchange
where
    B: Body<Data = Bytes> + Unpin,
{
    let config = shared.active_config();
    let mut run = ExchangeRun::start(shared, &config);
    let (head, mut body) = request.into_parts();
    let result = run.handle(peer, &head, &mut body).await;
    let finished = run.finish(result).await;
    if finished.result.as_ref().is_err_and(|rejection| rejection.leaves_a_body()) {
        discard_rest(&head, &mut body).await;
    }
    finished
}

/// Reads and discards the body of a request that is refused without an exchange.
pub async fn discard_body<B>(request: Request<B>)
where
    B: Body<Data = Bytes> + Unpin,
{
    let (head, mut body) = request.into_parts();
    discard_rest(&head, &mut body).await;
}

async fn discard_rest<B>(head: &Parts, body: &mut B)
where
    B: Body<Data = Bytes> + Unpin,
{
    // A client that expects `100 Continue` has sent no body yet.
    if !head.headers.contains_key(EXPECT) {
        body::discard(body).await;
    }
}

/// One exchange in progress, and the record of it.
struct ExchangeRun<'a> {
    shared: &'a SharedState,
    config: &'a ActiveConfig,
    started: Instant,
    time: String,
    class: Option<Class>,
    record: ExchangeRecord,
}

impl<'a> ExchangeRun<'a> {
    fn start(shared: &'a SharedState, config: &'a ActiveConfig) -> Self {
        shared.metrics.exchanges.inc();
        let record = ExchangeRecord { request_id: ids::next_id(), ..ExchangeRecord::default() };
        Self { shared, config, started: Instant::now(), time: now(), class: None, record }
    }

    async fn handle<B>(
        &mut self,
        peer: IpAddr,
        head: &Parts,
        body: &mut B,
    ) -> Result<UpstreamResponse, Rejection>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        head::check_host(head)?;
        let endpoint = classify(head.method.as_str(), head.uri.path())?;
        self.class = Some(endpoint.class);
        self.record.endpoint = Some(endpoint.class.as_str().to_owned());
        self.shared.audit.probe().await?;

        let (body, mut reserved) = self.read(endpoint.class, body).await?;
        self.record.received_bytes = body.len() as u64;

        let redacted = self.redact(endpoint, head, body).await?;
        reserved.grow(redacted.body.len())?;
        self.record.count(&redacted.report);
        self.record_unmasked_inputs(&redacted);

        let region = self.route(peer, endpoint, head, &redacted)?;
        let request = self.upstream_request(peer, endpoint, head, redacted)?;
        self.record_intent().await?;
        let response = self.forward(region, endpoint, &request).await?;
        match self.hardening(endpoint) {
            Some(how) => harden::harden(response, endpoint, head, how, self.response_bound()).await,
            None => Ok(response),
        }
    }

    async fn read<B>(&self, class: Class, body: &mut B) -> Result<(Bytes, Reservation), Rejection>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let limits = &self.config.policy.policy.limits;
        let limit = match class {
            Class::Replay => limits.replay_body,
            Class::Batch | Class::EventsV1 => limits.batch_body,
            Class::Ai => limits.ai_body,
            _ => limits.other_body,
        };
        let started = Instant::now();
        let read = body::read(body, limit, &self.shared.budget, self.deadline()).await;
        self.shared.metrics.stage_took(ExchangeStage::Read, started.elapsed());
        read
    }

    async fn redact(
        &self,
        endpoint: &'static Endpoint,
        head: &Parts,
        body: Bytes,
    ) -> Result<Redacted, Rejection> {
        let sessions: Arc<dyn WindowStore> = Arc::clone(&self.shared.sessions);
        let policy = Arc::clone(&self.config.policy.policy);
        let job = RedactionJob::new(endpoint, head, &self.config.redacted_headers, body, policy, sessions);
        let started = Instant::now();
        let answer = tokio::time::timeout_at(self.deadline(), self.shared.workers.redact(job)).await;
        self.shared.metrics.stage_took(ExchangeStage::Pipeline, started.elapsed());
        let redacted = answer.unwrap_or(Err(Rejection::Overloaded));
        match &redacted {
            Ok(redacted) => self.shared.metrics.found(&redacted.report),
            Err(Rejection::Internal) => self.shared.metrics.worker_panics.inc(),
            Err(_) => {}
        }
        redacted
    }

    /// Records that an SDK sent typed values which it should have masked.
    fn record_unmasked_inputs(&mut self, redacted: &Redacted) {
        let count = redacted.report.n_unmasked_inputs;
        if count == 0 {
            return;
        }
        let sdk = redacted.facts.sdk.as_deref().map_or_else(Sdk::other, Sdk::read);
        let Sdk { lib, version_class } = self.shared.metrics.unmasked(sdk, count);
        self.record.unmasked_inputs =
            Some(UnmaskedCount { sdk: lib.to_owned(), sdk_version: version_class, count });
    }

    fn route(
        &mut self,
        peer: IpAddr,
        endpoint: &Endpoint,
        head: &Parts,
        redacted: &Redacted,
    ) -> Result<usize, Rejection> {
        let started = Instant::now();
        let facts = head::routing_facts(self.config, peer, head, &redacted.facts);
        let router = &self.config.router;
        self.record.project =
            facts.project.map(|token| project_reference(token, router.knows_project(token)));
        let region = router.route(&facts, endpoint.class, &self.shared.pins, started);
        self.shared.metrics.stage_took(ExchangeStage::Route, started.elapsed());
        let region = region.ok_or(Rejection::NoRegion)?;
        let name = self.config.forwarders.get(region).map(|forwarder| forwarder.name().to_owned());
        self.record.region = Some(name.ok_or(Rejection::NoRegion)?);
        Ok(region)
    }

    fn upstream_request(
        &mut self,
        peer: IpAddr,
        endpoint: &Endpoint,
        head: &Parts,
        redacted: Redacted,
    ) -> Result<UpstreamRequest, Rejection> {
        let context = HeaderContext {
            class: endpoint.class,
            client: headers::client_address(peer, &head.headers, &self.config.listen),
            client_ip: self.config.policy.policy.choices.client_ip,
            user_agent: self.config.forward.user_agent,
            redacted: &redacted.headers,
            conditional: match self.hardening(endpoint) {
                Some(_) => ConditionalHeaders::Drop,
                None => ConditionalHeaders::Forward,
            },
            content_type: redacted.content_type.as_deref(),
            content_encoding: redacted.content_encoding,
        };
        self.record.forwarded_bytes = redacted.body.len() as u64;
        // The pipeline turns the data in a GET's query into a body, which a GET cannot carry.
        let may_move = !endpoint.takes_plain_json() && !redacted.body.is_empty();
        let moves_to_body = head.method == Method::GET && may_move;
        let target = head::outgoing_target(head.uri.path(), &redacted.query);
        Ok(UpstreamRequest {
            method: if moves_to_body { Method::POST } else { head.method.clone() },
            target: target.ok_or(Rejection::Internal)?,
            headers: headers::outgoing_headers(&head.headers, &context),
            body: Bytes::from(redacted.body),
        })
    }

    /// Makes the intent to forward durable. The record says `interrupted` until the exchange ends.
    async fn record_intent(&mut self) -> Result<(), Rejection> {
        "interrupted".clone_into(&mut self.record.outcome);
        let started = Instant::now();
        let recorded = self.shared.audit.intent(self.audit_line()).await;
        self.shared.metrics.stage_took(ExchangeStage::Audit, started.elapsed());
        recorded.inspect_err(|_| self.record.region = None)?;
        Ok(())
    }

    async fn forward(
        &mut self,
        region: usize,
        endpoint: &Endpoint,
        request: &UpstreamRequest,
    ) -> Result<UpstreamResponse, Rejection> {
        let forwarder = self.config.forwarders.get(region).ok_or(Rejection::NoRegion)?;
        let started = Instant::now();
        let time_left = self.deadline().saturating_duration_since(tokio::time::Instant::now());
        let response = forwarder.send(endpoint.host, request, time_left, &self.shared.metrics).await;
        self.shared.metrics.stage_took(ExchangeStage::Forward, started.elapsed());
        response.map_err(|failure| {
            self.record.upstream_error = failure.class.map(|class| class.as_str().to_owned());
            failure.error.into()
        })
    }

    /// How to harden the remote config in the endpoint's responses; `None` if it is relayed as it is.
    fn hardening(&self, endpoint: &Endpoint) -> Option<&'a Arc<Hardening>> {
        self.config.hardening.as_ref().filter(|_| harden::has_remote_config(endpoint))
    }

    fn response_bound(&self) -> (usize, usize) {
        (self.config.limits.response_body, self.config.policy.policy.limits.ratio)
    }

    /// Records how the exchange ended, and only then returns what to reply.
    async fn finish(mut self, mut result: Result<UpstreamResponse, Rejection>) -> FinishedExchange {
        if let Err(rejection) = &result
            && !rejection.may_have_been_sent()
        {
            self.record.forwarded_bytes = 0;
        }
        let mut outcome = result.as_ref().err().map_or("forwarded", |rejection| rejection.code());
        let status =
            result.as_ref().map_or_else(|rejection| rejection.status(), |response| response.status.as_u16());
        outcome.clone_into(&mut self.record.outcome);
        self.record.status = Some(status);
        if self.shared.audit.record(self.audit_line()).await.is_err() {
            outcome = Rejection::AuditUnavailable.code();
            result = Err(Rejection::AuditUnavailable);
        }
        self.shared.metrics.exchange_ended(&ExchangeSample {
            endpoint: self.class.map_or("none", Class::as_str),
            region: self.record.region.as_deref().unwrap_or("none"),
            outcome,
            bytes_in: self.record.received_bytes,
            bytes_out: self.record.forwarded_bytes,
            took: self.started.elapsed(),
        });
        let id = &self.record.request_id;
        if let Err(rejection) = &result {
            self.shared.refusals.log(&RefusedRequest {
                id,
                code: outcome,
                status: rejection.status(),
                endpoint: self.class.map_or("none", Class::as_str),
                region: self.record.region.as_deref().unwrap_or("none"),
            });
        }
        tracing::debug!(id, endpoint = self.class.map(Class::as_str), outcome, "exchange finished");
        let mut reserved = self.shared.budget.reserve();
        reserved.grow_beyond(result.as_ref().map_or(0, |response| response.body.len()));
        FinishedExchange { request_id: self.record.request_id.clone(), result, reserved }
    }

    fn audit_line(&self) -> ExchangeLine {
        ExchangeLine {
            time: self.time.clone(),
            policy: Arc::clone(&self.config.policy.digest),
            exchange: self.record.clone(),
        }
    }

    fn deadline(&self) -> tokio::time::Instant {
        (self.started + self.config.limits.request_time).into()
    }
}

impl Drop for ExchangeRun<'_> {
    fn drop(&mut self) {
        self.shared.metrics.exchanges.dec();
    }
}
