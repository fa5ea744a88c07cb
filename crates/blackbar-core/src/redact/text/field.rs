//! The current field: its path in the document, and which suppressions apply to it.

use crate::parse::value::PathStep;
use crate::parse::value::PathTrail;
use crate::parse::value::Value;
use crate::rules::RuleIdx;
use crate::session::selector_matching::MatchBudget;

/// Upper bound on the values looked at to find paths in one body; afterwards no path is found.
const MAX_PATH_LOOKUPS: usize = 1 << 25;

/// What is known of the current field.
pub(super) struct Field {
    /// The path to the document around it; `None` if unknown.
    pub(super) above: Option<Vec<PathStep<'static>>>,
    /// Numbers of the suppressions that apply to it.
    pub(super) here: Vec<u16>,
    /// Whether suppressions are out of force: the text is redacted again elsewhere.
    pub(super) is_off: bool,
    /// Number of fields around it: JSON in strings.
    pub(super) level: usize,
    /// What was suppressed in it, so that each value counts once however often it is searched.
    pub(super) suppressed: Vec<(u16, RuleIdx, u64)>,
    /// How often anything was suppressed so far.
    pub(super) n_suppressed: u64,
    pub(super) trail: PathTrail,
    pub(super) budget: MatchBudget,
    lookups: usize,
}

impl Default for Field {
    fn default() -> Self {
        Self {
            above: Some(Vec::new()),
            here: Vec::new(),
            is_off: false,
            level: 0,
            suppressed: Vec::new(),
            n_suppressed: 0,
            trail: PathTrail::default(),
            budget: MatchBudget::new(),
            lookups: MAX_PATH_LOOKUPS,
        }
    }
}

impl Field {
    /// The path of `value`, whose document is at `above`. `None` if it is unknown or too costly.
    pub(super) fn path(
        &mut self,
        above: Option<&[PathStep<'static>]>,
        value: Value<'_>,
    ) -> Option<Vec<PathStep<'static>>> {
        let steps = value.path(&mut self.trail, &mut self.lookups)?;
        let mut path = above?.to_vec();
        path.extend(steps.into_iter().map(PathStep::into_owned));
        Some(path)
    }
}
