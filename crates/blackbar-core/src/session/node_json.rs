//! Reads one serialised node from the JSON of an event, whatever the order of its keys.
//!
//! A node is not read if it is ambiguous (a deciding key occurs twice), has no usable id, or has an
//! unknown type. The node and everything inside it then stay unknown, and are treated strictly.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::session::attribute::lowercase_name;
use crate::session::element_kind::ElementKind;
use crate::session::limits::WindowLimits;

/// One serialised node, without its children.
pub(super) struct NodeJson<'a> {
    pub(super) id: u32,
    pub(super) tag: ElementKind,
    /// Tag name in lower case; empty if the node is not an element.
    pub(super) name: Cow<'a, str>,
    pub(super) is_shadow: bool,
    pub(super) attributes: Option<Value<'a>>,
    pub(super) text: Option<Value<'a>>,
    pub(super) children: Option<Value<'a>>,
}

/// Positions of the values of a node's keys. One pass finds all of them, instead of one search each.
#[derive(Default)]
struct KeyPositions {
    id: Option<usize>,
    kind: Option<usize>,
    name: Option<usize>,
    attributes: Option<usize>,
    text: Option<usize>,
    children: Option<usize>,
    is_shadow: Option<usize>,
    is_svg: Option<usize>,
}

impl KeyPositions {
    /// `None` if a deciding key occurs twice.
    fn find(node: Value<'_>) -> Option<Self> {
        let mut keys = Self::default();
        for (key, value) in node.entries() {
            let slot = match key.known_key() {
                KnownKey::Id => &mut keys.id,
                KnownKey::Type => &mut keys.kind,
                KnownKey::TagName => &mut keys.name,
                KnownKey::Attributes => &mut keys.attributes,
                KnownKey::TextContent => &mut keys.text,
                KnownKey::ChildNodes => &mut keys.children,
                KnownKey::IsShadow => &mut keys.is_shadow,
                KnownKey::IsSvg => &mut keys.is_svg,
                _ => continue,
            };
            if slot.replace(value.idx()).is_some() {
                return None;
            }
        }
        Some(keys)
    }
}

impl<'a> NodeJson<'a> {
    /// Reads one node; `None` if it must stay unknown.
    pub(super) fn read(node: Value<'a>, limits: WindowLimits) -> Option<Self> {
        let keys = KeyPositions::find(node)?;
        let at = |idx: Option<usize>| idx.and_then(|idx| node.in_document(idx));
        let id = at(keys.id)?.as_u32().filter(|&id| id <= limits.max_id)?;
        let kind = at(keys.kind)?.as_u32()?;
        let mut read = Self {
            id,
            tag: ElementKind::Document,
            name: Cow::Borrowed(""),
            is_shadow: at(keys.is_shadow).is_some_and(|v| v.raw() == "true"),
            attributes: None,
            text: None,
            children: at(keys.children),
        };
        match kind {
            0 => {}
            1 => read.tag = ElementKind::Doctype,
            2 => {
                let name = at(keys.name).filter(|v| v.kind() == JsonKind::String)?.text();
                read.name = lowercase_name(name);
                read.attributes = at(keys.attributes);
                let is_svg = at(keys.is_svg).is_some_and(|v| v.raw() == "true");
                let role = match read.attributes.map(|a| a.under(KnownKey::Role)) {
                    None => None,
                    Some(Err(_)) => return None,
                    Some(Ok(role)) => role.map(Value::text),
                };
                read.tag = ElementKind::of_element(&read.name, role.as_deref(), is_svg);
            }
            3 | 4 => (read.tag, read.text) = (ElementKind::Text, at(keys.text)),
            5 => read.tag = ElementKind::Comment,
            _ => return None,
        }
        Some(read)
    }
}
