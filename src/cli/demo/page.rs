//! The pages of the demo: a form that is recorded live, and what the backends received.
//!
//! What was received is data on these pages, never markup or script: it is served as JSON, put into
//! the page as text, and played in a frame without scripts under a policy that fetches nothing.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use http::{Request, StatusCode};
use serde_json::{Value, json};

use crate::cli::demo::backend::{self, Backend};
use crate::cli::demo::sample::Sample;
use crate::cli::demo::server::{self, Reply};

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the page with recordings may load. Frames without an address of their own inherit it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'",
);

/// Everything that the pages show.
pub(super) struct Pages {
    pub(super) backends: Vec<Arc<Backend>>,
    pub(super) sample: Arc<Sample>,
    pub(super) sdk: Option<PathBuf>,
    pub(super) api_host: String,
}

impl Pages {
    /// Answers a browser.
    pub(super) async fn answer(self: Arc<Self>, request: Request<Bytes>) -> Reply {
        let path = request.uri().path().to_owned();
        // Recordings are read from files.
        let reply = tokio::task::spawn_blocking(move || self.page(&path)).await;
        let mut reply = reply.unwrap_or_else(|_| server::empty(StatusCode::INTERNAL_SERVER_ERROR));
        reply.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        reply
    }

    fn page(&self, path: &str) -> Reply {
        match path {
            "/" if self.sdk.is_some() => server::content(HTML, self.form()),
            "/" | "/received" => {
                let mut reply = server::content(HTML, include_str!("data/received.html"));
                reply.headers_mut().insert(CONTENT_SECURITY_POLICY, POLICY);
                reply
            }
            "/page.js" => server::content(SCRIPT, include_str!("data/page.js")),
            "/received.js" => server::content(SCRIPT, include_str!("data/received.js")),
            "/received.json" => server::json(&self.recordings()),
            "/api/customer" => server::json(&customer()),
            _ => self.data(path).unwrap_or_else(|| server::empty(StatusCode::NOT_FOUND)),
        }
    }

    fn data(&self, path: &str) -> Option<Reply> {
        if path.starts_with("/sdk/") {
            return Some(backend::script(self.sdk.as_deref(), path));
        }
        let name = path.strip_suffix(".json")?;
        if let Some(number) = name.strip_prefix("/sample/") {
            let visit = self.sample.visits.get(number.parse::<usize>().ok()?)?;
            return Some(server::json(&visit.events().into()));
        }
        let (region, session) = name.strip_prefix("/received/")?.split_once('/')?;
        let backend = self.backends.iter().find(|backend| backend.store.region == region)?;
        Some(server::json(&backend.store.events(session).into()))
    }

    fn form(&self) -> String {
        include_str!("data/page.html")
            .replace("{{api_host}}", &self.api_host)
            .replace("{{project}}", super::LIVE_PROJECT)
    }

    fn recordings(&self) -> Value {
        let of_one = |backend: &Arc<Backend>| {
            let region = backend.store.region;
            let recordings = backend.store.recordings().into_iter();
            recordings.map(move |(session, _)| (region, session)).collect::<Vec<_>>()
        };
        let all = self.backends.iter().flat_map(of_one).map(|(region, session)| {
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

/// What the form's button fetches: an answer that holds invented personal data, too.
fn customer() -> Value {
    json!({
        "customer": {"first_name": "Theodor", "last_name": "Brambley", "email": "theodor.brambley@example.org"},
        "phone": "(646) 555-0182",
        "last_login_from": "203.0.113.42",
        "orders": 3,
    })
}
