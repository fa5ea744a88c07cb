//! What the redactor must know about one node, computed when it asks.
//!
//! Labels are looked up from the field and not stored with it, so that a label that is added late,
//! changed or removed counts from the next question on.
//!
//! **Invariant:** each question looks at a bounded number of nodes besides the ancestors.

use selectors::context::SelectorCaches;

use crate::rules::RuleIdx;
use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;
use crate::session::form_control::FormControl;
use crate::session::label_text::LabelText;
use crate::session::node::Flag;
use crate::session::node::Scope;
use crate::session::selector::Selectors;
use crate::session::selector_matching::MatchBudget;
use crate::session::selector_matching::SelectorTree;
use crate::session::treatment::Treatment;
use crate::session::window::WindowReader;

/// Ancestors among which the label, or the control itself, is searched for.
const MAX_LEVELS_TO_CONTROL: usize = 16;

/// What the redactor must know about a node. Texts and comments have the context of their element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeContext<'w> {
    /// Kind of the element; for a text or comment, of the element around it.
    pub tag: ElementKind,
    /// The strictest treatment of the element and all around it.
    pub treat: Option<Treatment>,
    /// Whether the element is the outermost blocked one, which the placeholder replaces.
    pub is_blocked_here: bool,
    /// Whether it is, or ever was, a password or one-time code.
    pub is_password: bool,
    /// The rule for its value if the field alone makes the whole value personal.
    pub field: Option<RuleIdx>,
    /// Words next to the value, such as its label; empty if there are none.
    pub words: &'w str,
    /// Whether it is edited in place.
    pub is_editable: bool,
    /// Set for `<input>`.
    pub input: Option<InputKind>,
}

impl<'w> WindowReader<'w> {
    /// The context of a node; `None` if the node is unknown and must be treated strictly.
    pub(crate) fn node(self, id: u32) -> Option<NodeContext<'w>> {
        let node = self.window.table.get(id)?;
        let element_id =
            if node.tag.is_element() || node.tag == ElementKind::Document { id } else { node.parent };
        let element = self.window.table.get(element_id).unwrap_or(node);
        let above = self.window.flags(element.parent).treat(Scope::Effective);
        let treat = node.flags.treat(Scope::Effective);
        let meaning = self.meaning(id);
        Some(NodeContext {
            tag: element.tag,
            treat,
            is_blocked_here: id == element_id && treat == Some(Treatment::Block) && above != treat,
            is_password: element.flags.has(Flag::Password),
            field: meaning.rule,
            words: meaning.words,
            is_editable: node.flags.has(Flag::Editable),
            input: if let ElementKind::Input(kind) = element.tag { Some(kind) } else { None },
        })
    }

    /// Whether `id` is known to be, or to be inside, a blocked element.
    #[cfg(test)]
    pub(crate) fn is_blocked(self, id: u32) -> bool {
        self.window.flags(id).treat(Scope::Effective) == Some(Treatment::Block)
    }

    /// The numbers of the exemptions that apply to a node: those that its element, or one around it,
    /// matches. Empty for a node that is not known, and once `budget` is spent.
    pub(crate) fn exemptions(self, id: u32, selectors: &Selectors, budget: &MatchBudget) -> Vec<u16> {
        let mut caches = SelectorCaches::default();
        let mut found = Vec::new();
        let table = &self.window.table;
        let tree = SelectorTree { table, facts: &self.window.facts, selectors, budget };
        for id in std::iter::once(id).chain(table.ancestors(id)) {
            if !budget.take_step() {
                return Vec::new();
            }
            if table.get(id).is_some_and(|node| node.tag.is_element()) {
                tree.exemptions_of(id, &mut caches, &mut found);
            }
        }
        found
    }

    /// What labels, and the attributes of a control, say about the value at `id`.
    fn meaning(self, id: u32) -> Meaning<'w> {
        if let Some(control) = self.control_of(id) {
            return self.meaning_of_control(control);
        }
        let is_text = self.window.table.get(id).is_some_and(|n| matches!(n.tag, ElementKind::Text));
        if !is_text && !self.holds_value(id) {
            return Meaning::default();
        }
        let label = self.nearby_label(id);
        label.map_or_else(Meaning::default, |label| Meaning { rule: label.rule, words: &label.text })
    }

    /// Whether the text of an element is a value: in cells and descriptions.
    fn holds_value(self, id: u32) -> bool {
        self.window
            .table
            .get(id)
            .is_some_and(|n| matches!(n.tag, ElementKind::Cell | ElementKind::Description))
    }

    /// The control, or element edited in place, whose value a node is part of.
    fn control_of(self, id: u32) -> Option<u32> {
        let node = self.window.table.get(id)?;
        let tag = if node.tag == ElementKind::Text { self.window.tag(node.parent)? } else { node.tag };
        let is_part = tag.is_control() || matches!(tag, ElementKind::Option | ElementKind::Optgroup);
        let takes_values = |up: &u32| self.window.takes_values(*up);
        let own_and_up = || std::iter::once(id).chain(self.window.table.ancestors(id));
        if is_part {
            own_and_up().take(MAX_LEVELS_TO_CONTROL).find(takes_values)
        } else if node.flags.has(Flag::Editable) {
            own_and_up().find(takes_values)
        } else {
            None
        }
    }

    fn meaning_of_control(self, id: u32) -> Meaning<'w> {
        let control = self.window.controls.get(&id);
        let mut rule = control.and_then(FormControl::own_rule);
        let mut words = "";
        for label in self.labels_of(id, control) {
            rule = rule.or(label.rule);
            words = if words.is_empty() { &label.text } else { words };
        }
        Meaning {
            rule,
            words: if words.is_empty() { control.map_or("", FormControl::own_words) } else { words },
        }
    }

    /// Labels of a control, the most certain first.
    fn labels_of(self, id: u32, control: Option<&'w FormControl>) -> impl Iterator<Item = &'w LabelText> {
        let by_aria = control
            .into_iter()
            .flat_map(|c| &c.labelled_by)
            .flat_map(move |&hash| self.window.html_ids.find(hash));
        let by_for = control
            .and_then(|c| c.html_id)
            .into_iter()
            .flat_map(move |hash| self.window.label_targets.find(hash));
        let around = self
            .window
            .table
            .ancestors(id)
            .take(MAX_LEVELS_TO_CONTROL)
            .find(|up| self.window.tag(*up) == Some(ElementKind::Label));
        let named = by_aria.chain(by_for).chain(around).filter_map(move |label| self.label_text_of(label));
        // A list of choices with a name of its own, as the countries of a phone field, is not what the label in
        // front of both names.
        let is_named_list =
            self.window.tag(id) == Some(ElementKind::Select) && control.is_some_and(FormControl::is_named);
        named.chain(if is_named_list { None } else { self.nearby_label(id) })
    }
}

