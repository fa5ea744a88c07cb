//! One window of a recording: what must be known about each node, by id.
//!
//! Built from full snapshots and kept true under mutations. Holds no text of the page but the
//! words of labels, cut short, and nothing of what was typed. What it does not know (never seen,
//! over a limit, ambiguous) it says so, and the redactor treats strictly.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt;

use selectors::context::SelectorCaches;

use crate::parse::value::Value;
use crate::rules::RuleIdx;
use crate::session::control::Control;
use crate::session::html_id::HtmlIds;
use crate::session::knowledge::Knowledge;
use crate::session::matching::Budget;
use crate::session::matching::FactMap;
use crate::session::matching::Tree;
use crate::session::selector::Selectors;
use crate::session::selector::Treat;
use crate::session::shown::Shown;
use crate::session::table::Flag;
use crate::session::table::Flags;
use crate::session::table::Mark;
use crate::session::table::NONE;
use crate::session::table::Place;
use crate::session::table::Scope;
use crate::session::table::Table;
use crate::session::words::Words;

/// The element context of one window.
#[derive(Default)]
pub struct Window {
    pub(crate) table: Table,
    pub(crate) facts: FactMap,
    pub(crate) controls: BTreeMap<u32, Control>,
    pub(crate) words: BTreeMap<u32, Words>,
    /// HTML ids, to find what labels a control.
    pub(crate) ids: HtmlIds,
    /// `for` of labels.
    pub(crate) fors: HtmlIds,
    /// Columns that a cell covers, where more than one.
    pub(crate) spans: BTreeMap<u32, u8>,
    pub(crate) root: Option<u32>,
    pub(crate) is_overflowed: bool,
}

/// What one event changed, until it is settled.
pub(crate) struct Changes<'s> {
    /// Texts that came with this event go there.
    pub(crate) shown: &'s mut Shown,
    /// Roots of subtrees whose treatment must be judged again.
    dirty: BTreeSet<u32>,
    /// Labels whose words must be joined again.
    pub(crate) labels: BTreeSet<u32>,
    /// Nodes that came with this event; those that stayed are marked.
    pub(crate) came: Vec<u32>,
    /// Ids that stand for two nodes.
    pub(crate) ambiguous: BTreeSet<u32>,
    /// What must be kept of a node that was taken out, if it is put back in elsewhere.
    pub(crate) moved: BTreeMap<u32, Kept>,
}

/// What stays with a node that is moved.
#[derive(Clone, Copy, Default)]
pub(crate) struct Kept {
    pub(crate) treat: Option<Treat>,
    pub(crate) is_password: bool,
    pub(crate) rule: Option<RuleIdx>,
}

impl<'s> Changes<'s> {
    /// Nothing yet.
    pub(crate) fn new(shown: &'s mut Shown) -> Self {
        Self {
            shown,
            dirty: BTreeSet::new(),
            labels: BTreeSet::new(),
            came: Vec::new(),
            ambiguous: BTreeSet::new(),
            moved: BTreeMap::new(),
        }
    }
}

impl Window {
    /// Replaces everything by a full snapshot's `data.node`.
    ///
    /// A control that was found sensitive, and stands under the same id and name again, stays so.
    pub fn snapshot(&mut self, node: Value<'_>, k: &Knowledge<'_>, shown: &mut Shown) {
        let old = std::mem::take(self);
        let mut changes = Changes::new(shown);
        self.root = self.plant(node, Place { parent: NONE, before: None }, k, &mut changes);
        if self.root.is_some_and(|root| self.table.get(root).is_none()) {
            self.root = None;
        }
        self.settle(&changes, k);
        self.keep_sticky(&old);
    }

    fn keep_sticky(&mut self, old: &Self) {
        for (&id, before) in &old.controls {
            let Some(now) = self.controls.get_mut(&id).filter(|now| now.is_like(before)) else { continue };
            if let Some(rule) = before.sticky() {
                now.remember(rule);
            }
            if old.flags(id).has(Flag::Password) {
                self.set_flag(id, Flag::Password, true);
            }
        }
    }

    /// Keeps that a control was found sensitive, by whatever means.
    pub fn remember(&mut self, id: u32, rule: RuleIdx) {
        if self.takes_values(id) {
            self.controls.entry(id).or_default().remember(rule);
        }
    }

