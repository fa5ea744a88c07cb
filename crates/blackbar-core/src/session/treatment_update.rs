//! Recomputes treatments and labels that an event made dirty.
//!
//! A treatment is the strictest of three: selectors that match the element, what applied where the
//! element was moved from, and the treatment of its parent.
//!
//! **Cost.** Linear in the dirty subtrees, each visited once.

use selectors::context::SelectorCaches;

use crate::session::editor::WindowEditor;
use crate::session::node::Flag;
use crate::session::node::Mark;
use crate::session::node::Scope;
use crate::session::selector_matching::MatchBudget;
use crate::session::selector_matching::SelectorTree;

impl WindowEditor<'_> {
    /// Ends an event: recomputes what it made dirty.
    pub(super) fn recompute_dirty(&mut self) {
        let mut caches = SelectorCaches::default();
        let budget = MatchBudget::new();
        // Taken out, so that the loops may change the window; both stay empty afterwards.
        let dirty = std::mem::take(&mut self.changes.dirty);
        for &root in &dirty {
            if self.window.table.ancestors(root).any(|up| dirty.contains(&up)) {
                continue;
            }
            // Parents come before their children, so what a node inherits is up to date.
            let mut next = self.window.table.get(root).map(|_| root);
            while let Some(id) = next {
                self.recompute_treatment(id, &budget, &mut caches);
                next = self.window.table.after(id, root);
            }
        }
        for label in std::mem::take(&mut self.changes.dirty_labels) {
            self.rebuild_label(label);
        }
        for &id in &self.changes.added {
            self.window.table.unmark(id, Mark::Fresh);
        }
    }

    fn recompute_treatment(&mut self, id: u32, budget: &MatchBudget, caches: &mut SelectorCaches) {
        let selectors = self.policy.selectors;
        let window = &mut *self.window;
        let Some(node) = window.table.get(id) else { return };
        let own = if node.tag.is_element() && !selectors.is_empty() {
            let tree = SelectorTree { table: &window.table, facts: &window.facts, selectors, budget };
            tree.treatment_of(id, caches)
        } else {
            None
        };
        let above = window.flags(node.parent);
        let Some(node) = window.table.get_mut(id) else { return };
        let effective = own.max(node.flags.treat(Scope::Moved)).max(above.treat(Scope::Effective));
        let is_editable = node.flags.has(Flag::EditableOn)
            || above.has(Flag::Editable) && !node.flags.has(Flag::EditableOff);
        node.flags.set_treat(Scope::Own, own);
        node.flags.set_treat(Scope::Effective, effective);
        node.flags.set(Flag::Editable, is_editable);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::test_support::Bench;
    use crate::session::test_support::add;
    use crate::session::test_support::el;
    use crate::session::test_support::page;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;
    use crate::session::treatment::Treatment;

    fn bench() -> Bench {
        Bench::new(&[
            (".ph-no-capture", Treatment::Block),
            (".ph-mask", Treatment::Mask),
            (".public", Treatment::Allow),
        ])
    }

    #[test]
    fn a_treatment_applies_to_everything_inside() {
        let mut b = bench();
        b.page(vec![
            el(10, "div", json!({"class": "a ph-mask"}), vec![tag(11, "b", vec![text(12, "x")])]),
            text(13, "y"),
        ]);
        assert_eq!(b.treat(12), Some(Treatment::Mask));
        assert_eq!(b.treat(13), None);
    }

    #[test]
    fn the_strictest_treatment_wins_over_the_nearest() {
        let mut b = bench();
        let public = |id, inner| el(id, "i", json!({"class": "public"}), inner);
        b.page(vec![
            el(10, "div", json!({"class": "ph-no-capture"}), vec![public(11, vec![text(12, "x")])]),
            public(20, vec![el(21, "p", json!({"class": "ph-mask"}), vec![text(22, "x")])]),
            public(30, vec![text(31, "x")]),
        ]);
        assert_eq!(
            [12, 22, 31].map(|id| b.treat(id)),
            [Some(Treatment::Block), Some(Treatment::Mask), Some(Treatment::Allow)]
        );
        assert!(b.node(10).unwrap().is_blocked_here && !b.node(11).unwrap().is_blocked_here);
        assert!(
            b.window.reader().is_blocked(12)
                && !b.window.reader().is_blocked(22)
                && !b.window.reader().is_blocked(999)
        );
    }

    #[test]
    fn a_class_that_is_added_later_applies_from_then_on() {
        let mut b = bench();
        b.page(vec![tag(10, "div", vec![text(11, "hello")])]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"class": "ph-no-capture"}}]}));
        b.mutate(&json!({"adds": [add(10, None, text(12, "more"))]}));
        assert!(b.window.reader().is_blocked(11) && b.window.reader().is_blocked(12));
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"class": null}}]}));
        assert!(!b.window.reader().is_blocked(11));
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
        assert_eq!([13, 22].map(|id| b.treat(id)), [Some(Treatment::Mask); 2]);
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
        assert_eq!([11, 12].map(|id| b.treat(id)), [Some(Treatment::Mask); 2]);
        assert!(b.node(13).is_none());
        b.mutate(&json!({"adds": [add(5, None, tag(13, "i", vec![]))]}));
        assert_eq!(b.treat(13), None);
    }

    #[test]
    fn a_password_stays_one_until_another_field_takes_the_id() {
        let mut b = bench();
        let field = |name: &str, kind: &str| el(10, "input", json!({"type": kind, "name": name}), vec![]);
        b.page(vec![field("pw", "password")]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"type": "text"}}]}));
        assert!(b.node(10).unwrap().is_password);
        b.page(vec![field("pw", "text")]);
        assert!(b.node(10).unwrap().is_password);
        b.page(vec![field("q", "text")]);
        assert!(!b.node(10).unwrap().is_password);
    }

    #[test]
    fn an_id_of_two_nodes_is_unknown_with_everything_inside() {
        let mut b = bench();
        b.page(vec![tag(10, "p", vec![text(11, "x")]), tag(10, "p", vec![text(12, "x")]), text(13, "x")]);
        assert!([10, 11, 12].iter().all(|&id| b.node(id).is_none()));
        assert!(b.node(13).is_some());
        b.snapshot_text(
            r#"{"type":0,"id":1,"childNodes":[{"id":7,"type":3,"textContent":"x","i\u0064":8}]}"#,
        );
        assert_eq!(b.window.len(), 1);
    }

    #[test]
    fn a_duplicate_attribute_makes_the_node_unknown() {
        let mut b = bench();
        let twice = r#"{"class":"ph-mask","cl\u0061ss":"x"}"#;
        b.snapshot_text(&format!(
            r#"{{"type":2,"id":1,"tagName":"p","attributes":{twice},"childNodes":[]}}"#
        ));
        assert!(b.window.is_empty());
        b.page(vec![tag(10, "p", vec![text(11, "x")])]);
        b.mutate_text(&format!(r#"{{"attributes":[{{"id":10,"attributes":{twice}}}]}}"#));
        assert!(b.node(11).is_none());
    }

    #[test]
    fn nodes_over_a_limit_are_unknown_and_cost_nothing() {
        let mut b = bench();
        b.limits.max_nodes = 6;
        b.page(vec![text(10, "x"), text(11, "x"), text(12, "x")]);
        assert!(b.node(10).is_some() && b.node(12).is_none() && b.window.is_overflowed());
        let mut b = bench();
        b.page(vec![text(4_000_000_000, "x"), tag(4_194_304, "p", vec![]), text(4_194_305, "x")]);
        assert_eq!(b.window.len(), 6);
        assert!(b.window.heap_bytes() < 1 << 20);
    }

    #[test]
    fn additions_in_any_order_never_close_a_circle() {
        let mut b = bench();
        b.page(vec![tag(10, "div", vec![])]);
        b.mutate(&json!({"adds": [
            add(22, Some(21), text(23, "x")), add(22, None, text(21, "x")), add(10, None, tag(22, "p", vec![])),
            add(30, None, tag(31, "p", vec![])), add(31, None, tag(30, "p", vec![])),
            add(40, None, tag(40, "p", vec![])), add(999, None, text(41, "x")),
            add(10, Some(51), text(50, "x")), add(10, Some(50), text(51, "x")), add(10, Some(60), text(60, "x")),
        ]}));
        assert_eq!(b.window.table.children(22).collect::<Vec<_>>(), [23, 21]);
        assert!([30, 31, 40, 41].iter().all(|&id| b.node(id).is_none()));
        assert!([50, 51, 60].iter().all(|&id| b.node(id).is_some()));
        b.mutate(
            &json!({"removes": [{"parentId": 10, "id": 22}], "adds": [add(21, None, tag(22, "p", vec![]))]}),
        );
        assert!([21, 22, 23].iter().all(|&id| b.node(id).is_none()));
    }

    #[test]
    fn elements_beyond_the_matching_budget_are_masked() {
        let mut b = Bench::new(&[(".no ~ .k", Treatment::Block)]);
        b.page((10..6000).map(|id| el(id, "p", json!({"class": "k"}), vec![])).collect());
        assert_eq!([b.treat(10), b.treat(5999)], [None, Some(Treatment::Mask)]);
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
        assert_eq!(b.treat(1000), Some(Treatment::Mask));
    }
}
