//! One serialised node as it stands in the JSON, whatever the order of its keys.
//!
//! A node whose meaning is ambiguous (a deciding key or attribute twice), has no usable id, or no
//! known type is not read: it and all in it stay unknown, and are treated strictly.

use std::borrow::Cow;

use crate::parse::json::Kind;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::session::table::WindowLimits;
use crate::session::tag::Tag;

/// One serialised node, without its children.
pub(crate) struct Read<'a> {
    pub(crate) id: u32,
    pub(crate) tag: Tag,
    /// Lower case; empty if it is no element.
    pub(crate) name: Cow<'a, str>,
    pub(crate) is_shadow: bool,
    pub(crate) attributes: Option<Value<'a>>,
    pub(crate) text: Option<Value<'a>>,
    pub(crate) children: Option<Value<'a>>,
}

/// Positions of the values of a node's keys.
#[derive(Default)]
struct Keys {
    id: Option<usize>,
    kind: Option<usize>,
    name: Option<usize>,
    attributes: Option<usize>,
    text: Option<usize>,
    children: Option<usize>,
    is_shadow: Option<usize>,
    is_svg: Option<usize>,
}

impl Keys {
    fn of(node: Value<'_>) -> Option<Self> {
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

impl<'a> Read<'a> {
    /// Reads one node; `None` if it must stay unknown.
    pub(crate) fn of(node: Value<'a>, limits: WindowLimits) -> Option<Self> {
        let keys = Keys::of(node)?;
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
                read.name = lower(name);
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

/// The value of an attribute as selectors and labels see it; `None` if it is not there.
pub(crate) fn attribute_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        Kind::String | Kind::Number => Some(value.text()),
        Kind::Bool if value.raw() == "true" => Some(Cow::Borrowed("")),
        // An object is a style; it is there, whatever it says.
        Kind::Object | Kind::Array => Some(Cow::Borrowed("")),
        _ => None,
    }
}

pub(crate) fn lower(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) { Cow::Owned(name.to_ascii_lowercase()) } else { name }
}
