//! The one place that turns how an exchange ended into HTTP.
//!
//! An answer of the upstream is relayed; everything else is `{"type","code","detail"}` with no text
//! of the payload in it.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

use crate::exchange::{Outcome, Rejection};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    code: &'static str,
    detail: &'a str,
}

/// The reply to an exchange.
pub(crate) fn of(outcome: Outcome) -> Response<Full<Bytes>> {
    let mut response = match outcome.result {
        Ok(answer) => {
            let mut response = Response::new(Full::new(answer.body));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            response
        }
        Err(rejection) => of_a_rejection(rejection),
    };
    if let Ok(id) = HeaderValue::from_str(&outcome.request_id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The reply to a request that was not forwarded, or not answered.
pub(crate) fn of_a_rejection(rejection: Rejection) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let detail = rejection.detail();
    let body = Body { r#type: kind(status), code: rejection.code(), detail: &detail };
    // Three texts always serialize.
    let mut response = Response::new(Full::new(serde_json::to_vec(&body).unwrap_or_default().into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = rejection.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The reply when the exchange itself failed to end.
pub(crate) fn of_a_fault() -> Response<Full<Bytes>> {
    of_a_rejection(Rejection::Internal)
}

/// Whose turn it is, in a word.
fn kind(status: StatusCode) -> &'static str {
    match status.as_u16() {
        451 => "policy_error",
        400..500 => "validation_error",
        _ => "server_error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_pass_later_says_when_to_try_again() {
        assert!(of_a_rejection(Rejection::Overloaded).headers().contains_key(RETRY_AFTER));
        assert!(!of_a_rejection(Rejection::NoRegion).headers().contains_key(RETRY_AFTER));
        assert_eq!(of_a_rejection(Rejection::NoRegion).status(), 451);
    }
}
