//! Attributes of recorded elements: names in lower case, values as text, and which are read.

use std::borrow::Cow;

use crate::parse::json::JsonKind;
use crate::parse::value::Value;
use crate::session::form_control::ControlKind;
use crate::session::form_control::FormControl;

/// An attribute or tag name in lower case. Free where it already is.
pub(super) fn lowercase_name(name: Cow<'_, str>) -> Cow<'_, str> {
    if name.bytes().any(|b| b.is_ascii_uppercase()) { Cow::Owned(name.to_ascii_lowercase()) } else { name }
}

/// The value of an attribute as selectors and labels see it; `None` if the attribute is absent.
pub(super) fn attribute_text(value: Value<'_>) -> Option<Cow<'_, str>> {
    match value.kind() {
        JsonKind::String | JsonKind::Number => Some(value.text()),
        JsonKind::Bool if value.raw() == "true" => Some(Cow::Borrowed("")),
        // rrweb sends a style as an object: the attribute exists, and its text is never matched.
        JsonKind::Object | JsonKind::Array => Some(Cow::Borrowed("")),
        _ => None,
    }
}

/// Whether a window reads this attribute even if no selector does.
pub(super) fn is_always_read(name: &str) -> bool {
    matches!(name, "contenteditable" | "data-rr-is-password" | "colspan" | "for")
        || FormControl::reads(name, ControlKind::Input)
}
