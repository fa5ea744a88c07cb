//! Kinds of nodes as single bytes, for windows stored outside this process.

use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;

impl ElementKind {
    /// The byte of this kind. A kind missing from the list would get a byte that cannot be read.
    pub(crate) fn code(self) -> u8 {
        CODES.iter().position(|&tag| tag == self).map_or(u8::MAX, |at| at as u8)
    }

    /// The kind that a byte represents.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        CODES.get(usize::from(code)).copied()
    }
}

/// The byte is the index in this list, so a change of the order needs a new `wire::VERSION`. Frequent
/// kinds come first: the search for a byte is linear.
const CODES: [ElementKind; 51] = [
    ElementKind::Other,
    ElementKind::Block,
    ElementKind::Text,
    ElementKind::Document,
    ElementKind::Doctype,
    ElementKind::Comment,
    ElementKind::Style,
    ElementKind::Script,
    ElementKind::Noscript,
    ElementKind::Title,
    ElementKind::Textarea,
    ElementKind::Select,
    ElementKind::Option,
    ElementKind::Optgroup,
    ElementKind::Datalist,
    ElementKind::Button,
    ElementKind::Label,
    ElementKind::Legend,
    ElementKind::Table,
    ElementKind::TableHead,
    ElementKind::TableBody,
    ElementKind::Row,
    ElementKind::HeaderCell,
    ElementKind::Cell,
    ElementKind::Term,
    ElementKind::Description,
    ElementKind::Item,
    ElementKind::Link,
    ElementKind::Break,
    ElementKind::Frame,
    ElementKind::Canvas,
    ElementKind::Media,
    ElementKind::Svg,
    ElementKind::Input(InputKind::Text),
    ElementKind::Input(InputKind::Password),
    ElementKind::Input(InputKind::Email),
    ElementKind::Input(InputKind::Tel),
    ElementKind::Input(InputKind::Number),
    ElementKind::Input(InputKind::Search),
    ElementKind::Input(InputKind::Url),
    ElementKind::Input(InputKind::Date),
    ElementKind::Input(InputKind::Color),
    ElementKind::Input(InputKind::Range),
    ElementKind::Input(InputKind::Hidden),
    ElementKind::Input(InputKind::File),
    ElementKind::Input(InputKind::Checkbox),
    ElementKind::Input(InputKind::Radio),
    ElementKind::Input(InputKind::Submit),
    ElementKind::Input(InputKind::Button),
    ElementKind::Input(InputKind::Reset),
    ElementKind::Input(InputKind::Image),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_one_byte() {
        for (at, &tag) in CODES.iter().enumerate() {
            assert_eq!((tag.code(), ElementKind::from_code(at as u8)), (at as u8, Some(tag)));
        }
        assert_eq!(ElementKind::from_code(u8::MAX), None);
    }

    #[test]
    fn every_kind_is_in_the_list() {
        // `<input>` has one byte for each input kind, so it counts as the variants of that enum.
        let source = include_str!("element_kind.rs");
        let variants = |name: &str| {
            let body = source.split(&format!(" enum {name} {{")).nth(1).unwrap();
            let body = body.split("\n}").next().unwrap();
            body.lines().filter(|line| line.trim_start().starts_with(char::is_uppercase)).count()
        };
        assert_eq!(CODES.len(), variants("ElementKind") - 1 + variants("InputKind"));
    }
}
