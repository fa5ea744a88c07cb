//! A recording backend, as far as a real SDK needs one to record: one a region.
//!
//! Answers remote config and flags, serves the SDK's scripts if it has them, and keeps what is
//! captured. It stands behind the proxy, so it gives no answers to browsers directly.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blackbar_core::decode::endpoint::{Class, Endpoint, classify};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderName};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::cli::demo::server::{self, Reply};
use crate::cli::demo::store::{Received, Store};

/// A region's backend.
pub(super) struct Backend {
    pub(super) store: Store,
    sdk: Option<PathBuf>,
}

impl Backend {
    pub(super) fn new(store: Store, sdk: Option<PathBuf>) -> Self {
        Self { store, sdk }
    }

    /// Answers a request of the proxy.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Bytes>) -> Reply {
        let (path, method) = (request.uri().path().to_owned(), request.method().as_str().to_owned());
        let Ok(endpoint) = classify(&method, &path) else { return server::empty(StatusCode::NOT_FOUND) };
        match endpoint.class {
            Class::Static => script(self.sdk.as_deref(), &path),
            Class::Config => config(&path),
            Class::Api if request.body().is_empty() => server::json(&json!({})),
            _ => {
                let is_beacon = request.uri().query().is_some_and(|query| query.contains("beacon=1"));
                if self.keep(endpoint, request).await.is_err() {
                    return server::empty(StatusCode::SERVICE_UNAVAILABLE);
                }
                match endpoint.class {
                    Class::Flags => server::json(&flags()),
                    _ if is_beacon => server::empty(StatusCode::NO_CONTENT),
                    _ => server::json(&json!({"status": "Ok"})),
                }
            }
        }
    }

    async fn keep(self: Arc<Self>, endpoint: &'static Endpoint, request: Request<Bytes>) -> Result<(), ()> {
        let header = |name: HeaderName| Some(request.headers().get(name)?.to_str().ok()?.to_owned());
        let received = Received {
            endpoint,
            query: request.uri().query().unwrap_or_default().to_owned(),
            content_type: header(CONTENT_TYPE),
            content_encoding: header(CONTENT_ENCODING),
            body: request.body().clone(),
        };
        let kept = tokio::task::spawn_blocking(move || self.store.keep(&received)).await;
        if matches!(kept, Ok(Ok(()))) { Ok(()) } else { Err(()) }
    }
}

/// A script of the SDK: `/static/KIND.js` and `/static/VERSION/KIND.js`.
pub(super) fn script(sdk: Option<&Path>, path: &str) -> Reply {
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_plain =
        |stem: &str| stem.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'));
    let is_script = name.strip_suffix(".js").is_some_and(is_plain);
    match sdk.filter(|_| is_script).and_then(|dir| std::fs::read(dir.join(name)).ok()) {
        Some(script) => server::content("text/javascript; charset=utf-8", script),
        None => server::empty(StatusCode::NOT_FOUND),
    }
}

/// `/array/TOKEN/config` and `/array/TOKEN/config.js`.
fn config(path: &str) -> Reply {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty()).skip(1);
    match (segments.next(), segments.next()) {
        (Some(_), Some("config")) => server::json(&remote_config()),
        (Some(token), Some("config.js")) => {
            let (token, config) = (Value::from(token), json!({"config": remote_config(), "siteApps": []}));
            let all = "window._POSTHOG_REMOTE_CONFIG";
            let script = format!("({all} = {all} || {{}})[{token}] = {config};\n");
            server::content("text/javascript; charset=utf-8", script)
        }
        _ => server::empty(StatusCode::NOT_FOUND),
    }
}

fn flags() -> Value {
    let mut answer = remote_config();
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("flags".to_owned(), json!({}));
        answer.insert("errorsWhileComputingFlags".to_owned(), json!(false));
    }
    answer
}

/// Everything that can be recorded is recorded: the demo is about what the proxy takes out of it.
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
    fn gives_no_file_but_scripts_of_the_named_directory() {
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
