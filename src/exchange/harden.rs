//! Answers with remote config: hardened before they reach a browser, or withheld.

use std::sync::Arc;

use blackbar_core::decode::codec::Bound;
use blackbar_core::decode::endpoint::{Class, Endpoint};
use blackbar_core::pipeline::answer::{self, Answered, Packing};
use blackbar_core::redact::remote_config::{Form, Hardening};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, ETAG, HeaderValue, IF_NONE_MATCH, LAST_MODIFIED, VARY};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use crate::exchange::rejection::Rejection;
use crate::forward::Answer;
use crate::forward::headers::accepts_gzip;

/// Whether answers of this endpoint hold remote config.
pub(crate) fn concerns(endpoint: &Endpoint) -> bool {
    matches!(endpoint.class, Class::Config | Class::Flags)
}

/// Hardens the config of an answer. A refusal of the upstream is no config: no SDK reads it as one.
pub(crate) async fn harden(
    answer: Answer,
    endpoint: &Endpoint,
    head: &Parts,
    how: &Arc<Hardening>,
    bound: Bound,
) -> Result<Answer, Rejection> {
    // Nothing was asked on a condition: the browser may hold a config from before the hardening.
    if answer.status == StatusCode::NOT_MODIFIED {
        return Err(Rejection::ConfigUnreadable);
    }
    let Answer { status, mut headers, body } = answer;
    if !status.is_success() {
        return Ok(Answer { status, headers, body });
    }
    headers.remove(ETAG);
    headers.remove(LAST_MODIFIED);
    if body.is_empty() {
        return Ok(Answer { status, headers, body });
    }
    let form = form(endpoint, head).ok_or(Rejection::ConfigUnreadable)?;
    let coding = match headers.remove(CONTENT_ENCODING) {
        None => None,
        Some(value) => Some(value.to_str().map_err(|_| Rejection::ConfigUnreadable)?.to_owned()),
    };
    let packing = if accepts_gzip(&head.headers) { Packing::Gzip } else { Packing::Plain };
    let how = Arc::clone(how);
    let work = move || {
        let answered = Answered { form, content_encoding: coding.as_deref(), body: &body };
        answer::harden(&answered, &how, bound, packing)
    };
    // A script of the SDK with its config is some hundred kilobytes.
    let hardened = tokio::task::spawn_blocking(work).await.map_err(|_| Rejection::Internal)?;
    let hardened = hardened.map_err(|_| Rejection::ConfigUnreadable)?;
    if let Some(coding) = hardened.content_encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let answer = Answer { status, headers, body: Bytes::from(hardened.body) };
    let is_cached = endpoint.class == Class::Config && head.method == Method::GET;
    Ok(if is_cached { named(answer, &hardened.digest, head) } else { answer })
}

/// Gives the answer a name of its own; who holds it already is told so.
fn named(mut answer: Answer, digest: &str, head: &Parts) -> Answer {
    vary_by_encoding(&mut answer.headers);
    let tag = format!("W/\"{digest}\"");
    if knows(&head.headers, &tag) {
        answer.headers.remove(CONTENT_ENCODING);
        answer.status = StatusCode::NOT_MODIFIED;
        answer.body = Bytes::new();
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.headers.insert(ETAG, tag);
    }
    answer
}

/// How the config is served here; none for a path that no SDK asks for.
fn form(endpoint: &Endpoint, head: &Parts) -> Option<Form> {
    if endpoint.class == Class::Flags {
        return Some(Form::Json);
    }
    match head.uri.path().split('/').rfind(|segment| !segment.is_empty()) {
        Some("config") => Some(Form::Json),
        Some("config.js" | "array.js") => Some(Form::Script),
        _ => None,
    }
}

/// Whether the browser holds this very config.
fn knows(inbound: &HeaderMap, tag: &str) -> bool {
    let values = inbound.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|known| known.trim() == tag)
}

fn vary_by_encoding(headers: &mut HeaderMap) {
    let names = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let mut names = names.flat_map(|value| value.split(','));
    if !names.any(|name| name.trim().eq_ignore_ascii_case("accept-encoding")) {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}
