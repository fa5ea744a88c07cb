//! What the policy tells a window: its selectors, and which labels mean that a value is personal.

use crate::rules::RuleIdx;
use crate::session::selector::Selectors;
use crate::session::table::WindowLimits;

/// Which names and labels say by themselves that the value beside them is personal.
pub trait Labels {
    /// The rule for values under this name, label or key (`Full name`, `customer[last_name]`,
    /// `cc-number`); `None` if it says nothing.
    fn rule_for(&self, label: &str) -> Option<RuleIdx>;
}

/// The part of the policy that a window is built with.
///
/// A window remembers verdicts, not texts: it must not be used with another policy than the one
/// it was built with. The store's key sees to that ([`crate::session::store::Key`]).
#[derive(Clone, Copy)]
pub struct Knowledge<'a> {
    /// Elements to block, mask or allow.
    pub selectors: &'a Selectors,
    /// Labels that speak.
    pub labels: &'a dyn Labels,
    /// How large the window may grow.
    pub limits: WindowLimits,
}
