//! Which labels identify a personal field.

use crate::rules::RuleIdx;

/// Names and labels that identify the value next to them as personal, whatever the value is.
pub(crate) trait LabelRules {
    /// The rule for values under this name, label or key (`Full name`, `customer[last_name]`,
    /// `cc-number`), or `None` if the label does not identify a personal field.
    fn rule_for(&self, label: &str) -> Option<RuleIdx>;
}
