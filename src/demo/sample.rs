//! The bundled sample: visits of invented people, wrapped as an SDK wraps them when they are sent.
//!
//! Read from `data/sample.json`. It has no real person's data, so the demo may print it.

use blackbar_core::internals::{Codecs, Level};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::demo::error::DemoError;
use crate::demo::http_client::DemoClient;
use crate::demo::packing;

const SAMPLE_JSON: &str = include_str!("data/sample.json");

/// All visits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sample {
    /// A description for people.
    pub(super) about: String,
    /// Secrets in it that no backend may receive.
    pub(super) planted: Vec<String>,
    pub(super) visits: Vec<Visit>,
}

/// One person's visit to one site.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Visit {
    /// A description for people.
    pub(super) what: String,
    pub(super) project: String,
    pub(super) session: String,
    window: String,
    requests: Vec<SampleRequest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SampleRequest {
    path: String,
    /// A complete body.
    body: Option<Value>,
    /// rrweb events; the body is built around them.
    snapshots: Option<Vec<Value>>,
}

/// A visit and the replies to its requests.
pub(super) struct AnsweredVisit<'a> {
    pub(super) visit: &'a Visit,
    pub(super) replies: Vec<(StatusCode, Value)>,
}

impl Sample {
    /// Reads the sample and moves its timestamps, so that each visit ends at `now_ms`.
    ///
    /// # Errors
    /// The file in the program is damaged.
    pub(super) fn read(now_ms: u64) -> Result<Self, DemoError> {
        let mut sample: Self = serde_json::from_str(SAMPLE_JSON).map_err(DemoError::Sample)?;
        for visit in &mut sample.visits {
            visit.fill_in(now_ms);
        }
        Ok(sample)
    }

    /// Sends all visits, one request after another.
    ///
    /// # Errors
    /// The proxy cannot be reached.
    pub(super) async fn send(&self, client: &DemoClient) -> Result<Vec<AnsweredVisit<'_>>, DemoError> {
        let mut answered = Vec::new();
        for visit in &self.visits {
            let mut replies = Vec::new();
            for request in &visit.requests {
                let (content_type, body) = wrap(&request.path, &visit.body(request));
                replies.push(client.post(&request.path, content_type, body).await?);
            }
            answered.push(AnsweredVisit { visit, replies });
        }
        Ok(answered)
    }
}

impl Visit {
    /// Whether the demo's routes send it to this region.
    pub(super) fn is_for(&self, region: &str) -> bool {
        self.project.strip_prefix("phc_demo_") == Some(region)
    }

    /// The rrweb events before packing and redaction.
    pub(super) fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = self
            .requests
            .iter()
            .filter_map(|request| request.snapshots.as_deref())
            .flatten()
            .cloned()
            .collect();
        for event in events.iter_mut().filter_map(Value::as_object_mut) {
            event.remove("cv");
        }
        events
    }

    /// The bodies of the other requests, before redaction.
    pub(super) fn bodies(&self) -> impl Iterator<Item = &Value> {
        self.requests.iter().filter_map(|request| request.body.as_ref())
    }

    fn fill_in(&mut self, now_ms: u64) {
        let names = [("{project}", &self.project), ("{session}", &self.session), ("{window}", &self.window)];
        for request in &mut self.requests {
            if let Some(body) = &mut request.body {
                fill(body, &names);
            }
            let events = request.snapshots.as_deref_mut().unwrap_or_default();
            let last = events.iter().filter_map(time).max().unwrap_or_default();
            for event in events {
                let at = now_ms.saturating_sub(last) + time(event).unwrap_or_default();
                if let Some(event) = event.as_object_mut() {
                    event.insert("timestamp".to_owned(), at.into());
                }
            }
        }
    }

    fn body(&self, request: &SampleRequest) -> Value {
        let Some(snapshots) = &request.snapshots else { return request.body.clone().unwrap_or_default() };
        let mut codecs = Codecs::default();
        let mut snapshots = snapshots.clone();
        for snapshot in &mut snapshots {
            packing::pack(snapshot, &mut codecs);
        }
        json!([{
            "event": "$snapshot",
            "uuid": uuid::Builder::from_random_bytes([0x5a; 16]).into_uuid().to_string(),
            "offset": 0,
            "properties": {
                "token": self.project,
                "distinct_id": "visitor",
                "$session_id": self.session,
                "$window_id": self.window,
                "$lib": "web",
                "$snapshot_data": snapshots,
            },
        }])
    }
}

fn time(event: &Value) -> Option<u64> {
    event.get("timestamp").and_then(Value::as_u64)
}

fn fill(value: &mut Value, names: &[(&str, &String)]) {
    match value {
        Value::String(text) => {
            if let Some((_, with)) = names.iter().find(|(name, _)| name == text) {
                text.clone_from(with);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, names)),
        Value::Object(fields) => fields.values_mut().for_each(|field| fill(field, names)),
        _ => {}
    }
}

/// Wraps a body as the browser's SDK does: gzip with the content type of text, except for flags.
fn wrap(path: &str, body: &Value) -> (&'static str, Vec<u8>) {
    let plain = body.to_string().into_bytes();
    if path.starts_with("/flags") {
        return ("application/json", plain);
    }
    let mut zipped = Vec::new();
    Codecs::default().gzip(&plain, Level::Field, &mut zipped);
    ("text/plain", zipped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_small_and_ends_now() {
        assert!(SAMPLE_JSON.len() < 60_000);
        let sample = Sample::read(1_000_000_000).unwrap();
        for visit in &sample.visits {
            assert_eq!(visit.events().iter().filter_map(time).max(), Some(1_000_000_000));
        }
    }

    #[test]
    fn the_sample_contains_every_planted_secret() {
        let sample = Sample::read(0).unwrap();
        let all: String = sample
            .visits
            .iter()
            .flat_map(|visit| visit.events().into_iter().chain(visit.bodies().cloned()))
            .map(|value| value.to_string())
            .collect();
        for planted in &sample.planted {
            assert!(all.contains(planted.as_str()), "{planted}");
        }
    }
}
