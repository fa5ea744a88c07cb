//! The audit record: what one line of the chain holds.
//!
//! A record has counts, ids from closed sets, and names from the configuration. It never holds a
//! value of a payload. The JSON names here are the audit format: renaming one raises
//! [`FORMAT`], and the old name stays as an alias, so that older directories can be read.

use blackbar_core::report::Report;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::policy::hex;

/// The version of the record format that this program writes. It reads every version up to this one.
///
/// Format 2 renamed the fields `v`, `policy`, `in_force`, `prev`, `bytes_in`, `bytes_out`, `lib` and
/// `version_class`, and the kind `policy`, of format 1.
pub const FORMAT: u8 = 2;

/// What a record is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordKind {
    /// A process started to write.
    Start,
    /// A reload changed rules, postures, limits, regions or routes.
    #[serde(alias = "policy")]
    ConfigChanged,
    /// A request and its reply.
    Exchange,
    /// A crash left an unfinished line before this one.
    Torn,
    /// Records could not be written for a while, in which nothing was forwarded.
    Resumed,
    /// A process stopped in order.
    Stop,
}

/// One line of the chain, without its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuditRecord {
    /// The version of the record format, see [`FORMAT`].
    #[serde(alias = "v")]
    pub format: u8,
    /// The number of the record in the chain, from 1.
    pub seq: u64,
    /// When the subject of the record began: RFC 3339, UTC, milliseconds.
    pub time: String,
    /// What the record is about.
    pub kind: RecordKind,
    /// The name of the writing process, as configured.
    pub instance: String,
    /// The digest of the policy that applied.
    #[serde(alias = "policy")]
    pub policy_digest: String,
    /// The version of the program, at a start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The SHA-256 of the file that describes the configuration, at a start and after a reload.
    #[serde(alias = "in_force", skip_serializing_if = "Option::is_none")]
    pub config_sha256: Option<String>,
    /// A request and its reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<ExchangeRecord>,
    /// The unfinished line that a crash left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub torn: Option<TornBytes>,
    /// The hash of the previous record.
    #[serde(alias = "prev")]
    pub previous_hash: String,
}

/// A request and its reply, as counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeRecord {
    /// The id that the reply has, too.
    pub request_id: String,
    /// The class of the endpoint; none if the path is unknown.
    pub endpoint: Option<String>,
    /// The region it was forwarded to; none if it was not forwarded.
    pub region: Option<String>,
    /// The project, see [`project_reference`].
    pub project: Option<String>,
    /// How it ended: `forwarded`, `interrupted`, or the code of a rejection.
    pub outcome: String,
    /// The status of the reply.
    pub status: Option<u16>,
    /// Why the region could not be reached, or broke off; the field is missing if it did neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upstream_error: Option<String>,
    /// Bytes of the received body.
    #[serde(alias = "bytes_in")]
    pub received_bytes: u64,
    /// Bytes of the forwarded body.
    #[serde(alias = "bytes_out")]
    pub forwarded_bytes: u64,
    /// Events in the body.
    pub n_events: u64,
    /// rrweb events in all of these events.
    pub n_snapshots: u64,
    /// Findings by rule and surface.
    pub findings: Vec<FindingCount>,
    /// Findings that suppressions let through; the field is missing if there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<SuppressionCount>,
    /// Typed values that the SDK did not mask; the field is missing if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmasked_inputs: Option<UnmaskedCount>,
}

/// The number of findings of one rule on one surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FindingCount {
    /// The rule's id, or the posture, selector or guard.
    pub rule: String,
    /// The surface.
    pub surface: String,
    /// How many findings.
    pub count: u64,
}

/// The number of findings of one rule that one suppression let through.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuppressionCount {
    /// The number of the suppression in the policy, from 1.
    pub suppression: u16,
    /// The rule's id.
    pub rule: String,
    /// How many fields, each value once.
    pub count: u64,
}

/// The number of typed values that an SDK did not mask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnmaskedCount {
    /// The SDK, or `other`.
    #[serde(alias = "lib")]
    pub sdk: String,
    /// Its major and minor version, or `other`.
    #[serde(alias = "version_class")]
    pub sdk_version: String,
    /// How many values.
    pub count: u64,
}

/// The bytes of an unfinished line, which the record that follows covers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TornBytes {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
}

impl ExchangeRecord {
    /// Takes over the counts of a report.
    pub fn count(&mut self, report: &Report) {
        self.n_events = report.n_events;
        self.n_snapshots = report.n_snapshots;
        self.findings = report
            .findings
            .iter()
            .map(|((cause, surface), count)| FindingCount {
                rule: cause.label(),
                surface: surface.as_str().to_owned(),
                count: *count,
            })
            .collect();
        let suppressed = report.suppressed.iter();
        let suppressed = suppressed.map(|((number, rule), count)| SuppressionCount {
            suppression: *number,
            rule: rule.to_string(),
            count: *count,
        });
        self.suppressed = suppressed.collect();
    }
}

/// The name of a project in a record: its token if the configuration names it, otherwise a hash.
///
/// A token that is not in the configuration may be any text that a client wrote into that field.
pub fn project_reference(token: &str, is_configured: bool) -> String {
    if is_configured {
        return token.to_owned();
    }
    let digest = hex(&Sha256::digest(token.as_bytes()));
    format!("sha256:{}", digest.get(..16).unwrap_or_default())
}

/// The current time in the format of records.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
