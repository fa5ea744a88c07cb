//! Totals over an audit: what was redacted, forwarded and rejected.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;

use crate::audit::record::AuditRecord;

/// `1 record`, `2 records`.
pub(crate) fn counted(n: u64, noun: &str) -> String {
    format!("{n} {noun}{}", if n == 1 { "" } else { "s" })
}

/// Totals over all records of a directory.
#[derive(Debug, Default, Serialize)]
pub struct Summary {
    /// The first record's time.
    pub from: Option<String>,
    /// The last record's time.
    pub to: Option<String>,
    /// Exchanges.
    pub n_exchanges: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Bytes forwarded.
    pub forwarded_bytes: u64,
    /// Events.
    pub n_events: u64,
    /// rrweb events.
    pub n_snapshots: u64,
    /// Exchanges by region; `none` counts those that were not forwarded.
    pub by_region: BTreeMap<String, u64>,
    /// Exchanges by project.
    pub by_project: BTreeMap<String, u64>,
    /// Exchanges by class of endpoint.
    pub by_endpoint: BTreeMap<String, u64>,
    /// Exchanges by outcome.
    pub by_outcome: BTreeMap<String, u64>,
    /// Records by policy digest.
    pub by_policy: BTreeMap<String, u64>,
    /// Findings by rule.
    pub findings_by_rule: BTreeMap<String, u64>,
    /// Findings by surface.
    pub findings_by_surface: BTreeMap<String, u64>,
    /// Findings by region.
    pub findings_by_region: BTreeMap<String, u64>,
    /// Findings that suppressions let through, by policy, number and rule. The description of the
    /// configuration in the audit directory has the reason of each suppression.
    pub suppressed: BTreeMap<String, u64>,
    /// Typed values that SDKs did not mask, by library and version.
    pub unmasked_inputs_by_sdk: BTreeMap<String, u64>,
}

impl Summary {
    /// Adds a record.
    pub fn add(&mut self, entry: &AuditRecord) {
        self.from.get_or_insert_with(|| entry.time.clone());
        self.to = Some(entry.time.clone());
        *self.by_policy.entry(entry.policy_digest.clone()).or_default() += 1;
        let Some(exchange) = &entry.exchange else { return };
        self.n_exchanges += 1;
        self.received_bytes += exchange.received_bytes;
        self.forwarded_bytes += exchange.forwarded_bytes;
        self.n_events += exchange.n_events;
        self.n_snapshots += exchange.n_snapshots;
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        *self.by_region.entry(or_none(&exchange.region)).or_default() += 1;
        *self.by_project.entry(or_none(&exchange.project)).or_default() += 1;
        *self.by_endpoint.entry(or_none(&exchange.endpoint)).or_default() += 1;
        *self.by_outcome.entry(exchange.outcome.clone()).or_default() += 1;
        if let Some(unmasked) = &exchange.unmasked_inputs {
            let sdk = format!("{} {}", unmasked.sdk, unmasked.sdk_version);
            *self.unmasked_inputs_by_sdk.entry(sdk).or_default() += unmasked.count;
        }
        for suppressed in &exchange.suppressed {
            let policy = entry.policy_digest.get(..12).unwrap_or(&entry.policy_digest);
            let name = format!("{policy} #{} {}", suppressed.suppression, suppressed.rule);
            *self.suppressed.entry(name).or_default() += suppressed.count;
        }
        for finding in &exchange.findings {
            *self.findings_by_rule.entry(finding.rule.clone()).or_default() += finding.count;
            *self.findings_by_surface.entry(finding.surface.clone()).or_default() += finding.count;
            *self.findings_by_region.entry(or_none(&exchange.region)).or_default() += finding.count;
        }
    }

    /// The summary for people.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        let time = |time: &Option<String>| time.clone().unwrap_or_else(|| "never".to_owned());
        let _ = writeln!(text, "from {} to {}", time(&self.from), time(&self.to));
        let _ = writeln!(
            text,
            "{}, {}, {}, {} bytes received, {} bytes forwarded",
            counted(self.n_exchanges, "exchange"),
            counted(self.n_events, "event"),
            counted(self.n_snapshots, "snapshot"),
            self.received_bytes,
            self.forwarded_bytes
        );
        let tables = [
            ("exchanges by region", &self.by_region),
            ("exchanges by project", &self.by_project),
            ("exchanges by endpoint", &self.by_endpoint),
            ("exchanges by outcome", &self.by_outcome),
            ("records by policy digest", &self.by_policy),
            ("findings by rule", &self.findings_by_rule),
            ("findings by surface", &self.findings_by_surface),
            ("findings by region", &self.findings_by_region),
            ("suppressed by policy, number and rule", &self.suppressed),
            ("typed values not masked, by SDK", &self.unmasked_inputs_by_sdk),
        ];
        for (title, table) in tables {
            let _ = writeln!(text, "\n{title}");
            if table.is_empty() {
                let _ = writeln!(text, "  none");
            }
            for (name, count) in table {
                let _ = writeln!(text, "  {count:>10}  {name}");
            }
        }
        text
    }
}
