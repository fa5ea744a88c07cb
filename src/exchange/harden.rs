//! Hardens the remote config in responses before they reach a browser.
//!
//! A response whose config cannot be read is withheld: it might switch masking off.

use std::sync::Arc;

use blackbar_core::endpoint::{Class, Endpoint};
use blackbar_core::remote_config::{Answered, Form, Hardening};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, ETAG, HeaderValue, IF_NONE_MATCH, LAST_MODIFIED, VARY};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use crate::exchange::rejection::Rejection;
use crate::forward::UpstreamResponse;
use crate::forward::headers::accepts_gzip;

/// Whether this endpoint's responses hold remote config.
pub(crate) fn has_remote_config(endpoint: &Endpoint) -> bool {
    matches!(endpoint.class, Class::Config | Class::Flags)
}

/// Hardens the config in a response. An error response is relayed as it is: no SDK reads it as config.
pub(crate) async fn harden(
    response: UpstreamResponse,
    endpoint: &Endpoint,
    head: &Parts,
    how: &Arc<Hardening>,
    (max_bytes, max_ratio): (usize, usize),
) -> Result<UpstreamResponse, Rejection> {
    // The upstream request carried no condition, so a 304 is unexpected. Relaying it would let the
    // browser keep a config from before the hardening.
    if response.status == StatusCode::NOT_MODIFIED {
        return Err(Rejection::ConfigUnreadable);
    }
    let UpstreamResponse { status, mut headers, body } = response;
    if !status.is_success() {
        return Ok(UpstreamResponse { status, headers, body });
    }
    headers.remove(ETAG);
    headers.remove(LAST_MODIFIED);
    if body.is_empty() {
        return Ok(UpstreamResponse { status, headers, body });
    }
    let form = form(endpoint, head).ok_or(Rejection::ConfigUnreadable)?;
    let coding = match headers.remove(CONTENT_ENCODING) {
        None => None,
        Some(value) => Some(value.to_str().map_err(|_| Rejection::ConfigUnreadable)?.to_owned()),
    };
    let accepts_gzip = accepts_gzip(&head.headers);
    let how = Arc::clone(how);
    let work = move || {
        let answered = Answered { form, content_encoding: coding.as_deref(), body: &body, accepts_gzip };
        answered.harden(&how, max_bytes, max_ratio)
    };
    // The SDK script with its config is a few hundred kilobytes: too much work for a network thread.
    let hardened = tokio::task::spawn_blocking(work).await.map_err(|_| Rejection::Internal)?;
    let hardened = hardened.ok_or(Rejection::ConfigUnreadable)?;
    if let Some(coding) = hardened.content_encoding {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    let response = UpstreamResponse { status, headers, body: Bytes::from(hardened.body) };
    let is_cached = endpoint.class == Class::Config && head.method == Method::GET;
    Ok(if is_cached { with_etag(response, &hardened.digest, head) } else { response })
}

/// Adds an `ETag`, and answers 304 if the client already has this version.
fn with_etag(mut response: UpstreamResponse, digest: &str, head: &Parts) -> UpstreamResponse {
    vary_by_encoding(&mut response.headers);
    let etag = format!("W/\"{digest}\"");
    if client_has(&head.headers, &etag) {
        response.headers.remove(CONTENT_ENCODING);
        response.status = StatusCode::NOT_MODIFIED;
        response.body = Bytes::new();
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        response.headers.insert(ETAG, etag);
    }
    response
}

/// The form in which this path serves the config; `None` for a path that no SDK requests.
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

/// Whether `If-None-Match` lists this version.
fn client_has(inbound: &HeaderMap, etag: &str) -> bool {
    let values = inbound.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|known| known.trim() == etag)
}

fn vary_by_encoding(headers: &mut HeaderMap) {
    let names = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok());
    let mut names = names.flat_map(|value| value.split(','));
    if !names.any(|name| name.trim().eq_ignore_ascii_case("accept-encoding")) {
        headers.append(VARY, HeaderValue::from_static("Accept-Encoding"));
    }
}
