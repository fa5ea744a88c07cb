//! Serialized DOM nodes, as full snapshots and mutations hold them.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::recording::crossing::Crossing;
use crate::redact::recording::element::Element;
use crate::redact::recording::element::ElementTreatment;
use crate::redact::recording::fields::Fields;
use crate::redact::recording::fields::UNKNOWN;
use crate::redact::recording::node::NodeRedactor;
use crate::redact::recording::windows::Page;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::redact::text::string_kind::StringKind;
use crate::session::element_kind::is_common;
use crate::text::edit::Edit;
use crate::text::json_str;
use crate::text::span::Span;

/// Attributes of a blocked element that stay: class and size.
const PLACEHOLDER_ATTRIBUTES: [&str; 8] =
    ["class", "rr_width", "rr_height", "rr_left", "rr_top", "rr_position", "rr_display", "rr_transform"];

/// Redacts nodes that the window knows already.
pub(super) struct DomWalk<'r, 'p> {
    pub(super) fields: Fields<'r, 'p>,
    pub(super) page: &'r mut Page,
    /// Findings that cross nodes; each is taken with the text of its node.
    pub(super) crossing: &'r mut Crossing,
}

impl<'p> DomWalk<'_, 'p> {
    /// Redacts a node and all below it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where a node says twice what it is.
    pub(super) fn nodes(&mut self, root: Value<'_>) -> Result<(), DuplicateKey> {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if node.kind() != JsonKind::Object {
                self.fields.json(node, UNKNOWN);
                continue;
            }
            let id = node.under(KnownKey::Id)?.and_then(Value::as_u32);
            let element = self.page.element(id);
            if matches!(element.treatment, ElementTreatment::BlockedHere | ElementTreatment::Blocked) {
                self.block(node, &element)?;
                continue;
            }
            for (key, value) in node.entries() {
                match key.known_key() {
                    KnownKey::ChildNodes if value.kind() == JsonKind::Array => stack.extend(value.items()),
                    KnownKey::Attributes => self.node(id, &element).attributes(value),
                    KnownKey::TextContent if value.kind() == JsonKind::String => {
                        let crossing = id.and_then(|id| self.crossing.remove(&id)).unwrap_or_default();
                        self.node(id, &element).node_text(value, crossing);
                    }
                    KnownKey::TagName if value.kind() == JsonKind::String => self.tag_name(value),
                    KnownKey::Id | KnownKey::RootId | KnownKey::Type if value.kind() == JsonKind::Number => {
                        self.fields.measure(value);
                    }
                    word if is_of_node(word) => self.fields.json(value, UNKNOWN),
                    _ => self.fields.entry(key, value, UNKNOWN),
                }
            }
        }
        Ok(())
    }

    /// What redacts the text, value and attributes of a node.
    pub(super) fn node<'b>(&'b mut self, id: Option<u32>, element: &'b Element) -> NodeRedactor<'b, 'p> {
        NodeRedactor { fields: self.fields.reborrow(), page: self.page, id, element }
    }

    /// Empties a blocked node. A blocked element keeps its class and its size, as rrweb has it.
    fn block(&mut self, node: Value<'_>, element: &Element) -> Result<(), DuplicateKey> {
        const REASON: (Reason, Surface) = (Reason::SelectorBlock, Surface::Text);
        let is_root = element.treatment == ElementTreatment::BlockedHere;
        for (key, value) in node.entries() {
            match key.known_key() {
                KnownKey::ChildNodes if value.raw() == "[]" => {}
                KnownKey::ChildNodes => self.fields.replace(value, "[]", REASON),
                KnownKey::TextContent if value.raw().is_empty() => {}
                KnownKey::TextContent => self.fields.replace(value, "\"\"", REASON),
                KnownKey::Attributes if value.raw() == "{}" => {}
                KnownKey::Attributes if is_root => self.placeholder(value)?,
                KnownKey::Attributes => self.fields.replace(value, "{}", REASON),
                KnownKey::TagName if value.kind() == JsonKind::String => self.tag_name(value),
                KnownKey::Id | KnownKey::RootId | KnownKey::Type if value.kind() == JsonKind::Number => {
                    self.fields.measure(value);
                }
                _ => self.fields.entry(key, value, UNKNOWN),
            }
        }
        if is_root && node.under(KnownKey::NeedBlock)?.is_none() && node.under(KnownKey::TagName)?.is_some() {
            let at = node.span().start + 1;
            let span = Span::new(at, at);
            self.fields.output(UNKNOWN).replace_counted(span, *br#""needBlock":true,"#);
        }
        Ok(())
    }

    /// The attributes of a blocked element: class and size.
    fn placeholder(&mut self, attributes: Value<'_>) -> Result<(), DuplicateKey> {
        let mut kept = Vec::new();
        for name in PLACEHOLDER_ATTRIBUTES {
            if let Some(value) = attributes.get(name)?.filter(|v| v.kind() == JsonKind::String) {
                kept.push(self.placeholder_entry(name, value));
            }
        }
        for (name, from) in [("rr_width", "width"), ("rr_height", "height")] {
            let size = attributes.get(from)?.and_then(|v| v.raw().trim_end_matches("px").parse::<u32>().ok());
            if let (None, Some(size)) = (attributes.get(name)?, size) {
                kept.push(format!(r#""{name}":"{size}px""#).into_bytes());
            }
        }
        let mut with = vec![b'{'];
        with.extend(kept.join(&b','));
        with.push(b'}');
        if with != attributes.raw().as_bytes() {
            let tag = reason::tag(Reason::SelectorBlock, Surface::Attribute);
            self.fields.edits.push(Edit { span: attributes.span(), with, tag });
        }
        Ok(())
    }

    fn placeholder_entry(&mut self, name: &str, value: Value<'_>) -> Vec<u8> {
        let text = value.text();
        let mut edits = Vec::new();
        let context = TextContext::new(Surface::Attribute);
        self.fields.text.redact_text(&text, &mut Output::new(&mut edits, context));
        let redacted = self.fields.text.apply_edits(&text, &mut edits);
        let mut entry = format!(r#""{name}":""#).into_bytes();
        json_str::escape_into(&redacted, &mut entry);
        entry.push(b'"');
        entry
    }

    /// A name with a finding becomes one that every player can build.
    fn tag_name(&mut self, value: Value<'_>) {
        if is_common(value.raw()) {
            return;
        }
        let from = self.fields.edits.len();
        self.fields.string(value, UNKNOWN, StringKind::Text);
        if let Some(first) = self.fields.edits.get(from) {
            let tag = first.tag;
            self.fields.edits.truncate(from);
            self.fields.edits.push(Edit { span: value.span(), with: b"div".to_vec(), tag });
        }
    }
}

/// Whether a key belongs to a node: it is no text of anyone.
fn is_of_node(key: KnownKey) -> bool {
    matches!(
        key,
        KnownKey::Type
            | KnownKey::Id
            | KnownKey::RootId
            | KnownKey::IsShadow
            | KnownKey::IsShadowHost
            | KnownKey::IsSvg
            | KnownKey::IsCustom
            | KnownKey::IsStyle
            | KnownKey::NeedBlock
            | KnownKey::CompatMode
            | KnownKey::PublicId
            | KnownKey::SystemId
            | KnownKey::Name
            | KnownKey::TagName
            | KnownKey::TextContent
            | KnownKey::ChildNodes
    )
}
