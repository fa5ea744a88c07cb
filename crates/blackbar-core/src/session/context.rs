//! What is known about one node, put together when it is asked for.
//!
//! Labels are looked up from the field, not stored with it: one that comes late, changes or goes
//! is seen at the next question. Each question looks at a bounded number of nodes.

use crate::rules::RuleIdx;
use crate::session::control::Control;
use crate::session::selector::Treat;
use crate::session::table::Flag;
use crate::session::table::Scope;
use crate::session::tag::InputKind;
use crate::session::tag::Tag;
use crate::session::window::Window;
use crate::session::words::Words;

/// Ancestors that may carry the label of a control.
const MAX_UP: usize = 16;

/// What the redactor must know about a node. Texts and comments have that of their element.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Context<'w> {
    /// Kind of the element; for a text or comment, of the element it stands in.
    pub tag: Tag,
    /// The strictest treatment of the element and all around it.
    pub treat: Option<Treat>,
    /// Whether the element is the outermost blocked one: the placeholder stands for it.
    pub is_blocked_here: bool,
    /// Whether it is, or ever was, a password or one-time code.
    pub is_password: bool,
    /// Set if its meaning alone says that the whole value is personal.
    pub field: Option<RuleIdx>,
    /// Words beside the value, such as its label; empty if there are none.
    pub words: &'w str,
    /// Whether it is edited in place.
    pub is_editable: bool,
    /// Set for `<input>`.
    pub input: Option<InputKind>,
}

impl Window {
    /// What is known about `id`; `None` means unknown: treat it strictly.
    pub fn node(&self, id: u32) -> Option<Context<'_>> {
        let node = self.table.get(id)?;
        let element = if node.tag.is_element() || node.tag == Tag::Document { id } else { node.parent };
        let of = self.table.get(element).unwrap_or(node);
        let above = self.flags(of.parent).treat(Scope::Effective);
        let treat = node.flags.treat(Scope::Effective);
        let meaning = self.meaning(id);
        Some(Context {
            tag: of.tag,
            treat,
            is_blocked_here: id == element && treat == Some(Treat::Block) && above != treat,
            is_password: of.flags.has(Flag::Password),
            field: meaning.rule,
            words: meaning.words,
            is_editable: node.flags.has(Flag::Editable),
            input: if let Tag::Input(kind) = of.tag { Some(kind) } else { None },
        })
    }

    /// Whether `id` is known to be, or stand in, a blocked element.
    pub fn is_blocked(&self, id: u32) -> bool {
        self.flags(id).treat(Scope::Effective) == Some(Treat::Block)
    }

    fn meaning(&self, id: u32) -> Meaning<'_> {
        if let Some(control) = self.control_of(id) {
            return self.meaning_of_control(control);
        }
        let is_text = self.table.get(id).is_some_and(|n| matches!(n.tag, Tag::Text));
        if !is_text && !self.holds_value(id) {
            return Meaning::default();
        }
        let label = self.label_beside(id);
        label.map_or_else(Meaning::default, |words| Meaning { rule: words.rule, words: &words.text })
    }

    /// Whether the text of an element is looked at as a value: cells and descriptions.
    fn holds_value(&self, id: u32) -> bool {
        self.table.get(id).is_some_and(|n| matches!(n.tag, Tag::Cell | Tag::Description))
    }

    /// The control, or element edited in place, whose value a node is part of.
    fn control_of(&self, id: u32) -> Option<u32> {
        let node = self.table.get(id)?;
        let tag = if node.tag == Tag::Text { self.tag(node.parent)? } else { node.tag };
        let is_part = tag.is_control() || matches!(tag, Tag::Option | Tag::Optgroup);
        let takes_values = |up: &u32| self.takes_values(*up);
        let own_and_up = || std::iter::once(id).chain(self.table.ancestors(id));
        if is_part {
            own_and_up().take(MAX_UP).find(takes_values)
        } else if node.flags.has(Flag::Editable) {
            own_and_up().find(takes_values)
        } else {
            None
        }
    }

    /// Whether values are typed into the element itself.
    pub(crate) fn takes_values(&self, id: u32) -> bool {
        self.table.get(id).is_some_and(|n| n.tag.is_control() || n.flags.has(Flag::EditableOn))
    }

    fn meaning_of_control(&self, id: u32) -> Meaning<'_> {
        let control = self.controls.get(&id);
        let mut rule = control.and_then(Control::own_rule);
        let mut words = "";
        for label in self.labels_of(id, control) {
            rule = rule.or(label.rule);
            words = if words.is_empty() { &label.text } else { words };
        }
        Meaning { rule, words: if words.is_empty() { control.map_or("", Control::own_words) } else { words } }
    }

    /// Labels of a control, the most certain first.
    fn labels_of<'w>(&'w self, id: u32, control: Option<&'w Control>) -> impl Iterator<Item = &'w Words> {
        let by_aria = control.into_iter().flat_map(|c| &c.labelled_by).flat_map(|&hash| self.ids.find(hash));
        let by_for = control.and_then(|c| c.html_id).into_iter().flat_map(|hash| self.fors.find(hash));
        let around = self.table.ancestors(id).take(MAX_UP).find(|up| self.tag(*up) == Some(Tag::Label));
        let named = by_aria.chain(by_for).chain(around).filter_map(|label| self.words_of(label));
        named.chain(self.label_beside(id))
    }

    #[inline]
    pub(crate) fn tag(&self, id: u32) -> Option<Tag> {
        self.table.get(id).map(|n| n.tag)
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
    use crate::session::support::Bench;
    use crate::session::support::add;
    use crate::session::support::el;
    use crate::session::support::rule;
    use crate::session::support::tag;
    use crate::session::support::text;

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
        assert_eq!([11, 13].map(|id| b.window.node(id).unwrap().tag), [Tag::Style, Tag::Option]);
    }

    #[test]
    fn own_attributes_tell_a_field() {
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
        assert!(b.window.node(15).unwrap().is_password);
        assert_eq!(b.window.node(11).unwrap().input, Some(InputKind::Email));
    }

    #[test]
    fn labels_tell_a_field_wherever_they_stand() {
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
    fn a_label_may_come_late_change_and_go() {
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
    fn a_field_found_sensitive_stays_so() {
        let mut b = page(vec![input(10, json!({"name": "ssn"})), input(11, json!({}))]);
        b.mutate(&json!({"attributes": [{"id": 10, "attributes": {"name": "x"}}]}));
        b.window.remember(11, rule("email").unwrap());
        assert_eq!([10, 11].map(|id| b.field(id)), [rule("ssn"), rule("email")]);
        b.page(vec![input(10, json!({"name": "x"})), input(11, json!({"name": "y"}))]);
        assert_eq!([10, 11].map(|id| b.field(id)), [rule("ssn"), None]);
    }

    #[test]
    fn what_is_edited_in_place_is_a_field() {
        let b = page(vec![el(
            10,
            "div",
            json!({"aria-label": "SSN", "contenteditable": ""}),
            vec![
                tag(11, "p", vec![text(12, "x")]),
                el(13, "p", json!({"contenteditable": "false"}), vec![text(14, "x")]),
            ],
        )]);
        assert_eq!((b.field(12), b.window.node(12).unwrap().is_editable), (rule("ssn"), true));
        assert!(!b.window.node(14).unwrap().is_editable);
    }
}
