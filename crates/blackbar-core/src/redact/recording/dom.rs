//! Serialized DOM nodes, as full snapshots and mutations hold them.

use crate::parse::json::Kind;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::parse::word::Word;
use crate::redact::policy::Posture;
use crate::redact::recording::element::Element;
use crate::redact::recording::element::Hold;
use crate::redact::recording::typing;
use crate::redact::surface::Surface;
use crate::redact::text::json::Treat;
use crate::redact::text::json::carry;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::replace_all;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::session::table::IdMap;
use crate::session::tag::Tag;
use crate::session::tag::is_common;
use crate::text::edit::Edit;
use crate::text::json_str;
use crate::text::span::Span;

/// What rrweb writes for the text of a script.
const SCRIPT_PLACEHOLDER: &str = "SCRIPT_PLACEHOLDER";

/// Findings that cross text nodes: for each node, edits of its text.
pub(crate) type Crossing = IdMap<Vec<Edit>>;

const UNKNOWN: Place<'_> = Place::new(Surface::Unknown);

impl Redactor<'_> {
    /// Judges a node and all below it; the window knows them already.
    ///
    /// # Errors
    /// [`DuplicateKey`] where a node says twice what it is.
    pub(crate) fn dom(
        &mut self,
        root: Value<'_>,
        crossing: &mut Crossing,
        out: &mut Vec<Edit>,
    ) -> Result<(), DuplicateKey> {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if node.kind() != Kind::Object {
                self.json(node, UNKNOWN, out);
                continue;
            }
            let id = node.under(Word::Id)?.and_then(Value::as_u32);
            let element = self.element(id);
            if matches!(element.hold, Hold::BlockedHere | Hold::Blocked) && self.block(node, &element, out)? {
                continue;
            }
            for (key, value) in node.entries() {
                match key.word() {
                    Word::ChildNodes if value.kind() == Kind::Array => stack.extend(value.items()),
                    Word::Attributes => self.attributes(value, id, &element, out),
                    Word::TextContent if value.kind() == Kind::String => {
                        let crossing = id.and_then(|id| crossing.remove(&id)).unwrap_or_default();
                        self.node_text(value, id, &element, crossing, out);
                    }
                    Word::TagName if value.kind() == Kind::String => self.tag_name(value, out),
                    Word::Id | Word::RootId | Word::Type if value.kind() == Kind::Number => {
                        self.measure(value, out);
                    }
                    Word::Type
                    | Word::Id
                    | Word::RootId
                    | Word::IsShadow
                    | Word::IsShadowHost
                    | Word::IsSvg
                    | Word::IsCustom
                    | Word::IsStyle
                    | Word::NeedBlock
                    | Word::CompatMode
                    | Word::PublicId
                    | Word::SystemId
                    | Word::Name
                    | Word::TagName
                    | Word::TextContent
                    | Word::ChildNodes => {
                        self.json(value, UNKNOWN, out);
                    }
                    _ => self.entry(key, value, UNKNOWN, out),
                }
            }
        }
        Ok(())
    }

    /// Judges the text of a node by the element it stands in.
    pub(crate) fn node_text(
        &mut self,
        value: Value<'_>,
        id: Option<u32>,
        element: &Element,
        crossing: Vec<Edit>,
        out: &mut Vec<Edit>,
    ) {
        let postures = &self.policy.postures;
        let place = match element.tag {
            Some(Tag::Style) => Place::new(Surface::Css),
            Some(Tag::Textarea) => Place::new(Surface::Input).posture(element.posture(postures.inputs)),
            _ if element.is_editable => Place::new(Surface::Input).posture(element.posture(postures.text)),
            _ => Place::new(Surface::Text).posture(element.posture(postures.text)),
        };
        let place = place.words(&element.words);
        let treat = match (element.tag, element.masked(), element.field) {
            (Some(Tag::Style), _, _) => Treat::Css,
            (Some(Tag::Script), _, _) if value.is_text(SCRIPT_PLACEHOLDER) => return,
            (Some(Tag::Script), _, _) => Treat::Script,
            (_, Some(why), _) => Treat::Whole(why),
            _ if element.is_password => Treat::Whole(Why::Fixed(Fixed::Password)),
            (_, None, Some(idx)) => Treat::Whole(Why::Rule(idx)),
            _ => Treat::See,
        };
        let text = value.text();
        let mut edits = crossing;
        let is_seen = matches!(treat, Treat::See);
        if is_seen {
            self.grown(id, &text, place.surface, &mut edits);
        }
        self.of_node(id, |this| {
            this.at(value, &mut edits, |this, edits| this.text(&text, place, treat, edits));
        });
        let is_typed = element.is_editable || element.tag == Some(Tag::Textarea);
        if is_seen && is_typed && place.posture == Posture::Rules {
            typing::mask_beginnings(&text, place, &mut edits);
        }
        carry(value, &text, place.mask, edits, out);
    }

    /// Empties a blocked node. A blocked element keeps its class and its size, as rrweb has it.
    /// Says whether all of the node was dealt with.
    fn block(
        &mut self,
        node: Value<'_>,
        element: &Element,
        out: &mut Vec<Edit>,
    ) -> Result<bool, DuplicateKey> {
        let why = tag::tag(Why::Fixed(Fixed::SelectorBlock), Surface::Text);
        let is_root = element.hold == Hold::BlockedHere;
        for (key, value) in node.entries() {
            let mut replace = |with: &[u8]| {
                let mut span = value.span();
                if value.kind() == Kind::String {
                    span = Span::new(span.start - 1, span.end + 1);
                }
                out.push(Edit { span, with: with.to_vec(), tag: why });
            };
            match key.word() {
                Word::ChildNodes if value.raw() == "[]" => {}
                Word::ChildNodes => replace(b"[]"),
                Word::TextContent if value.raw().is_empty() => {}
                Word::TextContent => replace(b"\"\""),
                Word::Attributes if value.raw() == "{}" => {}
                Word::Attributes if is_root => self.placeholder(value, out)?,
                Word::Attributes => replace(b"{}"),
                Word::TagName if value.kind() == Kind::String => self.tag_name(value, out),
                Word::Id | Word::RootId | Word::Type if value.kind() == Kind::Number => {
                    self.measure(value, out);
                }
                _ => self.entry(key, value, UNKNOWN, out),
            }
        }
        if is_root && node.under(Word::NeedBlock)?.is_none() && node.under(Word::TagName)?.is_some() {
            let at = node.span().start + 1;
            out.push(Edit {
                span: Span::new(at, at),
                with: br#""needBlock":true,"#.to_vec(),
                tag: tag::COUNTED,
            });
        }
        Ok(true)
    }

    /// The attributes of a blocked element: class and size.
    fn placeholder(&mut self, attributes: Value<'_>, out: &mut Vec<Edit>) -> Result<(), DuplicateKey> {
        let mut kept = Vec::new();
        for name in [
            "class",
            "rr_width",
            "rr_height",
            "rr_left",
            "rr_top",
            "rr_position",
            "rr_display",
            "rr_transform",
        ] {
            if let Some(value) = attributes.get(name)?.filter(|v| v.kind() == Kind::String) {
                kept.push(self.placeholder_entry(name, value));
            }
        }
        for (name, from) in [("rr_width", "width"), ("rr_height", "height")] {
            let size = attributes.get(from)?.and_then(|v| v.raw().trim_end_matches("px").parse::<u32>().ok());
            if let (None, Some(size)) = (attributes.get(name)?, size) {
                kept.push(format!(r#""{name}":"{size}px""#).into_bytes());
            }
        }
        let mut with = vec![b'{'];
        with.extend(kept.join(&b','));
        with.push(b'}');
        if with != attributes.raw().as_bytes() {
            out.push(Edit {
                span: attributes.span(),
                with,
                tag: tag::tag(Why::Fixed(Fixed::SelectorBlock), Surface::Attribute),
            });
        }
        Ok(())
    }

    fn placeholder_entry(&mut self, name: &str, value: Value<'_>) -> Vec<u8> {
        let text = value.text();
        let mut edits = Vec::new();
        self.see(&text, Place::new(Surface::Attribute), &mut edits);
        let judged = self.applied(&text, &mut edits);
        let mut entry = format!(r#""{name}":""#).into_bytes();
        json_str::escape_into(&judged, &mut entry);
        entry.push(b'"');
        entry
    }

    /// A name that rules find something in becomes one that every player can build.
    fn tag_name(&mut self, value: Value<'_>, out: &mut Vec<Edit>) {
        if is_common(value.raw()) {
            return;
        }
        let from = out.len();
        self.string(value, UNKNOWN, Treat::See, out);
        if let Some(first) = out.get(from) {
            let tag = first.tag;
            out.truncate(from);
            out.push(Edit { span: value.span(), with: b"div".to_vec(), tag });
        }
    }
}

/// Replaces the text of a script, which no player runs.
pub(crate) fn script(text: &str, out: &mut Vec<Edit>) {
    if !text.trim().is_empty() {
        replace_all(text, SCRIPT_PLACEHOLDER, Why::Fixed(Fixed::Script), Surface::Text, out);
    }
}
