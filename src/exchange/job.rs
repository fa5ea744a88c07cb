//! One request for a worker: everything that redacting needs from it, owned.
//!
//! Here, and not in the worker pool, HTTP heads become the plain values of [`Request`]. A job runs
//! once, on whichever thread takes it, and touches no socket.

use std::sync::{Arc, OnceLock};
use std::time::Instant;

use blackbar_core::endpoint::Endpoint;
use blackbar_core::pipeline::{self, Memory, Redacted, Request, Workspace};
use blackbar_core::policy::Policy;
use blackbar_core::session::WindowStore;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::request::Parts;

use crate::config::suppressions;
use crate::exchange::rejection::Rejection;

/// One request to redact.
pub(crate) struct RedactionJob {
    endpoint: &'static Endpoint,
    path: String,
    query: String,
    content_type: Option<String>,
    content_encoding: Option<String>,
    bearer: Option<String>,
    headers: Vec<(String, String)>,
    body: Bytes,
    policy: Arc<Policy>,
    sessions: Arc<dyn WindowStore>,
}

impl RedactionJob {
    /// Copies what redacting needs from a request's head. `redacted_headers` names the headers that
    /// the rules read.
    pub(crate) fn new(
        endpoint: &'static Endpoint,
        head: &Parts,
        redacted_headers: &[HeaderName],
        body: Bytes,
        policy: Arc<Policy>,
        sessions: Arc<dyn WindowStore>,
    ) -> Self {
        Self {
            endpoint,
            path: head.uri.path().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            content_type: header_text(&head.headers, &CONTENT_TYPE),
            content_encoding: header_text(&head.headers, &CONTENT_ENCODING),
            bearer: bearer_token(&head.headers).map(str::to_owned),
            headers: named_headers(&head.headers, redacted_headers),
            body,
            policy,
            sessions,
        }
    }

    /// The body as it was received.
    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// Takes the request through the pipeline.
    pub(crate) fn run(&self, scratch: &mut Workspace) -> Result<Redacted, Rejection> {
        let request = Request {
            endpoint: self.endpoint,
            path: &self.path,
            query: &self.query,
            content_type: self.content_type.as_deref(),
            content_encoding: self.content_encoding.as_deref(),
            bearer: self.bearer.as_deref(),
            headers: &self.headers,
            body: &self.body,
        };
        scratch.set_time(Some(suppressions::now()));
        let memory = Memory { store: &*self.sessions, now_ms: uptime_ms() };
        Ok(pipeline::run(&request, &self.policy, memory, scratch)?)
    }
}

/// Milliseconds since the first call in this process.
fn uptime_ms() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis().try_into().unwrap_or(u64::MAX)
}

/// A header's value. A non-ASCII value becomes "?", which matches nothing, instead of looking absent.
fn header_text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?").to_owned())
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// All values of these headers. A non-ASCII value is left out, so it is not forwarded.
fn named_headers(headers: &HeaderMap, names: &[HeaderName]) -> Vec<(String, String)> {
    let values = names.iter().flat_map(|name| headers.get_all(name).iter().map(move |value| (name, value)));
    values
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect()
}
