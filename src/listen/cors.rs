//! CORS headers and preflight responses.
//!
//! Every response carries the headers, rejections too: a browser that may not read a rejection takes
//! it for a network error, and the SDK retries.

use blackbar_core::endpoint::{NoEndpoint, classify};
use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Response, StatusCode};
use http_body_util::Full;

use crate::exchange::Rejection;
use crate::listen::reply;

/// How long a browser may cache a preflight response, in seconds.
const MAX_AGE_SECONDS: &str = "86400";

/// The CORS headers of a request.
pub(crate) struct CorsRequest {
    origin: Option<HeaderValue>,
    wanted_headers: Option<HeaderValue>,
    wants_method: bool,
}

impl CorsRequest {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        Self {
            origin: headers.get(ORIGIN).cloned(),
            wanted_headers: headers.get(ACCESS_CONTROL_REQUEST_HEADERS).cloned(),
            wants_method: headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD),
        }
    }

    /// Lets the requesting page read the response.
    pub(crate) fn allow(&self, headers: &mut HeaderMap) {
        headers.append(VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = &self.origin else { return };
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, X-Request-Id"));
    }
}

/// Answers `OPTIONS`. Nothing is forwarded, and no exchange is recorded.
pub(crate) fn preflight(cors: &CorsRequest, path: &str) -> Response<Full<Bytes>> {
    let mut response = if classify("OPTIONS", path) == Err(NoEndpoint::UnknownPath) {
        reply::reject(Rejection::UnknownPath)
    } else if cors.wants_method {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    } else {
        let mut response = Response::new(Full::new(Bytes::from_static(b"{\"status\":\"Ok\"}")));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    cors.allow(response.headers_mut());
    if cors.wants_method {
        let headers = response.headers_mut();
        let methods = HeaderValue::from_static("GET, POST, DELETE, OPTIONS");
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, methods);
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE_SECONDS));
        if let Some(wanted) = &cors.wanted_headers {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
    }
    response
}
