//! The tier of a rule as `rules list` and `rules explain` print it.

use blackbar_core::rules::Rule;

/// The name of a rule's tier, as packs write it.
pub(super) fn tier_name(rule: &Rule) -> &'static str {
    if rule.has_pattern() { rule.tier_name() } else { "keys only" }
}
