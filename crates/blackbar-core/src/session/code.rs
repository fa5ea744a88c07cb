//! Kinds of nodes as single bytes, for windows outside this process.

use crate::session::tag::InputKind;
use crate::session::tag::Tag;

impl Tag {
    /// Its byte. One that is missing from the list gets a byte that no reader knows.
    pub(crate) fn code(self) -> u8 {
        CODES.iter().position(|&tag| tag == self).map_or(u8::MAX, |at| at as u8)
    }

    /// The kind with this byte.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        CODES.get(usize::from(code)).copied()
    }
}

/// The place in this list is the byte: a change of the order is a new version of the bytes. The
/// most frequent come first.
const CODES: [Tag; 51] = [
    Tag::Other,
    Tag::Block,
    Tag::Text,
    Tag::Document,
    Tag::Doctype,
    Tag::Comment,
    Tag::Style,
    Tag::Script,
    Tag::Noscript,
    Tag::Title,
    Tag::Textarea,
    Tag::Select,
    Tag::Option,
    Tag::Optgroup,
    Tag::Datalist,
    Tag::Button,
    Tag::Label,
    Tag::Legend,
    Tag::Table,
    Tag::TableHead,
    Tag::TableBody,
    Tag::Row,
    Tag::HeaderCell,
    Tag::Cell,
    Tag::Term,
    Tag::Description,
    Tag::Item,
    Tag::Link,
    Tag::Break,
    Tag::Frame,
    Tag::Canvas,
    Tag::Media,
    Tag::Svg,
    Tag::Input(InputKind::Text),
    Tag::Input(InputKind::Password),
    Tag::Input(InputKind::Email),
    Tag::Input(InputKind::Tel),
    Tag::Input(InputKind::Number),
    Tag::Input(InputKind::Search),
    Tag::Input(InputKind::Url),
    Tag::Input(InputKind::Date),
    Tag::Input(InputKind::Color),
    Tag::Input(InputKind::Range),
    Tag::Input(InputKind::Hidden),
    Tag::Input(InputKind::File),
    Tag::Input(InputKind::Checkbox),
    Tag::Input(InputKind::Radio),
    Tag::Input(InputKind::Submit),
    Tag::Input(InputKind::Button),
    Tag::Input(InputKind::Reset),
    Tag::Input(InputKind::Image),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_byte() {
        for (at, &tag) in CODES.iter().enumerate() {
            assert_eq!((tag.code(), Tag::from_code(at as u8)), (at as u8, Some(tag)));
        }
        assert_eq!(Tag::from_code(u8::MAX), None);
    }

    #[test]
    fn the_list_is_complete() {
        // `<input>` has one byte a kind; the others are the variants before and after it.
        let source = include_str!("tag.rs");
        let variants = |name: &str| {
            let body = source.split(&format!("pub enum {name} {{")).nth(1).unwrap();
            let body = body.split("\n}").next().unwrap();
            body.lines().filter(|line| line.trim_start().starts_with(char::is_uppercase)).count()
        };
        assert_eq!(CODES.len(), variants("Tag") - 1 + variants("InputKind"));
    }
}
