//! One request's story, top to bottom: classify, read, redact, route, forward, record.
//!
//! The order is the promise. Nothing is forwarded before the pipeline has given what may leave,
//! before one region has been chosen, and before the intent to forward is durable in the audit;
//! nothing is answered before the record is. Whatever goes wrong ends in a [`Rejection`] and a
//! record, also when the client has gone away. How a rejection looks in HTTP is not known here.

mod body;
mod budget;
mod facts;
mod harden;
mod ids;
mod live;
mod queue;
mod rejection;
mod warm;
mod workers;

pub use crate::exchange::live::{Live, Proxy};
pub use crate::exchange::rejection::Rejection;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use blackbar_core::decode::codec::Bound;
use blackbar_core::decode::endpoint::{Class, Endpoint, Wrapping, classify};
use blackbar_core::pipeline::Redacted;
use blackbar_core::redact::remote_config::Hardening;
use blackbar_core::redact::sdk::Sdk;
use blackbar_core::session::store::Store;
use bytes::Bytes;
use http::header::EXPECT;
use http::request::Parts;
use http::{Method, Request};
use hyper::body::Body;

use crate::audit::record::{ExchangeRecord, UnmaskedCount, now, project_reference};
use crate::audit::writer::ExchangeLine;
use crate::forward::headers::{self, Context};
use crate::forward::{Answer, Outbound};
use crate::telemetry::metrics::{Ended, Stage};

/// How an exchange ended, for whoever replies.
pub struct Outcome {
    /// The id that stands in the record, too.
    pub request_id: String,
    /// The upstream's answer, or why there is none.
    pub result: Result<Answer, Rejection>,
}

/// Takes one request through the proxy.
pub async fn run<B>(proxy: &Proxy, peer: IpAddr, request: Request<B>) -> Outcome
where
    B: Body<Data = Bytes> + Unpin,
{
    let live = proxy.live();
    let mut story = Story::begin(proxy, &live);
    let (head, mut body) = request.into_parts();
    let result = story.tell(peer, &head, &mut body).await;
    let outcome = story.end(result).await;
    // Who waits to be told to send has sent nothing yet.
    if outcome.result.as_ref().is_err_and(|rejection| rejection.leaves_a_body())
        && !head.headers.contains_key(EXPECT)
    {
        body::discard(&mut body).await;
    }
    outcome
}

/// One exchange under way, and what will be recorded of it.
struct Story<'a> {
    proxy: &'a Proxy,
    live: &'a Live,
    started: Instant,
    time: String,
    class: Option<Class>,
    record: ExchangeRecord,
}

impl<'a> Story<'a> {
    fn begin(proxy: &'a Proxy, live: &'a Live) -> Self {
        proxy.metrics.exchanges.inc();
        let record = ExchangeRecord { request_id: ids::next(), ..ExchangeRecord::default() };
        Self { proxy, live, started: Instant::now(), time: now(), class: None, record }
    }

    async fn tell<B>(&mut self, peer: IpAddr, head: &Parts, body: &mut B) -> Result<Answer, Rejection>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let endpoint = classify(head.method.as_str(), head.uri.path())?;
        self.class = Some(endpoint.class);
        self.record.endpoint = Some(endpoint.class.as_str().to_owned());
        self.proxy.audit.probe().await?;

        let (body, mut reserved) = self.read(endpoint.class, body).await?;
        self.record.received_bytes = body.len() as u64;

        let redacted = self.redact(endpoint, head, body).await?;
        reserved.grow(redacted.body.len())?;
        self.record.count(&redacted.report);
        self.note_drift(&redacted);

