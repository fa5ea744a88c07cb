//! Attributes of an element: what a window keeps of each, on insertion and on change.

use crate::parse::value::Value;
use crate::session::attribute::attribute_text;
use crate::session::attribute::lowercase_name;
use crate::session::editor::WindowEditor;
use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;
use crate::session::form_control::ControlKind;
use crate::session::form_control::FormControl;
use crate::session::html_id::hash_name;
use crate::session::node::Flag;
use crate::session::window::Window;

/// The most columns that one cell can cover.
const MAX_COLUMN_SPAN: u8 = 100;

impl WindowEditor<'_> {
    /// Reads an object of attributes. Returns `false` if an attribute that matters occurs twice.
    pub(super) fn set_attributes(&mut self, id: u32, attributes: Value<'_>) -> bool {
        let mut read = Vec::new();
        for (key, value) in attributes.entries() {
            if self.policy.selectors.facts().reads(key) {
                read.push((lowercase_name(key.text()), attribute_text(value)));
            }
        }
        // `contenteditable` first: whether the element is editable decides which others are read.
        if read.len() > 1 {
            read.sort_by(|(a, _), (b, _)| (a != "contenteditable", a).cmp(&(b != "contenteditable", b)));
        }
        if read.windows(2).any(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            return false;
        }
        for (name, value) in read {
            self.set_attribute(id, &name, value.as_deref());
        }
        true
    }

    fn set_attribute(&mut self, id: u32, name: &str, value: Option<&str>) {
        if self.policy.selectors.facts().has_test_of(name) && self.set_facts(id, name, value) {
            self.mark_dirty(id);
        }
        let window = &mut *self.window;
        let Some(node) = window.table.get_mut(id) else { return };
        match name {
            "contenteditable" => {
                let on =
                    value.map(|v| !v.eq_ignore_ascii_case("false") && !v.eq_ignore_ascii_case("inherit"));
                node.flags.set(Flag::EditableOn, on == Some(true));
                node.flags.set(Flag::EditableOff, value.is_some_and(|v| v.eq_ignore_ascii_case("false")));
                self.mark_dirty(id);
            }
            "data-rr-is-password" if value.is_some() => node.flags.set(Flag::Password, true),
            "colspan" if matches!(node.tag, ElementKind::Cell | ElementKind::HeaderCell) => {
                let span =
                    value.and_then(|v| v.trim().parse::<u8>().ok()).unwrap_or(1).clamp(1, MAX_COLUMN_SPAN);
                window.column_spans.insert(id, span);
            }
            "for" if node.tag == ElementKind::Label => {
                node.flags.set(Flag::HtmlId, true);
                window.label_targets.set(id, value.map(hash_name));
            }
            "id" => {
                node.flags.set(Flag::HtmlId, true);
                window.html_ids.set(id, value.map(hash_name));
            }
            "type" if matches!(node.tag, ElementKind::Input(_)) => {
                node.tag = ElementKind::Input(value.map(InputKind::from_type).unwrap_or_default());
            }
            _ => {}
        }
        self.set_control(id, name, value);
    }

    /// Updates the record of a control with an attribute that may describe its value.
    fn set_control(&mut self, id: u32, name: &str, value: Option<&str>) {
        let kind = control_kind(self.window, id).filter(|&kind| FormControl::reads(name, kind));
        let Some(kind) = kind else { return };
        let controls = &mut self.window.controls;
        let control = match (value, kind) {
            (Some(_), ControlKind::Editable | ControlKind::MaybeEditable) => {
                Some(controls.entry(id).or_default())
            }
            _ => controls.get_mut(&id),
        };
        if control.is_some_and(|control| control.set_attribute(name, value, kind, self.policy.labels)) {
            self.window.set_flag(id, Flag::Password, true);
        }
    }

    /// Updates the selector facts of an element. Returns whether any changed.
    fn set_facts(&mut self, id: u32, name: &str, value: Option<&str>) -> bool {
        let facts = self.policy.selectors.facts();
        let window = &mut *self.window;
        let has_facts = window.flags(id).has(Flag::Facts);
        let before = if has_facts { window.facts.get(&id).map(AsRef::as_ref) } else { None };
        let before = before.unwrap_or_default();
        let mut now: Vec<_> = before.iter().copied().filter(|&fact| !facts.depends_on(fact, name)).collect();
        if let Some(value) = value {
            facts.collect(name, value, &mut now);
        }
        now.sort_unstable();
        now.dedup();
        if now == before {
            return false;
        }
        window.set_flag(id, Flag::Facts, !now.is_empty());
        if now.is_empty() {
            window.facts.remove(&id);
        } else {
            window.facts.insert(id, now.into());
        }
        true
    }
}

/// The kind of control that a record of this element would be.
fn control_kind(window: &Window, id: u32) -> Option<ControlKind> {
    let node = window.table.get(id)?;
    match node.tag {
        ElementKind::Input(_) => Some(ControlKind::Input),
        tag if tag.is_control() => Some(ControlKind::TextareaOrSelect),
        _ if node.flags.has(Flag::EditableOn) => Some(ControlKind::Editable),
        ElementKind::Block | ElementKind::Other | ElementKind::Cell => Some(ControlKind::MaybeEditable),
        _ => None,
    }
}
