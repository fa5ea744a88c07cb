//! The text and the value of one node, by the element that it belongs to.

use crate::parse::value::Value;
use crate::redact::policy::Posture;
use crate::redact::recording::beginnings::mask_beginnings;
use crate::redact::recording::element::Element;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::prefixes::mask_prefixes;
use crate::redact::recording::windows::Page;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::context::carry;
use crate::redact::text::mask;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::SCRIPT_PLACEHOLDER;
use crate::redact::text::string_kind::StringKind;
use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;
use crate::text::edit::Edit;

/// Redacts what belongs to one node.
pub(super) struct NodeRedactor<'r, 'p> {
    pub(super) fields: Fields<'r, 'p>,
    pub(super) page: &'r mut Page,
    pub(super) id: Option<u32>,
    pub(super) element: &'r Element,
}

impl NodeRedactor<'_, '_> {
    /// Redacts the text of the node. `crossing` are findings that cross into it.
    pub(super) fn node_text(&mut self, value: Value<'_>, crossing: Vec<Edit>) {
        let element = self.element;
        let postures = &self.fields.text.policy.postures;
        let context = match element.tag {
            Some(ElementKind::Style) => TextContext::new(Surface::Css),
            Some(ElementKind::Textarea) => {
                TextContext::new(Surface::Input).with_posture(element.posture(postures.inputs))
            }
            _ if element.is_editable => {
                TextContext::new(Surface::Input).with_posture(element.posture(postures.text))
            }
            _ => TextContext::new(Surface::Text).with_posture(element.posture(postures.text)),
        };
        let context = context.with_words(&element.words);
        let kind = match (element.tag, element.masked(), element.field) {
            (Some(ElementKind::Style), _, _) => StringKind::Css,
            (Some(ElementKind::Script), _, _) if value.is_text(SCRIPT_PLACEHOLDER) => return,
            (Some(ElementKind::Script), _, _) => StringKind::Script,
            (_, Some(reason), _) => StringKind::Masked(reason),
            _ if element.is_password => StringKind::Masked(Reason::Password),
            (_, None, Some(idx)) => StringKind::Masked(Reason::Rule(idx)),
            _ => StringKind::Text,
        };
        let text = value.text();
        let mut edits = crossing;
        let is_text = matches!(kind, StringKind::Text);
        let mut out = Output::new(&mut edits, context.with_element(self.page.scope(self.id)));
        if is_text {
            mask_prefixes(self.fields.text, self.page, self.id, &text, &mut out);
        }
        self.fields.text.redact_field(value, &mut out, |this, out| this.redact_as(kind, &text, out));
        let is_typed = element.is_editable || element.tag == Some(ElementKind::Textarea);
        if is_text && is_typed && context.posture == Posture::Rules {
            mask_beginnings(&text, &mut out);
        }
        carry(value, &text, edits, &mut self.fields.output(context));
    }

    /// Redacts the value of the control.
    pub(super) fn value(&mut self, value: Value<'_>) {
        let element = self.element;
        let postures = &self.fields.text.policy.postures;
        let posture = if element.is_control() { postures.inputs } else { postures.attributes };
        let context = TextContext::new(Surface::Input).with_words(&element.words);
        let context = context.with_posture(element.posture(posture));
        let kind = match (element.masked(), element.field) {
            (Some(reason), _) => StringKind::Masked(reason),
            _ if element.is_password => StringKind::Masked(Reason::Password),
            _ if element.tag == Some(ElementKind::Input(InputKind::File)) => {
                StringKind::Masked(Reason::FileName)
            }
            (None, Some(idx)) if element.is_control() => StringKind::Masked(Reason::Rule(idx)),
            _ => StringKind::Text,
        };
        let text = value.text();
        let is_drift = element.is_masked_at_the_source() && !mask::is_masked(&text);
        self.fields.text.report.n_unmasked_inputs += u64::from(is_drift);
        let is_typed =
            matches!(kind, StringKind::Text) && context.posture == Posture::Rules && element.is_control();
        let mut edits = Vec::new();
        let mut out = Output::new(&mut edits, context.with_element(self.page.scope(self.id)));
        if is_typed {
            mask_prefixes(self.fields.text, self.page, self.id, &text, &mut out);
        }
        self.fields.text.redact_field(value, &mut out, |this, out| this.redact_as(kind, &text, out));
        if is_typed {
            self.remember_personal_field(&text, &edits);
            mask_beginnings(&text, &mut Output::new(&mut edits, context));
        }
        carry(value, &text, edits, &mut self.fields.output(context));
    }

    /// Remembers that a field was found personal: it stays so. Fields of one line only: a note that
    /// mentions an address is still a note.
    fn remember_personal_field(&mut self, text: &str, edits: &[Edit]) {
        let Some(id) = self.id else { return };
        let is_line = self.page.window.reader().node(id).is_some_and(|node| {
            use InputKind::{Checkbox, Hidden, Radio, Search};
            matches!(node.tag, ElementKind::Input(kind) if !matches!(kind, Checkbox | Hidden | Radio | Search))
        });
        let most = edits.iter().find(|edit| edit.span.len() * 2 > text.len());
        let rule = most.and_then(|edit| reason::rule(edit.tag));
        if let Some(rule) = rule.filter(|_| is_line) {
            self.page.window.remember(id, rule);
        }
    }

    /// Redacts a value that is a number.
    pub(super) fn number_value(&mut self, value: Value<'_>) {
        let element = self.element;
        let inputs = self.fields.text.policy.postures.inputs;
        let reason = match (element.masked(), element.field) {
            (Some(reason), _) => Some(reason),
            (None, Some(idx)) if element.is_control() => Some(Reason::Rule(idx)),
            _ if element.is_control() && element.posture(inputs) != Posture::Rules => Some(Reason::Posture),
            _ => None,
        };
        match reason {
            Some(_) if value.raw() == "0" => {}
            Some(reason) => self.fields.replace(value, "0", (reason, Surface::Input)),
            None => {
                let context = TextContext::new(Surface::Input).with_words(&element.words);
                self.fields.number(value, context.with_element(self.page.scope(self.id)));
            }
        }
    }
}
