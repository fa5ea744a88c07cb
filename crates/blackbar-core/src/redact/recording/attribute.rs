//! Attributes of elements: a table of what each name holds.

use crate::parse::json::Kind;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::redact::policy::Posture;
use crate::redact::recording::element::Element;
use crate::redact::recording::element::Hold;
use crate::redact::recording::typing;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::json::carry;
use crate::redact::text::mask;
use crate::redact::text::memo::Name;
use crate::redact::text::memo::Reading;
use crate::redact::text::memo::Setting;
use crate::redact::text::memo::Verdict;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::session::tag::InputKind;
use crate::session::tag::Tag;
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

#[expect(clippy::indexing_slicing, reason = "what is out of range does not compile")]
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

fn holds(name: Value<'_>) -> Holds {
    match HOLDS.get(name.word() as usize) {
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
        if attributes.kind() != Kind::Object {
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
                Kind::String if holds == Holds::Value => self.value(value, id, element, out),
                Kind::String => self.attribute(key, &name, holds, value, element, out),
                Kind::Number if holds == Holds::Layout => self.measure(value, out),
                Kind::Number if holds == Holds::Value => self.number_value(value, element, out),
                Kind::Number => self.number(value, place.words(&name), None, out),
                Kind::Object | Kind::Array if holds == Holds::Css => self.style_object(value, out),
                Kind::Object | Kind::Array => self.json(value, place, out),
                Kind::Bool | Kind::Null | Kind::Key => {}
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
                let rule = self.tools.keys.rule(key.word(), name, self.policy.rules());
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
            _ if element.tag == Some(Tag::Input(InputKind::File)) => {
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
                Kind::String => self.string(node, place, Treat::Css, out),
                Kind::Key => self.key(node, place, out),
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