/// What labels say about a value.
#[derive(Clone, Copy, Default)]
struct Meaning<'w> {
    rule: Option<RuleIdx>,
    words: &'w str,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::session::test_support::Bench;
    use crate::session::test_support::add;
    use crate::session::test_support::el;
    use crate::session::test_support::rule;
    use crate::session::test_support::tag;
    use crate::session::test_support::text;

    fn input(id: u32, attributes: serde_json::Value) -> serde_json::Value {
        el(id, "input", attributes, vec![])
    }

    fn page(nodes: Vec<serde_json::Value>) -> Bench {
        let mut b = Bench::new(&[]);
        b.page(nodes);
        b
    }

    #[test]
    fn a_text_has_the_kind_of_its_element() {
        let b = page(vec![tag(10, "style", vec![text(11, "p{}")]), tag(12, "option", vec![text(13, "x")])]);
        assert_eq!([11, 13].map(|id| b.node(id).unwrap().tag), [ElementKind::Style, ElementKind::Option]);
    }

    #[test]
    fn own_attributes_identify_a_field() {
        let b = page(vec![
            input(10, json!({"autocomplete": "section-a billing cc-number"})),
            input(11, json!({"type": "email"})),
            input(12, json!({"name": "ssn", "placeholder": "nine digits"})),
            input(13, json!({"aria-label": "Full name:"})),
            input(14, json!({"name": "item"})),
            input(15, json!({"autocomplete": "one-time-code"})),
        ]);
        let fields = [10, 11, 12, 13, 14].map(|id| b.field(id));
        assert_eq!(fields, [rule("cc-number"), rule("email"), rule("ssn"), rule("full name"), None]);
        assert_eq!([b.words(12), b.words(13), b.words(14)], ["nine digits", "Full name", "item"]);
        assert!(b.node(15).unwrap().is_password);
        assert_eq!(b.node(11).unwrap().input, Some(InputKind::Email));
    }

    #[test]
    fn labels_identify_a_field_wherever_they_are() {
        let b = page(vec![
            el(
                10,
                "label",
                json!({"for": "a"}),
                vec![tag(11, "b", vec![text(12, "Date of")]), text(13, " birth *")],
            ),
            tag(14, "div", vec![input(15, json!({"id": "a"}))]),
            tag(
                20,
                "label",
                vec![text(21, "SSN"), tag(22, "select", vec![tag(23, "option", vec![text(24, "x")])])],
            ),
            input(30, json!({"aria-labelledby": "none c"})),
            el(31, "span", json!({"id": "c"}), vec![text(32, "Passport")]),
            tag(
                40,
                "div",
                vec![tag(41, "div", vec![text(42, "Email")]), tag(43, "div", vec![input(44, json!({}))])],
            ),
        ]);
        let fields = [15, 22, 24, 30, 44].map(|id| b.field(id));
        assert_eq!(
            fields,
            [rule("date of birth"), rule("ssn"), rule("ssn"), rule("passport"), rule("email")]
        );
        assert_eq!(b.words(15), "Date of birth");
        assert_eq!([12, 21, 32].map(|id| b.field(id)), [None; 3]);
    }

    #[test]
    fn a_label_may_be_added_late_changed_and_removed() {
        let mut b = page(vec![tag(10, "div", vec![input(20, json!({"id": "f9"}))])]);
        assert_eq!(b.field(20), None);
        let label = el(11, "label", json!({"for": "f9"}), vec![]);
        b.mutate(&json!({"adds": [add(10, Some(20), label), add(11, None, text(12, "Full name"))]}));
        assert_eq!(b.field(20), rule("full name"));
        b.mutate(&json!({"texts": [{"id": 12, "value": "SSN"}]}));
        assert_eq!((b.field(20), b.words(20)), (rule("ssn"), "SSN"));
        b.mutate(&json!({"removes": [{"parentId": 11, "id": 12}]}));
        assert_eq!((b.field(20), b.words(20)), (None, "f9"));
    }

    #[test]
    fn a_label_with_its_control_inside_labels_nothing_after_it() {
        let after = |inside: Vec<serde_json::Value>| {
            let label = tag(10, "label", [vec![text(11, "Full name")], inside].concat());
            page(vec![tag(9, "div", vec![label, tag(20, "p", vec![text(21, "Required")])])]).field(21)
        };
        assert_eq!(after(vec![input(12, json!({}))]), None);
        assert_eq!(after(vec![]), rule("full name"));
    }

    #[test]
    fn a_label_in_front_claims_no_list_that_has_a_name() {
        let group = |select: serde_json::Value| {
            let list = el(22, "select", select, vec![tag(23, "option", vec![text(24, "Togo")])]);
            let control = tag(21, "div", vec![list, input(25, json!({"type": "tel"}))]);
            page(vec![tag(10, "h4", vec![text(11, "Phone")]), control]).field(24)
        };
        assert_eq!(group(json!({"aria-label": "Phone number country"})), None);
        assert_eq!(group(json!({})), rule("phone"));
        assert_eq!(group(json!({"aria-label": "Phone"})), rule("phone"));
    }

    #[test]
    fn a_field_found_sensitive_stays_so() {
        let mut b = page(vec![input(10, json!({"name": "ssn"})), input(11, json!({}))]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"name": "x"}}]}));
        b.window.remember(11, rule("email").unwrap());
        assert_eq!([10, 11].map(|id| b.field(id)), [rule("ssn"), rule("email")]);
        b.page(vec![input(10, json!({"name": "x"})), input(11, json!({"name": "y"}))]);
        assert_eq!([10, 11].map(|id| b.field(id)), [rule("ssn"), None]);
    }

    #[test]
    fn an_element_edited_in_place_is_a_field() {
        let b = page(vec![el(
            10,
            "div",
            json!({"aria-label": "SSN", "contenteditable": ""}),
            vec![
                tag(11, "p", vec![text(12, "x")]),
                el(13, "p", json!({"contenteditable": "false"}), vec![text(14, "x")]),
            ],
        )]);
        assert_eq!((b.field(12), b.node(12).unwrap().is_editable), (rule("ssn"), true));
        assert!(!b.node(14).unwrap().is_editable);
    }
}
