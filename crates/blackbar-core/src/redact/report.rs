//! What was found in one exchange: counts, never a value.

use std::collections::BTreeMap;

use crate::redact::surface::Surface;

/// Why a text was replaced.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// A rule, by its id.
    Rule(std::sync::Arc<str>),
    /// A posture that masks or drops all of a surface.
    Posture(&'static str),
    /// A selector of the policy, by what it does.
    Selector(&'static str),
    /// A guard removed what could not be parsed or must never be kept, by reason.
    Guard(&'static str),
}

impl Cause {
    /// The word for metrics, reports and audit: a rule id, or `posture:mask`, `selector:mask`, `guard:cv`.
    pub fn label(&self) -> String {
        match self {
            Self::Rule(id) => id.to_string(),
            Self::Posture(key) => format!("posture:{key}"),
            Self::Selector(treat) => format!("selector:{treat}"),
            Self::Guard(reason) => format!("guard:{reason}"),
        }
    }
}

/// Counts of one exchange.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Findings by cause and surface.
    pub findings: BTreeMap<(Cause, Surface), u64>,
    /// Events in the envelope.
    pub n_events: u64,
    /// rrweb events in all envelopes.
    pub n_snapshots: u64,
    /// Typed values that the SDK should have masked, and did not.
    pub n_unmasked_inputs: u64,
    /// Bytes of JSON after all outer wrappings were taken off.
    pub decoded_bytes: u64,
    /// Whether a byte of the JSON changed.
    pub changed: bool,
    /// Findings that suppressions let through: by number and rule, each value once per field.
    pub suppressed: BTreeMap<(u16, std::sync::Arc<str>), u64>,
}

impl Report {
    /// Counts one finding.
    pub fn count(&mut self, cause: Cause, surface: Surface) {
        *self.findings.entry((cause, surface)).or_default() += 1;
    }

    /// Counts a finding that the suppression of this number let through.
    pub fn suppress(&mut self, number: u16, rule: &std::sync::Arc<str>) {
        *self.suppressed.entry((number, std::sync::Arc::clone(rule))).or_default() += 1;
    }

    /// Adds counts that were taken separately.
    pub(crate) fn absorb(&mut self, other: Self) {
        let Self { findings, n_events, n_snapshots, n_unmasked_inputs, decoded_bytes, changed, suppressed } =
            other;
        for (cause, count) in findings {
            *self.findings.entry(cause).or_default() += count;
        }
        for (number, count) in suppressed {
            *self.suppressed.entry(number).or_default() += count;
        }
        self.n_events += n_events;
        self.n_snapshots += n_snapshots;
        self.n_unmasked_inputs += n_unmasked_inputs;
        self.decoded_bytes += decoded_bytes;
        self.changed |= changed;
    }

    /// Number of findings that were let through.
    pub fn n_suppressed(&self) -> u64 {
        self.suppressed.values().sum()
    }

    /// Number of findings.
    pub fn n_findings(&self) -> u64 {
        self.findings.values().sum()
    }
}
