//! Reads one serialised node from the JSON of an event, whatever the order of its keys.
//!
//! A node is not read if it is ambiguous (a deciding key occurs twice), has no usable id, or has an
//! unknown type. The node and everything inside it then stay unknown, and are treated strictly.

use std::borrow::Cow;

use crate::parse::json::Kind;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::session::attribute::lowercase_name;
use crate::session::element_kind::Tag;
use crate::session::limits::WindowLimits;

/// One serialised node, without its children.
pub(super) struct NodeJson<'a> {
    pub(super) id: u32,
    pub(super) tag: Tag,
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
            let slot = match key.word() {
                Word::Id => &mut keys.id,
                Word::Type => &mut keys.kind,
                Word::TagName => &mut keys.name,
                Word::Attributes => &mut keys.attributes,
                Word::TextContent => &mut keys.text,
                Word::ChildNodes => &mut keys.children,
                Word::IsShadow => &mut keys.is_shadow,
                Word::IsSvg => &mut keys.is_svg,
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
            tag: Tag::Document,
            name: Cow::Borrowed(""),
            is_shadow: at(keys.is_shadow).is_some_and(|v| v.raw() == "true"),
            attributes: None,
            text: None,
            children: at(keys.children),
        };
        match kind {
            0 => {}
            1 => read.tag = Tag::Doctype,
            2 => {
                let name = at(keys.name).filter(|v| v.kind() == Kind::String)?.text();
                read.name = lowercase_name(name);
                read.attributes = at(keys.attributes);
                let is_svg = at(keys.is_svg).is_some_and(|v| v.raw() == "true");
                let role = match read.attributes.map(|a| a.under(Word::Role)) {
                    None => None,
                    Some(Err(_)) => return None,
                    Some(Ok(role)) => role.map(Value::text),
                };
                read.tag = Tag::of_element(&read.name, role.as_deref(), is_svg);
            }
            3 | 4 => (read.tag, read.text) = (Tag::Text, at(keys.text)),
            5 => read.tag = Tag::Comment,
            _ => return None,
        }
        Some(read)
    }
}
