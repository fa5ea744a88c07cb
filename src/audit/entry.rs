//! What one line of the audit says.

use blackbar_core::redact::report::Report;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::config::policy::hex;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A process began to write.
    Start,
    /// Other rules, postures, limits, regions or routes came into force.
    Policy,
    /// A request and its reply.
    Exchange,
    /// What stands before this line was torn by a crash.
    Torn,
    /// Records could not be written for a while; nothing was forwarded in it.
    Resumed,
    /// A process ended in order.
    Stop,
}

/// One line, without its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The version of this format.
    pub v: u8,
    /// Its place in the chain, from 1.
    pub seq: u64,
    /// When it began: RFC 3339, UTC, milliseconds.
    pub time: String,
    /// What it is about.
    pub kind: Kind,
    /// Who wrote it.
    pub instance: String,
    /// The digest of the policy in force.
    pub policy: String,
    /// The version of the program, at a start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The SHA-256 of the file that tells what is in force, at a start and at a change.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_force: Option<String>,
    /// A request and its reply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<Exchange>,
    /// What a crash tore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub torn: Option<Torn>,
    /// The hash of the line before.
    pub prev: String,
}

/// A request and its reply, as counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exchange {
    /// The id that the reply carries too.
    pub request_id: String,
    /// The class of the endpoint; none for an unknown path.
    pub endpoint: Option<String>,
    /// The region it was forwarded to; none if it was forwarded nowhere.
    pub region: Option<String>,
    /// The project, see [`project_reference`].
    pub project: Option<String>,
    /// How it ended: `forwarded`, or the code of a refusal.
    pub outcome: String,
    /// The status of the reply.
    pub status: Option<u16>,
    /// Bytes of the body received.
    pub bytes_in: u64,
    /// Bytes of the body forwarded.
    pub bytes_out: u64,
    /// Events in the body.
    pub n_events: u64,
    /// rrweb events in all of them.
    pub n_snapshots: u64,
    /// What was found.
    pub findings: Vec<Count>,
    /// What rules found and suppressions let through; nothing if there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suppressed: Vec<Suppressed>,
    /// Typed values that the SDK did not mask; none if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unmasked_inputs: Option<Unmasked>,
}

/// How often a rule found something on a surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// The rule's id, or the posture, selector or guard.
    pub rule: String,
    /// The surface.
    pub surface: String,
    /// How often.
    pub count: u64,
}

/// How often a suppression let through what a rule found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suppressed {
    /// The suppression's number among those of the policy, from 1.
    pub suppression: u16,
    /// The rule's id.
    pub rule: String,
    /// In how many fields, each value once.
    pub count: u64,
}

/// How many typed values an SDK did not mask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unmasked {
    /// The library, or `other`.
    pub lib: String,
    /// Its major and minor version, or `other`.
    pub version_class: String,
    /// How many.
    pub count: u64,
}

/// Bytes between the last whole line and a line that says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Torn {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256.
    pub sha256: String,
}

impl Exchange {
    /// Takes over the counts of a report.
    pub fn count(&mut self, report: &Report) {
        self.n_events = report.n_events;
        self.n_snapshots = report.n_snapshots;
        self.findings = report
            .findings
            .iter()
            .map(|((cause, surface), count)| Count {
                rule: cause.label(),
                surface: surface.as_str().to_owned(),
                count: *count,
            })
            .collect();
        let suppressed = report.suppressed.iter();
        let suppressed = suppressed.map(|((number, rule), count)| Suppressed {
            suppression: *number,
            rule: rule.to_string(),
            count: *count,
        });
        self.suppressed = suppressed.collect();
    }
}

/// How a project is named in a record: by its token if the configuration names it, or else by a hash.
///
/// A token that the configuration does not know is whatever a client wrote into that field.
pub fn project_reference(token: &str, is_configured: bool) -> String {
    if is_configured {
        return token.to_owned();
    }
    let digest = hex(&Sha256::digest(token.as_bytes()));
    format!("sha256:{}", digest.get(..16).unwrap_or_default())
}

/// Now, as records write it.
pub fn now() -> String {
    format!("{:.3}", jiff::Timestamp::now())
}
