//! The proxy in this process, in front of two regions.

use std::path::PathBuf;

use blackbar::app::{self, Running};
use blackbar::audit::record::{AuditRecord, ExchangeRecord};
use blackbar::audit::verify::verify;
use blackbar::config;
use tempfile::TempDir;

use super::client::Client;
use super::upstream::Upstream;

/// Overrides of the default test configuration.
#[derive(Default)]
pub(crate) struct Setup {
    /// Upstreams of the region `eu`, instead of the recording one.
    pub(crate) eu_upstreams: Option<Vec<String>>,
    /// The recording upstream of `eu`, instead of one that accepts everything.
    pub(crate) eu: Option<Upstream>,
    /// Lines for `[listen]`.
    pub(crate) listen: &'static str,
    /// Lines for `[audit]`.
    pub(crate) audit: &'static str,
    /// Lines for `[rules]`; one small pack if they are missing, so that most tests start fast.
    pub(crate) rules: Option<&'static str>,
    /// Lines for `[redaction]`.
    pub(crate) redaction: &'static str,
    /// Lines for `[limits]`.
    pub(crate) limits: &'static str,
    /// Lines for `[sdk]`.
    pub(crate) sdk: &'static str,
    /// Lines for `[forward]`.
    pub(crate) forward: &'static str,
    /// More sections.
    pub(crate) more: String,
}

/// The proxy, its regions, and a client.
pub(crate) struct Harness {
    pub(crate) running: Running,
    pub(crate) client: Client,
    pub(crate) admin: Client,
    pub(crate) eu: Upstream,
    pub(crate) us: Upstream,
    pub(crate) toml: String,
    dir: TempDir,
}

impl Harness {
    pub(crate) async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let us = Upstream::start().await;
        let eu = match setup.eu {
            Some(upstream) => upstream,
            None => Upstream::start().await,
        };
        let upstreams = setup.eu_upstreams.unwrap_or_else(|| vec![eu.url()]);
        let toml = format!(
            r#"
[listen]
address = "127.0.0.1:0"
{listen}
[admin]
address = "127.0.0.1:0"
[audit]
dir = {audit_dir:?}
instance = "test"
{audit}
[[region]]
name = "eu"
upstreams = {upstreams:?}
[[region]]
name = "us"
upstreams = [{us:?}]
[routing]
country_header = "x-country"
[[route]]
projects = ["phc_eu"]
region = "eu"
[[route]]
projects = ["phc_us"]
region = "us"
[[route]]
countries = ["DE"]
region = "eu"
[[route]]
countries = ["US"]
region = "us"
[rules]
{rules}
[redaction]
{redaction}
[sdk]
{sdk}
[forward]
{forward}
[limits]
{limits}
{more}
"#,
            listen = setup.listen,
            audit = setup.audit,
            rules = setup.rules.unwrap_or("packs = [\"contact\"]"),
            redaction = setup.redaction,
            sdk = setup.sdk,
            forward = setup.forward,
            limits = setup.limits,
            more = setup.more,
            audit_dir = dir.path().join("audit").display().to_string(),
            us = us.url(),
        );
        let running = app::start(config::parse(&toml, "test.toml").unwrap()).await.unwrap();
        let client = Client::new(running.sdk_addr());
        let admin = Client::new(running.admin_addr());
        Self { running, client, admin, eu, us, toml, dir }
    }

    /// Waits until the workers are warm.
    pub(crate) async fn warm(&self) {
        while self.admin.get("/readyz").await.text() == "starting\n" {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn audit_dir(&self) -> PathBuf {
        self.dir.path().join("audit")
    }

    /// Stops the proxy in order and returns its audit.
    pub(crate) async fn stop(self) -> (Vec<AuditRecord>, TempDir) {
        self.running.shutdown().await;
        let entries = entries(&self.dir.path().join("audit"));
        (entries, self.dir)
    }

    /// The records of exchanges so far.
    pub(crate) fn exchanges(&self) -> Vec<ExchangeRecord> {
        entries(&self.audit_dir()).into_iter().filter_map(|entry| entry.exchange).collect()
    }

    /// Asserts that neither region received a request.
    pub(crate) fn assert_nothing_was_sent(&self) {
        assert!(self.eu.recorded().is_empty(), "{:?}", self.eu.recorded());
        assert!(self.us.recorded().is_empty(), "{:?}", self.us.recorded());
    }
}

/// All entries of a directory, whose chain must be whole.
pub(crate) fn entries(dir: &std::path::Path) -> Vec<AuditRecord> {
    let mut entries = Vec::new();
    let verification = verify(dir, |entry| entries.push(entry.clone())).unwrap();
    assert!(verification.is_intact(), "{verification:?}");
    entries
}

/// A minimal replay body for `/s/`.
pub(crate) fn replay(project: &str, session: &str) -> String {
    serde_json::json!([{
        "event": "$snapshot",
        "uuid": "0190f1a0-0000-7000-8000-000000000000",
        "properties": {
            "token": project,
            "distinct_id": "person-1",
            "$session_id": session,
            "$window_id": "window-1",
            "$snapshot_bytes": 100,
            "$snapshot_data": [{
                "type": 4,
                "timestamp": 1_760_000_000_000_u64,
                "data": { "href": "https://app.example/", "width": 800, "height": 600 },
            }],
        },
    }])
    .to_string()
}
