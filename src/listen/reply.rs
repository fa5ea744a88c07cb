//! Turns the end of an exchange into an HTTP response. No other file does.
//!
//! An upstream response is relayed. A rejection becomes `{"type","code","detail"}` without payload
//! text.

use std::sync::Arc;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

use crate::exchange::{FinishedExchange, Rejection};
use crate::listen::activity::Activity;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(Serialize)]
struct ErrorBody<'a> {
    r#type: &'static str,
    code: &'static str,
    detail: &'a str,
}

/// The response to an exchange. `activity` follows it until the client has read it.
pub(crate) fn reply_to(finished: FinishedExchange, activity: &Arc<Activity>) -> Response<Full<Bytes>> {
    let mut response = match finished.result {
        Ok(upstream) => {
            let body = activity.follow(upstream.body, Some(finished.reserved));
            let mut response = Response::new(Full::new(body));
            *response.status_mut() = upstream.status;
            *response.headers_mut() = upstream.headers;
            response
        }
        Err(rejection) => reject(rejection),
    };
    if let Ok(id) = HeaderValue::from_str(&finished.request_id) {
        response.headers_mut().insert(X_REQUEST_ID, id);
    }
    response
}

/// The response to a rejected request.
pub(crate) fn reject(rejection: Rejection) -> Response<Full<Bytes>> {
    let status = StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let detail = rejection.detail();
    let body = ErrorBody { r#type: error_type(status), code: rejection.code(), detail: &detail };
    // Three strings always serialize.
    let mut response = Response::new(Full::new(serde_json::to_vec(&body).unwrap_or_default().into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(seconds) = rejection.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// The class of the error: who has to act.
fn error_type(status: StatusCode) -> &'static str {
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
    fn retry_after_is_set_only_for_transient_errors() {
        assert!(reject(Rejection::Overloaded).headers().contains_key(RETRY_AFTER));
        assert!(!reject(Rejection::NoRegion).headers().contains_key(RETRY_AFTER));
        assert_eq!(reject(Rejection::NoRegion).status(), 451);
    }
}
