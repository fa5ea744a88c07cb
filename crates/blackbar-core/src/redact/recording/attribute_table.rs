//! What each attribute of an element holds: a table of names, and the shapes of their values.

use crate::parse::value::Value;
use crate::parse::word::Word;

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// Words that a person reads, or anything that an application wrote.
    Text,
    /// A name that style sheets and scripts select by: judged by rules, never masked whole.
    Hook,
    /// The value of a control.
    Value,
    /// A URL.
    Url,
    /// Image candidates.
    Srcset,
    /// CSS.
    Css,
    /// Pixels.
    Image,
    /// Numbers and commands of a drawing.
    Geometry,
    /// What the recorder measured.
    Layout,
}

/// Names that hold something other than text; any other name holds text.
const NAMES: &[(Word, Holds)] = &[
    (Word::CssText, Holds::Css),
    (Word::Accept, Holds::Hook),
    (Word::Action, Holds::Url),
    (Word::Archive, Holds::Url),
    (Word::AriaControls, Holds::Hook),
    (Word::AriaDescribedby, Holds::Hook),
    (Word::AriaHidden, Holds::Hook),
    (Word::AriaLabelledby, Holds::Hook),
    (Word::AriaOwns, Holds::Hook),
    (Word::Autocomplete, Holds::Hook),
    (Word::Background, Holds::Url),
    (Word::Charset, Holds::Hook),
    (Word::Checked, Holds::Hook),
    (Word::Cite, Holds::Url),
    (Word::Class, Holds::Hook),
    (Word::ClipRule, Holds::Hook),
    (Word::Codebase, Holds::Url),
    (Word::Colspan, Holds::Hook),
    (Word::Contenteditable, Holds::Hook),
    (Word::Crossorigin, Holds::Hook),
    (Word::Cx, Holds::Geometry),
    (Word::Cy, Holds::Geometry),
    (Word::D, Holds::Geometry),
    (Word::Data, Holds::Url),
    (Word::DataRrIsPassword, Holds::Hook),
    (Word::Dir, Holds::Hook),
    (Word::Disabled, Holds::Hook),
    (Word::DominantBaseline, Holds::Hook),
    (Word::Dx, Holds::Geometry),
    (Word::Dy, Holds::Geometry),
    (Word::Fill, Holds::Hook),
    (Word::FillOpacity, Holds::Geometry),
    (Word::FillRule, Holds::Hook),
    (Word::FontSize, Holds::Geometry),
    (Word::For, Holds::Hook),
    (Word::Form, Holds::Hook),
    (Word::Formaction, Holds::Url),
    (Word::Fx, Holds::Geometry),
    (Word::Fy, Holds::Geometry),
    (Word::GradientTransform, Holds::Geometry),
    (Word::GradientUnits, Holds::Hook),
    (Word::Headers, Holds::Hook),
    (Word::Height, Holds::Hook),
    (Word::HlsSrc, Holds::Url),
    (Word::Href, Holds::Url),
    (Word::HttpEquiv, Holds::Hook),
    (Word::Id, Holds::Hook),
    (Word::Imagesrcset, Holds::Srcset),
    (Word::Inputmode, Holds::Hook),
    (Word::Integrity, Holds::Hook),
    (Word::Lang, Holds::Hook),
    (Word::List, Holds::Hook),
    (Word::Longdesc, Holds::Url),
    (Word::Manifest, Holds::Url),
    (Word::MarkerHeight, Holds::Geometry),
    (Word::MarkerWidth, Holds::Geometry),
    (Word::Maxlength, Holds::Hook),
    (Word::Media, Holds::Hook),
    (Word::Method, Holds::Hook),
    (Word::Name, Holds::Hook),
    (Word::Offset, Holds::Geometry),
    (Word::Opacity, Holds::Geometry),
    (Word::Path, Holds::Geometry),
    (Word::PathLength, Holds::Geometry),
    (Word::PatternTransform, Holds::Geometry),
    (Word::PatternUnits, Holds::Hook),
    (Word::Ping, Holds::Url),
    (Word::Points, Holds::Geometry),
    (Word::Poster, Holds::Url),
    (Word::PreserveAspectRatio, Holds::Hook),
    (Word::R, Holds::Geometry),
    (Word::RefX, Holds::Geometry),
    (Word::RefY, Holds::Geometry),
    (Word::Rel, Holds::Hook),
    (Word::Role, Holds::Hook),
    (Word::RrDataURL, Holds::Image),
    (Word::RrSrc, Holds::Url),
    (Word::RrwebOriginalSrc, Holds::Url),
    (Word::Rx, Holds::Geometry),
    (Word::Ry, Holds::Geometry),
    (Word::Selected, Holds::Hook),
    (Word::Src, Holds::Url),
    (Word::Srcset, Holds::Srcset),
    (Word::StartOffset, Holds::Geometry),
    (Word::StopColor, Holds::Hook),
    (Word::StopOpacity, Holds::Geometry),
    (Word::Stroke, Holds::Hook),
    (Word::StrokeDasharray, Holds::Geometry),
    (Word::StrokeDashoffset, Holds::Geometry),
    (Word::StrokeLinecap, Holds::Hook),
    (Word::StrokeLinejoin, Holds::Hook),
    (Word::StrokeMiterlimit, Holds::Geometry),
    (Word::StrokeOpacity, Holds::Geometry),
    (Word::StrokeWidth, Holds::Geometry),
    (Word::Style, Holds::Css),
    (Word::Tabindex, Holds::Hook),
    (Word::Target, Holds::Hook),
    (Word::TextAnchor, Holds::Hook),
    (Word::TextLength, Holds::Geometry),
    (Word::Transform, Holds::Geometry),
    (Word::Type, Holds::Hook),
    (Word::Value, Holds::Value),
    (Word::ViewBox, Holds::Geometry),
    (Word::Width, Holds::Hook),
    (Word::X, Holds::Geometry),
    (Word::X1, Holds::Geometry),
    (Word::X2, Holds::Geometry),
    (Word::XlinkHref, Holds::Url),
    (Word::Xmlns, Holds::Hook),
    (Word::Y, Holds::Geometry),
    (Word::Y1, Holds::Geometry),
    (Word::Y2, Holds::Geometry),
];

