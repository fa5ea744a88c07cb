//! Attributes of elements: a table of what each name holds.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::redact::element::Element;
use crate::redact::element::Hold;
use crate::redact::json::Treat;
use crate::redact::json::carry;
use crate::redact::mask;
use crate::redact::memo::Name;
use crate::redact::memo::Reading;
use crate::redact::memo::Setting;
use crate::redact::memo::Verdict;
use crate::redact::policy::Posture;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::surface::Surface;
use crate::redact::tag;
use crate::redact::tag::Fixed;
use crate::redact::tag::Why;
use crate::redact::typing;
use crate::session::element_kind::ElementKind;
use crate::session::element_kind::InputKind;
use crate::text::edit::Edit;

/// What an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    /// Words that a person reads, or anything an application put there.
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

/// Names that hold something else than text; a name that is not here holds text.
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

#[expect(clippy::indexing_slicing, reason = "what is out of range does not compile")]
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

fn holds(name: Value<'_>) -> Holds {
    match HOLDS.get(name.known_key() as usize) {
        Some(Some(holds)) => *holds,
        _ if name.raw().starts_with("rr_") => Holds::Layout,
        _ => Holds::Text,
    }
}

impl Redactor<'_> {
    /// Judges the attributes of an element.
    pub(crate) fn attributes(
        &mut self,
        attributes: Value<'_>,
        id: Option<u32>,
        element: &Element,
        out: &mut Vec<Edit>,
    ) {
        let place = Place::new(Surface::Attribute).words(&element.words);
        if attributes.kind() != JsonKind::Object {
            self.json(attributes, place, out);
            return;
        }
        if attributes.entries().next().is_none() {
            return;
        }
        // Elements repeat: the same attributes in the same place have the same in them, unless one
        // is a value, whose judgement depends on what was typed before.
        let reading = match element.hold {
            Hold::Posture => Some(Reading::Attributes),
            Hold::Allowed => Some(Reading::AllowedAttributes),
            Hold::Masked(_) | Hold::Blocked | Hold::BlockedHere => None,
        };
        let reading = reading.filter(|_| self.tools.notes.is_none());
        let name = reading.map(|reading| self.attributes_name(attributes, reading, place));
        if name.is_some_and(|name| matches!(self.tools.memo.verdict(name), Some(Verdict::Clean))) {
            return;
        }
        let from = (out.len(), self.field.n_silenced);
        let has_value = self.of_node(id, |this| this.attributes_anew(attributes, id, element, place, out));
        let is_clean = (out.len(), self.field.n_silenced) == from;
        if let Some(name) = name.filter(|_| !has_value && is_clean) {
            self.tools.memo.remember(name, &[]);
        }
    }

    fn attributes_name(&self, attributes: Value<'_>, reading: Reading, place: Place<'_>) -> Name {
        let setting = Setting { reading, place, level: self.level, in_url: self.in_url };
        self.tools.memo.name(attributes.raw(), setting)
    }

    /// Judges the attributes of an element one by one. Says whether one is the value of a control.
    fn attributes_anew(
        &mut self,
        attributes: Value<'_>,
        id: Option<u32>,
        element: &Element,
        place: Place<'_>,
        out: &mut Vec<Edit>,
    ) -> bool {
        let mut has_value = false;
        for (key, value) in attributes.entries() {
            let name = key.text();
            let holds = holds(key);
            has_value |= holds == Holds::Value;
            if holds == Holds::Text {
                self.key(key, place, out);
            }
            match value.kind() {
                JsonKind::String if holds == Holds::Value => self.value(value, id, element, out),
                JsonKind::String => self.attribute(key, &name, holds, value, element, out),
                JsonKind::Number if holds == Holds::Layout => self.measure(value, out),
                JsonKind::Number if holds == Holds::Value => self.number_value(value, element, out),
                JsonKind::Number => self.number(value, place.words(&name), None, out),
                JsonKind::Object | JsonKind::Array if holds == Holds::Css => self.style_object(value, out),
                JsonKind::Object | JsonKind::Array => self.json(value, place, out),
                JsonKind::Bool | JsonKind::Null | JsonKind::Key => {}
            }
        }
        has_value
    }

    fn attribute(
        &mut self,
        key: Value<'_>,
        name: &str,
        holds: Holds,
        value: Value<'_>,
        element: &Element,
        out: &mut Vec<Edit>,
    ) {
        let place = Place::new(Surface::Attribute).words(name);
        match holds {
            Holds::Text => {
                let posture = element.posture(self.policy.postures.attributes);
                let rule = self.tools.keys.rule(key.known_key(), name, self.policy.rules());
                let treat = match (element.masked(), rule) {
                    (Some(why), _) => Treat::Whole(why),
                    (None, Some(idx)) if !is_about_the_element(name) => Treat::Whole(Why::Rule(idx)),
                    _ => Treat::See,
                };
                self.string(value, place.posture(posture), treat, out);
            }
            Holds::Hook | Holds::Value => self.string(value, place, Treat::See, out),
            Holds::Url => self.string(value, place, Treat::Url, out),
            Holds::Srcset => self.string(value, place, Treat::Srcset, out),
            Holds::Css => self.string(value, place, Treat::Css, out),
            Holds::Image => self.string(value, place, Treat::Image, out),
            Holds::Geometry if is_geometry(value.raw()) => {}
            Holds::Layout if is_layout(value.raw()) => {}
            Holds::Geometry if is_length(value.raw()) => self.string(value, place, Treat::See, out),
            Holds::Geometry | Holds::Layout => {
                let posture = element.posture(self.policy.postures.attributes);
                self.string(value, place.posture(posture), Treat::See, out);
            }
        }
    }

    /// Judges the value of a control.
    pub(crate) fn value(
        &mut self,
        value: Value<'_>,
        id: Option<u32>,
        element: &Element,
        out: &mut Vec<Edit>,
    ) {
        let place = Place::new(Surface::Input).words(&element.words);
        let postures = &self.policy.postures;
        let posture = if element.is_control() { postures.inputs } else { postures.attributes };
        let place = place.posture(element.posture(posture));
        let treat = match (element.masked(), element.field) {
            (Some(why), _) => Treat::Whole(why),
            _ if element.is_password => Treat::Whole(Why::Fixed(Fixed::Password)),
            _ if element.tag == Some(ElementKind::Input(InputKind::File)) => {
                Treat::Whole(Why::Fixed(Fixed::FileName))
            }
            (None, Some(idx)) if element.is_control() => Treat::Whole(Why::Rule(idx)),
            _ => Treat::See,
        };
        let text = value.text();
        let is_drift = element.is_masked_at_the_source() && !mask::is_masked(&text);
        self.report.n_unmasked_inputs += u64::from(is_drift);
        let mut edits = Vec::new();
        if matches!(treat, Treat::See) && place.posture == Posture::Rules && element.is_control() {
            self.grown(id, &text, place.surface, &mut edits);
            self.value_text(value, id, &text, place, treat, &mut edits);
            self.remember(id, &text, &edits);
            typing::mask_beginnings(&text, place, &mut edits);
        } else {
            self.value_text(value, id, &text, place, treat, &mut edits);
        }
        carry(value, &text, place.mask, edits, out);
    }

    fn value_text(
        &mut self,
        value: Value<'_>,
        id: Option<u32>,
        text: &str,
        place: Place<'_>,
        treat: Treat,
        out: &mut Vec<Edit>,
    ) {
        self.of_node(id, |this| this.at(value, out, |this, out| this.text(text, place, treat, out)));
    }

    fn number_value(&mut self, value: Value<'_>, element: &Element, out: &mut Vec<Edit>) {
        let why = match (element.masked(), element.field) {
            (Some(why), _) => Some(why),
            (None, Some(idx)) if element.is_control() => Some(Why::Rule(idx)),
            _ if element.is_control() && element.posture(self.policy.postures.inputs) != Posture::Rules => {
                Some(Why::Fixed(Fixed::Posture))
            }
            _ => None,
        };
        match why {
            Some(_) if value.raw() == "0" => {}
            Some(why) => {
                out.push(Edit {
                    span: value.span(),
                    with: b"0".to_vec(),
                    tag: tag::tag(why, Surface::Input),
                });
            }
            None => self.number(value, Place::new(Surface::Input).words(&element.words), None, out),
        }
    }

    /// A style object of a mutation: property → value, `[value, priority]` or false.
    fn style_object(&mut self, style: Value<'_>, out: &mut Vec<Edit>) {
        let place = Place::new(Surface::Css);
        for node in style.nodes() {
            match node.kind() {
                JsonKind::String => self.string(node, place, Treat::Css, out),
                JsonKind::Key => self.key(node, place, out),
                _ => {}
            }
        }
    }
}

/// Names of attributes that describe what belongs into a field, not what stands in it.
fn is_about_the_element(name: &str) -> bool {
    matches!(name, "placeholder" | "title" | "alt" | "label" | "pattern" | "abbr" | "summary" | "content")
        || name.starts_with("aria-")
}

/// Path data, which begins with a move; transform functions; or a list of four numbers and more.
fn is_geometry(raw: &str) -> bool {
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
fn is_length(raw: &str) -> bool {
    let number = raw.trim_end_matches(|c: char| c == '%' || c.is_ascii_alphabetic());
    raw.len() - number.len() <= 4 && number.parse::<f64>().is_ok()
}

/// Lengths, offsets and states that the recorder writes.
fn is_layout(raw: &str) -> bool {
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
