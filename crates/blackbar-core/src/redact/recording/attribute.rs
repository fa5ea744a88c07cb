//! Attributes of elements, by what the table says that each name holds.

use crate::parse::json::JsonKind;
use crate::parse::value::Value;
use crate::redact::recording::attribute_table as table;
use crate::redact::recording::attribute_table::Holds;
use crate::redact::recording::element::ElementTreatment;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::layout_vocabulary;
use crate::redact::recording::node::NodeRedactor;
use crate::redact::surface::Surface;
use crate::redact::text::context::TextContext;
use crate::redact::text::geometry;
use crate::redact::text::memo::Reading;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;

impl NodeRedactor<'_, '_> {
    /// Redacts the attributes of the element.
    pub(super) fn attributes(&mut self, attributes: Value<'_>) {
        let words = self.element.words.as_str();
        let context = TextContext::new(Surface::Attribute).with_words(words);
        if attributes.kind() != JsonKind::Object {
            self.fields.json(attributes, context);
            return;
        }
        if attributes.entries().next().is_none() {
            return;
        }
        // Elements repeat: equal attributes in an equal context have the same findings, unless one is
        // a value, whose verdict depends on what was typed before.
        let reading = match self.element.treatment {
            ElementTreatment::Posture => Some(Reading::Attributes),
            ElementTreatment::Allowed => Some(Reading::AllowedAttributes),
            ElementTreatment::Masked(_) | ElementTreatment::Blocked | ElementTreatment::BlockedHere => None,
        };
        let Self { fields, page, id, element } = self;
        let Fields { text, edits } = fields;
        text.memoized_if_clean(reading, attributes.raw(), context, edits, |text, edits| {
            let fields = Fields { text, edits };
            NodeRedactor { fields, page, id: *id, element }.each_attribute(attributes)
        });
    }

    /// Redacts the attributes one by one. Returns whether none is the value of a control.
    fn each_attribute(&mut self, attributes: Value<'_>) -> bool {
        let mut has_value = false;
        for (key, value) in attributes.entries() {
            let name = key.text();
            let holds = table::holds(key);
            has_value |= holds == Holds::Value;
            let context = TextContext::new(Surface::Attribute).with_words(&self.element.words);
            let context = context.with_element(self.page.scope(self.id));
            if holds == Holds::Text {
                self.fields.key(key, context);
            }
            match value.kind() {
                JsonKind::String if holds == Holds::Value => self.value(value),
                JsonKind::String => self.attribute(key, &name, holds, value),
                JsonKind::Number if holds == Holds::Layout => self.measure_attribute(value),
                JsonKind::Number if holds == Holds::Value => self.number_value(value),
                JsonKind::Number => self.fields.number(value, context.with_words(&name)),
                JsonKind::Object | JsonKind::Array if holds == Holds::Css => self.style_object(value),
                JsonKind::Object | JsonKind::Array => self.fields.json(value, context),
                JsonKind::Bool | JsonKind::Null | JsonKind::Key => {}
            }
        }
        !has_value
    }

    fn attribute(&mut self, key: Value<'_>, name: &str, holds: Holds, value: Value<'_>) {
        let context = TextContext::new(Surface::Attribute).with_words(name);
        let context = context.with_element(self.page.scope(self.id));
        let policy = self.fields.text.policy;
        let strict = || context.with_posture(self.element.posture(policy.postures.attributes));
        match holds {
            Holds::Text
                if self.element.masked().is_none()
                    && layout_vocabulary::is_layout_value(name, value.raw()) => {}
            Holds::Text if name == "slot" && layout_vocabulary::is_slot_name(value.raw()) => {
                self.fields.string(value, context, StringKind::Text);
            }
            Holds::Text => {
                let rule = self.fields.text.workspace.keys.rule(key.known_key(), name, policy.rules());
                let kind = match (self.element.masked(), rule) {
                    (Some(reason), _) => StringKind::Masked(reason),
                    (None, Some(idx)) if !table::is_about_the_element(name) => {
                        StringKind::Masked(Reason::Rule(idx))
                    }
                    _ => StringKind::Text,
                };
                self.fields.string(value, strict(), kind);
            }
            Holds::Hook | Holds::Value => self.fields.string(value, context, StringKind::Text),
            Holds::Url => self.fields.string(value, context, StringKind::Url),
            Holds::Srcset => self.fields.string(value, context, StringKind::Srcset),
            Holds::Css => self.fields.string(value, context, StringKind::Css),
            Holds::Image => self.fields.string(value, context, StringKind::Image),
            Holds::Geometry if geometry::is_geometry(value.raw()) => {}
            Holds::Layout if table::is_layout(value.raw()) => {}
            Holds::Geometry if geometry::is_length(value.raw()) => {
                self.fields.string(value, context, StringKind::Text);
            }
            Holds::Geometry | Holds::Layout => self.fields.string(value, strict(), StringKind::Text),
        }
    }

    fn measure_attribute(&mut self, value: Value<'_>) {
        let context = TextContext::new(Surface::Unknown).with_element(self.page.scope(self.id));
        self.fields.measure_in(value, context);
    }

    /// A style object of a mutation: property → value, `[value, priority]` or false.
    fn style_object(&mut self, style: Value<'_>) {
        let context = TextContext::new(Surface::Css).with_element(self.page.scope(self.id));
        for node in style.nodes() {
            match node.kind() {
                JsonKind::String => self.fields.string(node, context, StringKind::Css),
                JsonKind::Key => self.fields.key(node, context),
                _ => {}
            }
        }
    }
}