/// The same, by the number of the name.
static HOLDS: [Option<Holds>; Word::N] = by_word();

#[expect(clippy::indexing_slicing, reason = "an index out of range does not compile")]
const fn by_word() -> [Option<Holds>; Word::N] {
    let mut holds = [None; Word::N];
    let mut at = 0;
    while at < NAMES.len() {
        let (word, what) = NAMES[at];
        assert!(holds[word as usize].is_none());
        holds[word as usize] = Some(what);
        at += 1;
    }
    holds
}

pub(super) fn holds(name: Value<'_>) -> Holds {
    match HOLDS.get(name.word() as usize) {
        Some(Some(holds)) => *holds,
        _ if name.raw().starts_with("rr_") => Holds::Layout,
        _ => Holds::Text,
    }
}

/// Whether an attribute describes what belongs in a field, not what the field holds.
pub(super) fn is_about_the_element(name: &str) -> bool {
    matches!(name, "placeholder" | "title" | "alt" | "label" | "pattern" | "abbr" | "summary" | "content")
        || name.starts_with("aria-")
}

/// Path data, which begins with a move; transform functions; or a list of four numbers and more.
pub(super) fn is_geometry(raw: &str) -> bool {
    const FUNCTIONS: [&str; 7] = ["matrix", "translate", "rotate", "scale", "skewX", "skewY", "deg"];
    let is_part = |b: u8| b.is_ascii_digit() || b" .,+-eE\\nMmLlHhVvCcSsQqTtAaZz".contains(&b);
    let is_list = |b: u8| b.is_ascii_digit() || b" .,-eE\\n".contains(&b);
    let is_path = raw.trim_start().starts_with(['M', 'm']) && raw.bytes().all(is_part);
    let n_numbers = raw.split([' ', ',']).filter(|n| !n.is_empty()).count();
    let is_transform = || {
        let arguments = FUNCTIONS.iter().fold(raw.to_owned(), |rest, name| rest.replace(name, ""));
        raw.contains('(') && arguments.bytes().all(|b| is_list(b) || matches!(b, b'(' | b')'))
    };
    is_path || n_numbers >= 4 && raw.bytes().all(is_list) || is_transform()
}

/// A number with its unit, as `12`, `1.5em` and `50%`.
pub(super) fn is_length(raw: &str) -> bool {
    let number = raw.trim_end_matches(|c: char| c == '%' || c.is_ascii_alphabetic());
    raw.len() - number.len() <= 4 && number.parse::<f64>().is_ok()
}

/// Lengths, offsets and states that the recorder writes.
pub(super) fn is_layout(raw: &str) -> bool {
    let is_length = |r: &str| {
        let number = r.strip_suffix("px").unwrap_or(r);
        number.len() <= 12 && number.parse::<f64>().is_ok()
    };
    is_length(raw) || matches!(raw, "paused" | "played" | "open" | "modal" | "non-modal")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_and_its_unit() {
        assert!(["10", "-1.5em", "50%", "4111111111111111"].into_iter().all(is_length));
        assert!(!["", "Jane", "px", "12 Jane", "1Jane4", "1 Janes"].into_iter().any(is_length));
    }

    #[test]
    fn geometry_is_not_a_way_past_the_rules() {
        assert!(is_geometry("M4111 1111 L1111 1111 Z"));
        assert!(is_geometry("matrix(1 0 0 1 4111 1111)"));
        for text in
            ["4111111111111111", "jane@x.test", "M12 jane", "matrix(1) jane@x.test", "+44 20 7946 0958"]
        {
            assert!(!is_geometry(text), "{text}");
        }
    }
}