        let region = self.route(peer, endpoint, head, &redacted)?;
        let outbound = self.outbound(peer, endpoint, head, redacted)?;
        self.promise().await?;
        let answer = self.forward(region, endpoint, &outbound).await?;
        match self.hardening(endpoint) {
            Some(how) => harden::harden(answer, endpoint, head, how, self.answer_bound()).await,
            None => Ok(answer),
        }
    }

    async fn read<B>(&self, class: Class, body: &mut B) -> Result<(Bytes, budget::Reservation), Rejection>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        let limits = &self.live.policy.policy.limits;
        let limit = match class {
            Class::Replay => limits.replay_body,
            Class::Batch | Class::EventsV1 => limits.batch_body,
            Class::Ai => limits.ai_body,
            _ => limits.other_body,
        };
        let begun = Instant::now();
        let read = body::read(body, limit, &self.proxy.budget, self.deadline()).await;
        self.proxy.metrics.stage_took(Stage::Read, begun.elapsed());
        read
    }

    async fn redact(
        &self,
        endpoint: &'static Endpoint,
        head: &Parts,
        body: Bytes,
    ) -> Result<Redacted, Rejection> {
        let sessions: Arc<dyn Store> = Arc::clone(&self.proxy.sessions);
        let policy = Arc::clone(&self.live.policy.policy);
        let job = workers::Job::new(endpoint, head, &self.live.judged, body, policy, sessions);
        let begun = Instant::now();
        let answer = tokio::time::timeout_at(self.deadline(), self.proxy.workers.redact(job)).await;
        self.proxy.metrics.stage_took(Stage::Pipeline, begun.elapsed());
        let redacted = answer.unwrap_or(Err(Rejection::Overloaded));
        match &redacted {
            Ok(redacted) => self.proxy.metrics.found(&redacted.report),
            Err(Rejection::Internal) => self.proxy.metrics.worker_panics.inc(),
            Err(_) => {}
        }
        redacted
    }

    /// Notes that an SDK sent typed values which it should have masked.
    fn note_drift(&mut self, redacted: &Redacted) {
        let count = redacted.report.n_unmasked_inputs;
        if count == 0 {
            return;
        }
        let sdk = redacted.facts.sdk.as_deref().map_or_else(Sdk::other, Sdk::read);
        let Sdk { lib, version_class } = self.proxy.metrics.unmasked(sdk, count);
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
        let begun = Instant::now();
        let facts = facts::gather(self.live, peer, endpoint, head, &redacted.facts);
        let router = &self.live.router;
        self.record.project =
            facts.project.map(|token| project_reference(token, router.knows_project(token)));
        let region = router.route(&facts, endpoint.class, &self.proxy.pins, begun);
        self.proxy.metrics.stage_took(Stage::Route, begun.elapsed());
        let region = region.ok_or(Rejection::NoRegion)?;
        let name = self.live.forwarders.get(region).map(|forwarder| forwarder.name().to_owned());
        self.record.region = Some(name.ok_or(Rejection::NoRegion)?);
        Ok(region)
    }

    fn outbound(
        &mut self,
        peer: IpAddr,
        endpoint: &Endpoint,
        head: &Parts,
        redacted: Redacted,
    ) -> Result<Outbound, Rejection> {
        let context = Context {
            class: endpoint.class,
            client: headers::client_address(peer, &head.headers, &self.live.listen),
            client_ip: self.live.policy.policy.choices.client_ip,
            user_agent: self.live.forward.user_agent,
            judged: &redacted.headers,
            conditions: match self.hardening(endpoint) {
                Some(_) => headers::Conditions::Stay,
                None => headers::Conditions::Cross,
            },
            content_type: redacted.content_type.as_deref(),
            content_encoding: redacted.content_encoding,
        };
        self.record.forwarded_bytes = redacted.body.len() as u64;
        // What came in the query of a GET may leave as a body, which a GET does not carry.
        let may_move = endpoint.wrapping != Wrapping::Json && !redacted.body.is_empty();
        let moves_to_body = head.method == Method::GET && may_move;
        Ok(Outbound {
            method: if moves_to_body { Method::POST } else { head.method.clone() },
            target: facts::target(head.uri.path(), &redacted.query).ok_or(Rejection::Internal)?,
            headers: headers::outbound(&head.headers, &context),
            body: Bytes::from(redacted.body),
        })
    }

    /// Makes durable that this is about to be forwarded.
    async fn promise(&mut self) -> Result<(), Rejection> {
        "interrupted".clone_into(&mut self.record.outcome);
        let begun = Instant::now();
        let promised = self.proxy.audit.intent(self.line()).await;
        self.proxy.metrics.stage_took(Stage::Audit, begun.elapsed());
        promised.inspect_err(|_| self.forget_region())?;
        Ok(())
    }

    async fn forward(
        &mut self,
        region: usize,
        endpoint: &Endpoint,
        outbound: &Outbound,
    ) -> Result<Answer, Rejection> {
        let forwarder = self.live.forwarders.get(region).ok_or(Rejection::NoRegion)?;
        let begun = Instant::now();
        let time_left = self.deadline().saturating_duration_since(tokio::time::Instant::now());
        let answer = forwarder.send(endpoint.host, outbound, time_left, &self.proxy.metrics).await;
        self.proxy.metrics.stage_took(Stage::Forward, begun.elapsed());
        Ok(answer?)
    }

    /// What the config in the endpoint's answers is made to say, if they hold one.
    fn hardening(&self, endpoint: &Endpoint) -> Option<&'a Arc<Hardening>> {
        self.live.hardening.as_ref().filter(|_| harden::concerns(endpoint))
    }

    fn answer_bound(&self) -> Bound {
        Bound { bytes: self.live.limits.response_body, ratio: self.live.policy.policy.limits.ratio }
    }

    /// Records how it ended, and only then lets the reply go.
    async fn end(mut self, mut result: Result<Answer, Rejection>) -> Outcome {
        if let Err(rejection) = &result
            && !rejection.may_have_been_sent()
        {
            self.record.forwarded_bytes = 0;
        }
        let mut outcome = result.as_ref().err().map_or("forwarded", |rejection| rejection.code());
        let status =
            result.as_ref().map_or_else(|rejection| rejection.status(), |answer| answer.status.as_u16());
        outcome.clone_into(&mut self.record.outcome);
        self.record.status = Some(status);
        if self.proxy.audit.record(self.line()).await.is_err() {
            outcome = Rejection::AuditUnavailable.code();
            result = Err(Rejection::AuditUnavailable);
        }
        self.proxy.metrics.exchange_ended(&Ended {
            endpoint: self.class.map_or("none", Class::as_str),
            region: self.record.region.as_deref().unwrap_or("none"),
            outcome,
            bytes_in: self.record.received_bytes,
            bytes_out: self.record.forwarded_bytes,
            took: self.started.elapsed(),
        });
        let id = &self.record.request_id;
        tracing::debug!(id, endpoint = self.class.map(Class::as_str), outcome, "an exchange has ended");
        Outcome { request_id: self.record.request_id.clone(), result }
    }

    fn forget_region(&mut self) {
        self.record.region = None;
    }

    fn line(&self) -> ExchangeLine {
        ExchangeLine {
            time: self.time.clone(),
            policy: Arc::clone(&self.live.policy.digest),
            exchange: self.record.clone(),
        }
    }

    fn deadline(&self) -> tokio::time::Instant {
        (self.started + self.live.limits.request_time).into()
    }
}

impl Drop for Story<'_> {
    fn drop(&mut self) {
        self.proxy.metrics.exchanges.dec();
    }
}
