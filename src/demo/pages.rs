//! The pages of the demo: a form that is recorded live, and a viewer of what the backends received.
//!
//! Received data is never markup or script on these pages. It is served as JSON, inserted as text,
//! and played in a frame without scripts under a content security policy that fetches nothing.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::demo::backend::{self, Backend};
use crate::demo::http_server::{self, Reply};
use crate::demo::sample::Sample;
use crate::demo::setup::LIVE_PROJECT;

const HTML_TYPE: &str = "text/html; charset=utf-8";
const SCRIPT_TYPE: &str = "text/javascript; charset=utf-8";

/// What the page with recordings may load. Frames without a URL of their own inherit it.
const VIEWER_CSP: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'",
);

/// The data of the pages.
pub(super) struct Pages {
    pub(super) backends: Vec<Arc<Backend>>,
    pub(super) sample: Arc<Sample>,
    pub(super) sdk: Option<PathBuf>,
    pub(super) api_host: String,
}

impl Pages {
    /// Replies to a browser.
    pub(super) async fn reply_to(self: Arc<Self>, request: Request<Bytes>) -> Reply {
        let path = request.uri().path().to_owned();
        // Recordings are read from files, which blocks.
        let reply = tokio::task::spawn_blocking(move || self.page(&path)).await;
        let mut reply = reply.unwrap_or_else(|_| http_server::empty(StatusCode::INTERNAL_SERVER_ERROR));
        reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply
    }

    fn page(&self, path: &str) -> Reply {
        match path {
            "/" if self.sdk.is_some() => http_server::content(HTML_TYPE, self.form()),
            "/" | "/received" => {
                let mut reply = http_server::content(HTML_TYPE, include_str!("data/received.html"));
                reply.headers_mut().insert(CONTENT_SECURITY_POLICY, VIEWER_CSP);
                reply
            }
            "/page.js" => http_server::content(SCRIPT_TYPE, include_str!("data/page.js")),
            "/received.js" => http_server::content(SCRIPT_TYPE, include_str!("data/received.js")),
            "/received.json" => http_server::json(&self.recordings()),
            "/api/customer" => http_server::json(&customer()),
            _ => self.data(path).unwrap_or_else(|| http_server::empty(StatusCode::NOT_FOUND)),
        }
    }

    fn data(&self, path: &str) -> Option<Reply> {
        if path.starts_with("/sdk/") {
            return Some(backend::script(self.sdk.as_deref(), path));
        }
        let name = path.strip_suffix(".json")?;
        if let Some(number) = name.strip_prefix("/sample/") {
            let visit = self.sample.visits.get(number.parse::<usize>().ok()?)?;
            return Some(http_server::json(&visit.events().into()));
        }
        let (region, session) = name.strip_prefix("/received/")?.split_once('/')?;
        let backend = self.backends.iter().find(|backend| backend.store.region == region)?;
        Some(http_server::json(&backend.store.events(session).into()))
    }

    fn form(&self) -> String {
        include_str!("data/page.html")
            .replace("{{api_host}}", &self.api_host)
            .replace("{{project}}", LIVE_PROJECT)
    }

    fn recordings(&self) -> Value {
        let of_backend = |backend: &Arc<Backend>| {
            let region = backend.store.region;
            let recordings = backend.store.recordings().into_iter();
            recordings.map(move |(session, _)| (region, session)).collect::<Vec<_>>()
        };
        let all = self.backends.iter().flat_map(of_backend).map(|(region, session)| {
            let sample = self.sample.visits.iter().position(|visit| visit.session == session);
            let title = match sample.and_then(|idx| self.sample.visits.get(idx)) {
                Some(visit) => format!("sample, {}", visit.what),
                None => format!("session {session}"),
            };
            json!({"id": format!("{region}/{session}"), "region": region, "title": title, "sample": sample})
        });
        all.collect()
    }
}

/// The reply to the form's fetch button; it has invented personal data, too.
fn customer() -> Value {
    json!({
        "customer": {"first_name": "Theodor", "last_name": "Brambley", "email": "theodor.brambley@example.org"},
        "phone": "(646) 555-0182",
        "last_login_from": "203.0.113.42",
        "orders": 3,
    })
}
