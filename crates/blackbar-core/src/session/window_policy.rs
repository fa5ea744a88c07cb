//! The part of a policy that a window is built with: selectors, labels and limits.

use crate::session::label_rules::LabelRules;
use crate::session::limits::WindowLimits;
use crate::session::selector::Selectors;

/// What a window needs to know of the policy.
///
/// A window keeps verdicts, not texts, so it must only ever be edited under the policy it was
/// built with. The store ensures that: the policy's digest is part of
/// [`crate::session::store::WindowKey`].
#[derive(Clone, Copy)]
pub(crate) struct WindowPolicy<'a> {
    /// Elements to block, mask or allow.
    pub selectors: &'a Selectors,
    /// Labels that identify a personal field.
    pub labels: &'a dyn LabelRules,
    /// How large the window may grow.
    pub limits: WindowLimits,
}