    /// The numbers of the exemptions that hold for a node: those that its element, or one around it,
    /// matches. None for a node that is not known, and none once `budget` is used up.
    pub(crate) fn exemptions(&self, id: u32, selectors: &Selectors, budget: &Budget) -> Vec<u16> {
        let mut caches = SelectorCaches::default();
        let mut found = Vec::new();
        let tree = Tree { table: &self.table, facts: &self.facts, selectors, budget };
        for id in std::iter::once(id).chain(self.table.ancestors(id)) {
            if !budget.step() {
                return Vec::new();
            }
            if self.table.get(id).is_some_and(|node| node.tag.is_element()) {
                tree.exemptions_of(id, &mut caches, &mut found);
            }
        }
        found
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

    /// Memory held, near enough to be bounded by.
    pub fn heap_bytes(&self) -> usize {
        // A B-tree keeps its leaves about two thirds full.
        let entry = |len: usize, bytes: usize| len * (bytes + 4) * 3 / 2;
        let facts: usize = self.facts.values().map(|f| f.len() * 2 + 16).sum();
        let controls: usize = self.controls.values().map(Control::heap_bytes).sum();
        let words: usize = self.words.values().map(Words::heap_bytes).sum();
        self.table.heap_bytes()
            + facts
            + controls
            + words
            + entry(self.facts.len(), 16)
            + entry(self.controls.len(), size_of::<Control>())
            + entry(self.words.len(), size_of::<Words>())
            + entry(self.spans.len(), 1)
            + self.ids.heap_bytes()
            + self.fors.heap_bytes()
    }

    #[inline]
    pub(crate) fn flags(&self, id: u32) -> Flags {
        self.table.get(id).map(|n| n.flags).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn set_flag(&mut self, id: u32, flag: Flag, on: bool) {
        if let Some(node) = self.table.get_mut(id) {
            node.flags.set(flag, on);
        }
    }

    /// Forgets a node and all in it; keeps aside what must survive a move.
    pub(crate) fn forget(&mut self, id: u32, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        if self.table.get(id).is_none() {
            return;
        }
        self.touch_label(id, changes);
        if let Some(parent) = self.table.parent(id).filter(|_| k.selectors.looks_sideways) {
            changes.dirty.insert(parent);
        }
        let gone: Vec<u32> = self.table.subtree(id).collect();
        self.table.unlink(id);
        for id in gone {
            self.forget_one(id, changes);
        }
    }

    fn forget_one(&mut self, id: u32, changes: &mut Changes<'_>) {
        let flags = self.flags(id);
        let rule = self.controls.remove(&id).and_then(|c| c.sticky());
        let treat = flags.treat(Scope::Effective).filter(|&t| t > Treat::Allow);
        let kept = Kept { treat, is_password: flags.has(Flag::Password), rule };
        if kept.treat.is_some() || kept.is_password || kept.rule.is_some() {
            changes.moved.insert(id, kept);
        }
        if flags.has(Flag::Facts) {
            self.facts.remove(&id);
        }
        if flags.has(Flag::Words) {
            self.words.remove(&id);
        }
        if flags.has(Flag::HtmlId) {
            self.ids.set(id, None);
            self.fors.set(id, None);
        }
        self.spans.remove(&id);
        self.table.free(id);
    }

    /// Whether this id came before in the same event, and so stands for two nodes.
    pub(crate) fn is_ambiguous(&self, id: u32, changes: &mut Changes<'_>) -> bool {
        if self.table.has(id, Mark::Fresh) {
            changes.ambiguous.insert(id);
        }
        changes.ambiguous.contains(&id)
    }

    /// Notes that the treatment of `id`, and of what it may decide over, must be judged again.
    pub(crate) fn touch(&self, id: u32, k: &Knowledge<'_>, changes: &mut Changes<'_>) {
        let parent = self.table.parent(id);
        let from = if k.selectors.looks_sideways { parent.unwrap_or(id) } else { id };
        if !parent.is_some_and(|p| self.table.has(p, Mark::Fresh)) {
            changes.dirty.insert(from);
        }
    }

    /// Judges again what an event touched. Linear in the touched subtrees.
    pub(crate) fn settle(&mut self, changes: &Changes<'_>, k: &Knowledge<'_>) {
        let mut caches = SelectorCaches::default();
        let budget = Budget::new();
        for &root in &changes.dirty {
            if self.table.ancestors(root).any(|up| changes.dirty.contains(&up)) {
                continue;
            }
            let mut at = self.table.get(root).map(|_| root);
            while let Some(id) = at {
                self.judge(id, k, &budget, &mut caches);
                at = self.table.after(id, root);
            }
        }
        for &label in &changes.labels {
            self.join_label(label, k);
        }
        for &id in &changes.came {
            self.table.unmark(id, Mark::Fresh);
        }
    }

    fn judge(&mut self, id: u32, k: &Knowledge<'_>, budget: &Budget, caches: &mut SelectorCaches) {
        let Some(node) = self.table.get(id) else { return };
        let own = if node.tag.is_element() && !k.selectors.is_empty() {
            let tree = Tree { table: &self.table, facts: &self.facts, selectors: k.selectors, budget };
            tree.treat_of(id, caches)
        } else {
            None
        };
        let above = self.flags(node.parent);
        let Some(node) = self.table.get_mut(id) else { return };
        let effective = own.max(node.flags.treat(Scope::Moved)).max(above.treat(Scope::Effective));
        let is_editable = node.flags.has(Flag::EditableOn)
            || above.has(Flag::Editable) && !node.flags.has(Flag::EditableOff);
        node.flags.set_treat(Scope::Own, own);
        node.flags.set_treat(Scope::Effective, effective);
        node.flags.set(Flag::Editable, is_editable);
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::session::support::Bench;
    use crate::session::support::add;
    use crate::session::support::el;
    use crate::session::support::page;
    use crate::session::support::tag;
    use crate::session::support::text;

    fn bench() -> Bench {
        Bench::new(&[(".ph-no-capture", Treat::Block), (".ph-mask", Treat::Mask), (".public", Treat::Allow)])
    }

    #[test]
    fn a_class_holds_for_all_inside() {
        let mut b = bench();
        b.page(vec![
            el(10, "div", json!({"class": "a ph-mask"}), vec![tag(11, "b", vec![text(12, "x")])]),
            text(13, "y"),
        ]);
        assert_eq!(b.treat(12), Some(Treat::Mask));
        assert_eq!(b.treat(13), None);
    }

    #[test]
    fn the_strictest_wins_whatever_is_nearer() {
        let mut b = bench();
        let public = |id, inner| el(id, "i", json!({"class": "public"}), inner);
        b.page(vec![
            el(10, "div", json!({"class": "ph-no-capture"}), vec![public(11, vec![text(12, "x")])]),
            public(20, vec![el(21, "p", json!({"class": "ph-mask"}), vec![text(22, "x")])]),
            public(30, vec![text(31, "x")]),
        ]);
        assert_eq!(
            [12, 22, 31].map(|id| b.treat(id)),
            [Some(Treat::Block), Some(Treat::Mask), Some(Treat::Allow)]
        );
        assert!(b.window.node(10).unwrap().is_blocked_here && !b.window.node(11).unwrap().is_blocked_here);
        assert!(b.window.is_blocked(12) && !b.window.is_blocked(22) && !b.window.is_blocked(999));
    }

    #[test]
    fn a_class_that_comes_later_holds_from_then_on() {
        let mut b = bench();
        b.page(vec![tag(10, "div", vec![text(11, "hello")])]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"class": "ph-no-capture"}}]}));
        b.mutate(&json!({"adds": [add(10, None, text(12, "more"))]}));
        assert!(b.window.is_blocked(11) && b.window.is_blocked(12));
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"class": null}}]}));
        assert!(!b.window.is_blocked(11));
    }

    #[test]
    fn a_treatment_crosses_shadow_roots_and_frames() {
        let mut b = bench();
        let mut shadow = tag(12, "p", vec![text(13, "x")]);
        shadow["isShadow"] = json!(true);
        b.page(vec![el(
            10,
            "div",
            json!({"class": "ph-mask"}),
            vec![tag(11, "my-card", vec![shadow]), tag(14, "iframe", vec![])],
        )]);
        let frame = json!({"type": 0, "id": 20, "childNodes": [tag(21, "html", vec![text(22, "x")])]});
        b.mutate(&json!({"adds": [add(14, None, frame)], "isAttachIframe": true}));
        assert_eq!([13, 22].map(|id| b.treat(id)), [Some(Treat::Mask); 2]);
    }

    #[test]
    fn a_node_moved_out_of_a_mask_stays_masked_and_one_removed_is_forgotten() {
        let mut b = bench();
        b.page(vec![el(
            10,
            "div",
            json!({"class": "ph-mask"}),
            vec![tag(11, "b", vec![text(12, "x")]), tag(13, "i", vec![])],
        )]);
        b.mutate(&json!({
            "removes": [{"parentId": 10, "id": 11}, {"parentId": 10, "id": 13}],
            "adds": [add(11, None, text(12, "x")), add(5, None, tag(11, "b", vec![]))],
        }));
        assert_eq!([11, 12].map(|id| b.treat(id)), [Some(Treat::Mask); 2]);
        assert!(b.window.node(13).is_none());
        b.mutate(&json!({"adds": [add(5, None, tag(13, "i", vec![]))]}));
        assert_eq!(b.treat(13), None);
    }

    #[test]
    fn once_a_password_always_a_password_until_another_field_takes_the_id() {
        let mut b = bench();
        let field = |name: &str, kind: &str| el(10, "input", json!({"type": kind, "name": name}), vec![]);
        b.page(vec![field("pw", "password")]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"type": "text"}}]}));
        assert!(b.window.node(10).unwrap().is_password);
        b.page(vec![field("pw", "text")]);
        assert!(b.window.node(10).unwrap().is_password);
        b.page(vec![field("q", "text")]);
        assert!(!b.window.node(10).unwrap().is_password);
    }

    #[test]
    fn an_id_that_stands_for_two_nodes_is_unknown_with_all_inside() {
        let mut b = bench();
        b.page(vec![tag(10, "p", vec![text(11, "x")]), tag(10, "p", vec![text(12, "x")]), text(13, "x")]);
        assert!([10, 11, 12].iter().all(|&id| b.window.node(id).is_none()));
        assert!(b.window.node(13).is_some());
        b.snapshot_text(
            r#"{"type":0,"id":1,"childNodes":[{"id":7,"type":3,"textContent":"x","i\u0064":8}]}"#,
        );
        assert_eq!(b.window.len(), 1);
    }

    #[test]
    fn an_attribute_that_stands_twice_makes_the_node_unknown() {
        let mut b = bench();
        let twice = r#"{"class":"ph-mask","cl\u0061ss":"x"}"#;
        b.snapshot_text(&format!(
            r#"{{"type":2,"id":1,"tagName":"p","attributes":{twice},"childNodes":[]}}"#
        ));
        assert!(b.window.is_empty());
        b.page(vec![tag(10, "p", vec![text(11, "x")])]);
        b.mutate_text(&format!(r#"{{"attributes":[{{"id":10,"attributes":{twice}}}]}}"#));
        assert!(b.window.node(11).is_none());
    }

    #[test]
    fn nodes_over_a_limit_are_unknown_and_cost_nothing() {
        let mut b = bench();
        b.limits.max_nodes = 6;
        b.page(vec![text(10, "x"), text(11, "x"), text(12, "x")]);
        assert!(b.window.node(10).is_some() && b.window.node(12).is_none() && b.window.is_overflowed());
        let mut b = bench();
        b.page(vec![text(4_000_000_000, "x"), tag(4_194_304, "p", vec![]), text(4_194_305, "x")]);
        assert_eq!(b.window.len(), 6);
        assert!(b.window.heap_bytes() < 1 << 20);
    }

    #[test]
    fn additions_come_in_any_order_and_never_close_a_circle() {
        let mut b = bench();
        b.page(vec![tag(10, "div", vec![])]);
        b.mutate(&json!({"adds": [
            add(22, Some(21), text(23, "x")), add(22, None, text(21, "x")), add(10, None, tag(22, "p", vec![])),
            add(30, None, tag(31, "p", vec![])), add(31, None, tag(30, "p", vec![])),
            add(40, None, tag(40, "p", vec![])), add(999, None, text(41, "x")),
            add(10, Some(51), text(50, "x")), add(10, Some(50), text(51, "x")), add(10, Some(60), text(60, "x")),
        ]}));
        assert_eq!(b.window.table.children(22).collect::<Vec<_>>(), [23, 21]);
        assert!([30, 31, 40, 41].iter().all(|&id| b.window.node(id).is_none()));
        assert!([50, 51, 60].iter().all(|&id| b.window.node(id).is_some()));
        b.mutate(
            &json!({"removes": [{"parentId": 10, "id": 22}], "adds": [add(21, None, tag(22, "p", vec![]))]}),
        );
        assert!([21, 22, 23].iter().all(|&id| b.window.node(id).is_none()));
    }

    #[test]
    fn siblings_without_end_are_masked_not_waited_for() {
        let mut b = Bench::new(&[(".no ~ .k", Treat::Block)]);
        b.page((10..6000).map(|id| el(id, "p", json!({"class": "k"}), vec![])).collect());
        assert_eq!([b.treat(10), b.treat(5999)], [None, Some(Treat::Mask)]);
    }

    #[test]
    fn deep_pages_cost_no_stack() {
        let mut b = bench();
        let mut node = text(1000, "x");
        for id in (10..500).rev() {
            node = tag(id, "div", vec![node]);
        }
        let mut html = page(vec![node]);
        html["childNodes"][1]["attributes"] = json!({"class": "ph-mask"});
        b.snapshot(&html);
        assert_eq!(b.treat(1000), Some(Treat::Mask));
    }
}
