//! Kinds of nodes as single bytes, for windows stored outside this process.

use crate::session::element_kind::InputKind;
use crate::session::element_kind::Tag;

impl Tag {
    /// The byte of this kind. A kind missing from the list would get a byte that cannot be read.
    pub(crate) fn code(self) -> u8 {
        CODES.iter().position(|&tag| tag == self).map_or(u8::MAX, |at| at as u8)
    }

    /// The kind that a byte stands for.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        CODES.get(usize::from(code)).copied()
    }
}

/// The byte is the index in this list, so a change of the order needs a new `wire::VERSION`. Frequent
/// kinds come first: the search for a byte is linear.
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
    fn every_kind_is_in_the_list() {
        // `<input>` has one byte for each input kind, so it counts as the variants of that enum.
        let source = include_str!("element_kind.rs");
        let variants = |name: &str| {
            let body = source.split(&format!("pub enum {name} {{")).nth(1).unwrap();
            let body = body.split("\n}").next().unwrap();
            body.lines().filter(|line| line.trim_start().starts_with(char::is_uppercase)).count()
        };
        assert_eq!(CODES.len(), variants("Tag") - 1 + variants("InputKind"));
    }
}
