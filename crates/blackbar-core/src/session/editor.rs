//! Changes a window: the editor, what one event changed so far, and the removal of nodes.
//!
//! Each event makes one [`WindowEditor`]. It applies the whole event, notes what depends on the
//! changed nodes, and brings that up to date once at the end. Every entry point is in `mutation`.
//!
//! **Invariant:** nothing is kept for a node that is not in the table.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::rules::RuleIdx;
use crate::session::node::Flag;
use crate::session::node::Mark;
use crate::session::node::Scope;
use crate::session::recent_texts::RecentTexts;
use crate::session::treatment::Treatment;
use crate::session::window::Window;
use crate::session::window_policy::WindowPolicy;

/// Levels above a text in which the label around it is looked for, and nodes of one label that are
/// joined.
pub(super) const MAX_LABEL_NODES: usize = 64;

/// Applies one event to a window.
pub(crate) struct WindowEditor<'w> {
    pub(super) window: &'w mut Window,
    pub(super) policy: WindowPolicy<'w>,
    pub(super) changes: Changes<'w>,
}

/// What one event has changed so far.
pub(super) struct Changes<'w> {
    /// Receives the texts of this event.
    pub(super) recent_texts: &'w mut RecentTexts,
    /// Roots of subtrees whose treatment must be recomputed.
    pub(super) dirty: BTreeSet<u32>,
    /// Labels whose text must be joined again.
    pub(super) dirty_labels: BTreeSet<u32>,
    /// Nodes that this event added; those that are still there have [`Mark::Fresh`].
    pub(super) added: Vec<u32>,
    /// Ids that this event used for two nodes.
    pub(super) ambiguous: BTreeSet<u32>,
    /// The verdicts of removed nodes, in case the same event inserts them elsewhere.
    pub(super) removed: BTreeMap<u32, KeptVerdicts>,
}

/// The verdicts that a node keeps when it is moved.
#[derive(Clone, Copy, Default)]
pub(super) struct KeptVerdicts {
    pub(super) treat: Option<Treatment>,
    pub(super) is_password: bool,
    pub(super) rule: Option<RuleIdx>,
}

impl<'w> WindowEditor<'w> {
    /// An editor for one event. Its texts go to `recent_texts`.
    pub(crate) fn new(
        window: &'w mut Window,
        policy: WindowPolicy<'w>,
        recent_texts: &'w mut RecentTexts,
    ) -> Self {
        let changes = Changes {
            recent_texts,
            dirty: BTreeSet::new(),
            dirty_labels: BTreeSet::new(),
            added: Vec::new(),
            ambiguous: BTreeSet::new(),
            removed: BTreeMap::new(),
        };
        Self { window, policy, changes }
    }

    /// Removes a node and everything inside it. Keeps the verdicts that survive a move.
    pub(super) fn remove_subtree(&mut self, id: u32) {
        if self.window.table.get(id).is_none() {
            return;
        }
        self.mark_label_dirty(id);
        let parent = self.window.table.parent(id);
        if let Some(parent) = parent.filter(|_| self.policy.selectors.looks_sideways) {
            self.changes.dirty.insert(parent);
        }
        let gone: Vec<u32> = self.window.table.subtree(id).collect();
        self.window.table.unlink(id);
        for id in gone {
            self.remove_node(id);
        }
    }

    fn remove_node(&mut self, id: u32) {
        let window = &mut *self.window;
        let flags = window.flags(id);
        let rule = window.controls.remove(&id).and_then(|control| control.own_rule());
        let treat = flags.treat(Scope::Effective).filter(|&t| t > Treatment::Allow);
        let kept = KeptVerdicts { treat, is_password: flags.has(Flag::Password), rule };
        if kept.treat.is_some() || kept.is_password || kept.rule.is_some() {
            self.changes.removed.insert(id, kept);
        }
        if flags.has(Flag::Facts) {
            window.facts.remove(&id);
        }
        if flags.has(Flag::LabelText) {
            window.label_texts.remove(&id);
        }
        if flags.has(Flag::HtmlId) {
            window.html_ids.set(id, None);
            window.label_targets.set(id, None);
        }
        window.column_spans.remove(&id);
        window.table.free(id);
    }

    /// Whether this event already used the id, so that it identifies two nodes.
    pub(super) fn is_ambiguous(&mut self, id: u32) -> bool {
        if self.window.table.has(id, Mark::Fresh) {
            self.changes.ambiguous.insert(id);
        }
        self.changes.ambiguous.contains(&id)
    }

    /// Notes that the treatment of `id`, and of every node it may affect, must be recomputed.
    pub(super) fn mark_dirty(&mut self, id: u32) {
        let parent = self.window.table.parent(id);
        let from = if self.policy.selectors.looks_sideways { parent.unwrap_or(id) } else { id };
        // A parent that this event added is dirty itself, and its subtree with it.
        if !parent.is_some_and(|parent| self.window.table.has(parent, Mark::Fresh)) {
            self.changes.dirty.insert(from);
        }
    }

    /// Notes that the text of the labels around `id` must be joined again.
    pub(super) fn mark_label_dirty(&mut self, id: u32) {
        if !self.window.flags(id).has(Flag::InLabel) {
            return;
        }
        let table = &self.window.table;
        let is_label = |&up: &u32| table.get(up).is_some_and(|node| node.tag.is_label());
        self.changes.dirty_labels.extend(table.ancestors(id).take(MAX_LABEL_NODES).filter(is_label));
    }
}
