//! A recording backend for one region: as much of one as a real SDK needs to record.
//!
//! It replies to remote config and flags, serves the SDK's scripts if it has them, and stores what is
//! captured. Only the proxy talks to it, so it does not handle CORS.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blackbar_core::endpoint::{Class, Endpoint, classify};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::demo::http_server::{self, Reply};
use crate::demo::received::{ReceivedRequest, ReceivedStore};

/// A region's backend.
pub(super) struct Backend {
    pub(super) store: ReceivedStore,
    sdk: Option<PathBuf>,
}

impl Backend {
    pub(super) fn new(store: ReceivedStore, sdk: Option<PathBuf>) -> Self {
        Self { store, sdk }
    }

    /// Replies to a request of the proxy.
    pub(super) async fn reply_to(self: Arc<Self>, request: Request<Bytes>) -> Reply {
        let (path, method) = (request.uri().path().to_owned(), request.method().as_str().to_owned());
        let Ok(endpoint) = classify(&method, &path) else { return http_server::empty(StatusCode::NOT_FOUND) };
        match endpoint.class {
            Class::Static => script(self.sdk.as_deref(), &path),
            Class::Config => config(&path),
            Class::Api if request.body().is_empty() => http_server::json(&json!({})),
            _ => {
                let is_beacon = request.uri().query().is_some_and(|query| query.contains("beacon=1"));
                if self.store(endpoint, request).await.is_err() {
                    return http_server::empty(StatusCode::SERVICE_UNAVAILABLE);
                }
                match endpoint.class {
                    Class::Flags => http_server::json(&flags()),
                    _ if is_beacon => http_server::empty(StatusCode::NO_CONTENT),
                    _ => http_server::json(&json!({"status": "Ok"})),
                }
            }
        }
    }

    async fn store(self: Arc<Self>, endpoint: &'static Endpoint, request: Request<Bytes>) -> Result<(), ()> {
        let header = |name: HeaderName| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        let received = ReceivedRequest {
            endpoint,
            query: request.uri().query().unwrap_or_default().to_owned(),
            content_type: header(CONTENT_TYPE),
            content_encoding: header(CONTENT_ENCODING),
            body: request.body().clone(),
        };
        let stored = tokio::task::spawn_blocking(move || self.store.store(&received)).await;
        if matches!(stored, Ok(Ok(()))) { Ok(()) } else { Err(()) }
    }
}

/// A script of the SDK: `/static/KIND.js` and `/static/VERSION/KIND.js`.
pub(super) fn script(sdk: Option<&Path>, path: &str) -> Reply {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_plain =
        |stem: &str| stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let is_script = name.strip_suffix(".js").is_some_and(is_plain);
    match sdk.filter(|_| is_script).and_then(|dir| std::fs::read(dir.join(name)).ok()) {
        Some(script) => http_server::content("text/javascript; charset=utf-8", script),
        None => http_server::empty(StatusCode::NOT_FOUND),
    }
}

/// `/array/TOKEN/config` and `/array/TOKEN/config.js`.
fn config(path: &str) -> Reply {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).skip(1);
    match (segments.next(), segments.next()) {
        (Some(_), Some("config")) => http_server::json(&remote_config()),
        (Some(token), Some("config.js")) => {
            let (token, config) = (Value::from(token), json!({"config": remote_config(), "siteApps": []}));
            let global = "window._POSTHOG_REMOTE_CONFIG";
            let script = format!("({global} = {global} || {{}})[{token}] = {config};\n");
            http_server::content("text/javascript; charset=utf-8", script)
        }
        _ => http_server::empty(StatusCode::NOT_FOUND),
    }
}

fn flags() -> Value {
    let mut reply = remote_config();
    if let Some(reply) = reply.as_object_mut() {
        reply.insert("flags".to_owned(), json!({}));
        reply.insert("errorsWhileComputingFlags".to_owned(), json!(false));
    }
    reply
}

/// Turns on everything that can be recorded, so that the proxy has something to redact.
fn remote_config() -> Value {
    json!({
        "supportedCompression": ["gzip", "gzip-js"],
        "analytics": {"endpoint": "/i/v0/e/"},
        "sessionRecording": {
            "endpoint": "/s/",
            "recorderVersion": "v2",
            "consoleLogRecordingEnabled": true,
            "networkPayloadCapture": {"recordHeaders": true, "recordBody": true},
            "sampleRate": null,
            "minimumDurationMilliseconds": null,
            "linkedFlag": null,
        },
        "capturePerformance": {"network_timing": true, "web_vitals": false},
        "autocapture_opt_out": false,
        "autocaptureExceptions": false,
        "heatmaps": false,
        "surveys": false,
        "elementsChainAsString": true,
        "defaultIdentifiedOnly": true,
        "hasFeatureFlags": true,
        "siteApps": [],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serves_only_scripts_of_the_named_directory() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("array.js"), "1").unwrap();
        std::fs::write(dir.path().join("notes.txt"), "1").unwrap();
        let status = |path| script(Some(dir.path()), path).status().as_u16();
        assert_eq!(status("/static/array.js"), 200);
        assert_eq!(status("/static/1.2.3/array.js"), 200);
        assert_eq!(status("/static/notes.txt"), 404);
        assert_eq!(status("/static/..%2farray.js"), 404);
        assert_eq!(script(None, "/static/array.js").status().as_u16(), 404);
    }
}
