//! What each attribute of an element holds: a table of names, and the shapes of their values.

use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;

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
const NAMES: &[(KnownKey, Holds)] = &[
    (KnownKey::CssText, Holds::Css),
    (KnownKey::Accept, Holds::Hook),
    (KnownKey::Action, Holds::Url),
    (KnownKey::Archive, Holds::Url),
    (KnownKey::AriaControls, Holds::Hook),
    (KnownKey::AriaDescribedby, Holds::Hook),
    (KnownKey::AriaHidden, Holds::Hook),
    (KnownKey::AriaLabelledby, Holds::Hook),
    (KnownKey::AriaOwns, Holds::Hook),
    (KnownKey::Autocomplete, Holds::Hook),
    (KnownKey::Background, Holds::Url),
    (KnownKey::Charset, Holds::Hook),
    (KnownKey::Checked, Holds::Hook),
    (KnownKey::Cite, Holds::Url),
    (KnownKey::Class, Holds::Hook),
    (KnownKey::ClipRule, Holds::Hook),
    (KnownKey::Codebase, Holds::Url),
    (KnownKey::Colspan, Holds::Hook),
    (KnownKey::Contenteditable, Holds::Hook),
    (KnownKey::Crossorigin, Holds::Hook),
    (KnownKey::Cx, Holds::Geometry),
    (KnownKey::Cy, Holds::Geometry),
    (KnownKey::D, Holds::Geometry),
    (KnownKey::Data, Holds::Url),
    (KnownKey::DataRrIsPassword, Holds::Hook),
    (KnownKey::Dir, Holds::Hook),
    (KnownKey::Disabled, Holds::Hook),
    (KnownKey::DominantBaseline, Holds::Hook),
    (KnownKey::Dx, Holds::Geometry),
    (KnownKey::Dy, Holds::Geometry),
    (KnownKey::Fill, Holds::Hook),
    (KnownKey::FillOpacity, Holds::Geometry),
    (KnownKey::FillRule, Holds::Hook),
    (KnownKey::FontSize, Holds::Geometry),
    (KnownKey::For, Holds::Hook),
    (KnownKey::Form, Holds::Hook),
    (KnownKey::Formaction, Holds::Url),
    (KnownKey::Fx, Holds::Geometry),
    (KnownKey::Fy, Holds::Geometry),
    (KnownKey::GradientTransform, Holds::Geometry),
    (KnownKey::GradientUnits, Holds::Hook),
    (KnownKey::Headers, Holds::Hook),
    (KnownKey::Height, Holds::Hook),
    (KnownKey::HlsSrc, Holds::Url),
    (KnownKey::Href, Holds::Url),
    (KnownKey::HttpEquiv, Holds::Hook),
    (KnownKey::Id, Holds::Hook),
    (KnownKey::Imagesrcset, Holds::Srcset),
    (KnownKey::Inputmode, Holds::Hook),
    (KnownKey::Integrity, Holds::Hook),
    (KnownKey::Lang, Holds::Hook),
    (KnownKey::List, Holds::Hook),
    (KnownKey::Longdesc, Holds::Url),
    (KnownKey::Manifest, Holds::Url),
    (KnownKey::MarkerHeight, Holds::Geometry),
    (KnownKey::MarkerWidth, Holds::Geometry),
    (KnownKey::Maxlength, Holds::Hook),
    (KnownKey::Media, Holds::Hook),
    (KnownKey::Method, Holds::Hook),
    (KnownKey::Name, Holds::Hook),
    (KnownKey::Offset, Holds::Geometry),
    (KnownKey::Opacity, Holds::Geometry),
    (KnownKey::Path, Holds::Geometry),
    (KnownKey::PathLength, Holds::Geometry),
    (KnownKey::PatternTransform, Holds::Geometry),
    (KnownKey::PatternUnits, Holds::Hook),
    (KnownKey::Ping, Holds::Url),
    (KnownKey::Points, Holds::Geometry),
    (KnownKey::Poster, Holds::Url),
    (KnownKey::PreserveAspectRatio, Holds::Hook),
    (KnownKey::R, Holds::Geometry),
    (KnownKey::RefX, Holds::Geometry),
    (KnownKey::RefY, Holds::Geometry),
    (KnownKey::Rel, Holds::Hook),
    (KnownKey::Role, Holds::Hook),
    (KnownKey::RrDataURL, Holds::Image),
    (KnownKey::RrSrc, Holds::Url),
    (KnownKey::RrwebOriginalSrc, Holds::Url),
    (KnownKey::Rx, Holds::Geometry),
    (KnownKey::Ry, Holds::Geometry),
    (KnownKey::Selected, Holds::Hook),
    (KnownKey::Src, Holds::Url),
    (KnownKey::Srcset, Holds::Srcset),
    (KnownKey::StartOffset, Holds::Geometry),
    (KnownKey::StopColor, Holds::Hook),
    (KnownKey::StopOpacity, Holds::Geometry),
    (KnownKey::Stroke, Holds::Hook),
    (KnownKey::StrokeDasharray, Holds::Geometry),
    (KnownKey::StrokeDashoffset, Holds::Geometry),
    (KnownKey::StrokeLinecap, Holds::Hook),
    (KnownKey::StrokeLinejoin, Holds::Hook),
    (KnownKey::StrokeMiterlimit, Holds::Geometry),
    (KnownKey::StrokeOpacity, Holds::Geometry),
    (KnownKey::StrokeWidth, Holds::Geometry),
    (KnownKey::Style, Holds::Css),
    (KnownKey::Tabindex, Holds::Hook),
    (KnownKey::Target, Holds::Hook),
    (KnownKey::TextAnchor, Holds::Hook),
    (KnownKey::TextLength, Holds::Geometry),
    (KnownKey::Transform, Holds::Geometry),
    (KnownKey::Type, Holds::Hook),
    (KnownKey::Value, Holds::Value),
    (KnownKey::ViewBox, Holds::Geometry),
    (KnownKey::Width, Holds::Hook),
    (KnownKey::X, Holds::Geometry),
    (KnownKey::X1, Holds::Geometry),
    (KnownKey::X2, Holds::Geometry),
    (KnownKey::XlinkHref, Holds::Url),
    (KnownKey::Xmlns, Holds::Hook),
    (KnownKey::Y, Holds::Geometry),
    (KnownKey::Y1, Holds::Geometry),
    (KnownKey::Y2, Holds::Geometry),
];

/// The same, by the number of the name.
static HOLDS: [Option<Holds>; KnownKey::N] = by_word();

#[expect(clippy::indexing_slicing, reason = "an index out of range does not compile")]
const fn by_word() -> [Option<Holds>; KnownKey::N] {
    let mut holds = [None; KnownKey::N];
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
    match HOLDS.get(name.known_key() as usize) {
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

/// Lengths, offsets and states that the recorder writes.
pub(super) fn is_layout(raw: &str) -> bool {
    let is_length = |r: &str| {
        let number = r.strip_suffix("px").unwrap_or(r);
        number.len() <= 12 && number.parse::<f64>().is_ok()
    };
    is_length(raw) || matches!(raw, "paused" | "played" | "open" | "modal" | "non-modal")
}
