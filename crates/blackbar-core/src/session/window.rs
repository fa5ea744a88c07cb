//! One window of a recording: what must be known about each node, by id.
//!
//! Built from full snapshots and kept up to date under mutations. It holds no text of the page but
//! label texts, cut short, and nothing that was typed. A node that was never seen, exceeded a limit
//! or is ambiguous is unknown, and the redactor treats it strictly.
//!
//! [`WindowReader`] answers questions about nodes; [`crate::session::editor`] changes a window.

use std::collections::BTreeMap;
use std::fmt;

use crate::rules::RuleIdx;
use crate::session::element_kind::ElementKind;
use crate::session::form_control::FormControl;
use crate::session::html_id::HtmlIds;
use crate::session::label_text::LabelText;
use crate::session::node::Flag;
use crate::session::node::Flags;
use crate::session::node::Mark;
use crate::session::selector_matching::FactMap;
use crate::session::table::Table;

/// Levels above a label text that are marked as containing one. A reader of nearby labels looks no
/// deeper: see [`crate::session::nearby_labels`].
pub(super) const MAX_MARKED_LEVELS: usize = 15;

/// The element context of one window.
#[derive(Default)]
pub struct Window {
    pub(super) table: Table,
    pub(super) facts: FactMap,
    pub(super) controls: BTreeMap<u32, FormControl>,
    pub(super) label_texts: BTreeMap<u32, LabelText>,
    /// HTML ids, to find the elements that label a control.
    pub(super) html_ids: HtmlIds,
    /// The `for` attributes of labels.
    pub(super) label_targets: HtmlIds,
    /// Columns that a cell covers, where more than one.
    pub(super) column_spans: BTreeMap<u32, u8>,
    pub(super) root: Option<u32>,
    pub(super) is_overflowed: bool,
}

/// Reads a window: node context, nearby labels, and runs of text.
///
/// A copy of a reference. It is a type of its own so that reading is separate from the window's
/// storage, and so that what it returns borrows from the window.
#[derive(Clone, Copy)]
pub(crate) struct WindowReader<'w> {
    pub(super) window: &'w Window,
}

impl Window {
    /// A reader of this window.
    #[inline]
    pub(crate) fn reader(&self) -> WindowReader<'_> {
        WindowReader { window: self }
    }

    /// Records that a control was found sensitive, by whatever means.
    pub fn remember(&mut self, id: u32, rule: RuleIdx) {
        if self.takes_values(id) {
            self.controls.entry(id).or_default().remember(rule);
        }
    }

    /// Number of nodes known.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether no node is known.
    pub fn is_empty(&self) -> bool {
        self.table.len() == 0
    }

    /// Whether nodes were left out because a limit was reached.
    pub fn is_overflowed(&self) -> bool {
        self.is_overflowed
    }

    /// Memory held: an estimate, close enough to bound a store by.
    pub fn heap_bytes(&self) -> usize {
        // A B-tree keeps its leaves about two thirds full.
        let entry = |len: usize, bytes: usize| len * (bytes + 4) * 3 / 2;
        let facts: usize = self.facts.values().map(|f| f.len() * 2 + 16).sum();
        let controls: usize = self.controls.values().map(FormControl::heap_bytes).sum();
        let labels: usize = self.label_texts.values().map(LabelText::heap_bytes).sum();
        self.table.heap_bytes()
            + facts
            + controls
            + labels
            + entry(self.facts.len(), 16)
            + entry(self.controls.len(), size_of::<FormControl>())
            + entry(self.label_texts.len(), size_of::<LabelText>())
            + entry(self.column_spans.len(), 1)
            + self.html_ids.heap_bytes()
            + self.label_targets.heap_bytes()
    }

    #[inline]
    pub(super) fn flags(&self, id: u32) -> Flags {
        self.table.get(id).map(|n| n.flags).unwrap_or_default()
    }

    #[inline]
    pub(super) fn set_flag(&mut self, id: u32, flag: Flag, on: bool) {
        if let Some(node) = self.table.get_mut(id) {
            node.flags.set(flag, on);
        }
    }

    #[inline]
    pub(super) fn tag(&self, id: u32) -> Option<ElementKind> {
        self.table.get(id).map(|n| n.tag)
    }

    /// Whether values are typed into the element itself.
    pub(super) fn takes_values(&self, id: u32) -> bool {
        self.table.get(id).is_some_and(|n| n.tag.is_control() || n.flags.has(Flag::EditableOn))
    }

    /// Keeps or removes the label text of a node.
    pub(super) fn set_label_text(&mut self, id: u32, label: Option<LabelText>) {
        let had_label = self.flags(id).has(Flag::LabelText);
        self.set_flag(id, Flag::LabelText, label.is_some());
        match label {
            Some(label) => {
                if label.rule.is_some() {
                    self.mark_rule_label(id);
                }
                self.label_texts.insert(id, label);
            }
            None if had_label => {
                self.label_texts.remove(&id);
            }
            None => {}
        }
    }

    /// Marks a node and the nodes above it as containing a label text with a rule.
    ///
    /// The mark lets a reader skip most texts of a page without a look at their neighbours. It is
    /// not removed with the label text: a stale mark costs a look and changes no answer.
    pub(super) fn mark_rule_label(&mut self, id: u32) {
        let mut next = Some(id);
        for _ in 0..=MAX_MARKED_LEVELS {
            let Some(id) = next else { return };
            self.table.mark(id, Mark::HasRuleLabel);
            next = self.table.parent(id);
        }
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("len", &self.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for WindowReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.window.fmt(f)
    }
}
