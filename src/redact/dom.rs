//! Serialized DOM nodes, as full snapshots and mutations hold them.

use std::borrow::Cow;

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::attribute::Element;
use crate::redact::json::Treat;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::surface::Surface;
use crate::redact::tag::Fixed;
use crate::redact::tag::Why;
use crate::text::edit::Edit;

/// What rrweb writes for the text of a script.
const SCRIPT_PLACEHOLDER: &str = "SCRIPT_PLACEHOLDER";

impl Redactor<'_> {
    /// Judges a node and all below it.
    ///
    /// # Errors
    /// [`DuplicateKey`] where a node says twice what it is.
    pub(crate) fn dom(
        &mut self,
        root: Value<'_>,
        parent: Option<&str>,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        let mut stack = vec![(root, parent.map(|tag| Cow::Owned(tag.to_owned())))];
        while let Some((node, parent)) = stack.pop() {
            if node.kind() != Kind::Object {
                self.json(node, Place::new(Surface::Unknown), out);
                continue;
            }
            let tag = node.get("tagName")?.filter(|t| t.kind() == Kind::String).map(Value::text);
            for (key, value) in node.entries() {
                match &*key.text() {
                    "childNodes" if value.kind() == Kind::Array => {
                        stack.extend(value.items().map(|child| (child, tag.clone())));
                    }
                    "attributes" => {
                        let input_type =
                            value.get("type")?.filter(|t| t.kind() == Kind::String).map(Value::text);
                        let element = self.element(tag.as_deref(), input_type.as_deref(), value)?;
                        self.attributes(value, element, out);
                    }
                    "textContent" if value.kind() == Kind::String => {
                        self.node_text(value, parent.as_deref(), out)
                    }
                    "tagName" if value.kind() == Kind::String => self.tag_name(value, out),
                    "id" | "rootId" | "type" if value.kind() == Kind::Number => self.measure(value, out),
                    "type" | "id" | "rootId" | "isShadow" | "isShadowHost" | "isSVG" | "isCustom"
                    | "isStyle" | "needBlock" | "compatMode" | "publicId" | "systemId" | "name"
                    | "tagName" | "textContent" | "childNodes" => {
                        self.json(value, Place::new(Surface::Unknown), out);
                    }
                    _ => self.entry(key, value, Place::new(Surface::Unknown), out),
                }
            }
        }
        Ok(())
    }

    fn element<'a>(
        &self,
        tag: Option<&'a str>,
        input_type: Option<&'a str>,
        attributes: Value<'_>,
    ) -> Result<Element<'a>, DuplicateKey> {
        let is_password = input_type.is_some_and(|t| t.eq_ignore_ascii_case("password"))
            || attributes.get("data-rr-is-password")?.is_some();
        Ok(Element { tag: tag.or(Some("")), input_type, is_password, ..Element::default() })
    }

    /// Judges the text of a node by the element it stands in.
    pub(crate) fn node_text(&mut self, value: Value<'_>, parent: Option<&str>, out: &mut Vec<Edit>) {
        let postures = &self.policy.postures;
        let text = Place::new(Surface::Text).posture(postures.text);
        match parent {
            Some("style") => self.string(value, Place::new(Surface::Css), Treat::Css, out),
            Some("script") if value.is_text(SCRIPT_PLACEHOLDER) => {}
            Some("script") => {
                let from = out.len();
                let text = value.text();
                if !text.trim().is_empty() {
                    self.replace_all(
                        &text,
                        SCRIPT_PLACEHOLDER,
                        Why::Fixed(Fixed::Script),
                        Surface::Text,
                        out,
                    );
                }
                if let Some(edit) = out.get_mut(from) {
                    edit.span = value.span();
                }
            }
            Some("textarea") => {
                self.string(value, Place::new(Surface::Input).posture(postures.inputs), Treat::See, out)
            }
            _ => self.string(value, text, Treat::See, out),
        }
    }

    /// A name that rules find something in becomes one that every player can build.
    fn tag_name(&mut self, value: Value<'_>, out: &mut Vec<Edit>) {
        let from = out.len();
        self.string(value, Place::new(Surface::Unknown), Treat::See, out);
        if let Some(first) = out.get(from) {
            let tag = first.tag;
            out.truncate(from);
            out.push(Edit { span: value.span(), with: b"div".to_vec(), tag });
        }
    }
}
