//! The texts of a recording: a [`TextRedactor`] with the list that its edits go to.

use crate::parse::json::JsonKind;
use crate::parse::known_key::KnownKey;
use crate::parse::value::Value;
use crate::redact::surface::Surface;
use crate::redact::text::context::Output;
use crate::redact::text::context::TextContext;
use crate::redact::text::reason;
use crate::redact::text::reason::Reason;
use crate::redact::text::redactor::TextRedactor;
use crate::redact::text::string_kind::KindByKey;
use crate::redact::text::string_kind::StringKind;
use crate::text::edit::Edit;
use crate::text::span::Span;

/// Where no grammar knows better.
pub(super) const UNKNOWN: TextContext<'_> = TextContext::new(Surface::Unknown);

/// Redacts fields of one document.
pub(crate) struct Fields<'r, 'p> {
    pub(super) text: &'r mut TextRedactor<'p>,
    pub(super) edits: &'r mut Vec<Edit>,
}

impl<'p> Fields<'_, 'p> {
    /// The same redactor with another list, for a document inside this one.
    pub(super) fn with_edits<'b>(&'b mut self, edits: &'b mut Vec<Edit>) -> Fields<'b, 'p> {
        Fields { text: self.text, edits }
    }

    /// The same redactor and list, for as long as this one is not used.
    pub(super) fn reborrow(&mut self) -> Fields<'_, 'p> {
        Fields { text: self.text, edits: self.edits }
    }

    /// The edits in a context.
    pub(super) fn output<'b>(&'b mut self, context: TextContext<'b>) -> Output<'b> {
        Output::new(self.edits, context)
    }

    /// Redacts all of a value.
    pub(super) fn json(&mut self, value: Value<'_>, context: TextContext<'_>) {
        self.text.redact_json(value, &mut Output::new(self.edits, context));
    }

    /// Redacts all of a value, where a grammar knows what is below some keys.
    pub(super) fn json_by(&mut self, value: Value<'_>, context: TextContext<'_>, kind: KindByKey) {
        self.text.redact_json_by(value, kind, &mut Output::new(self.edits, context));
    }

    /// Redacts an entry of an object: its key, and all of its value.
    pub(super) fn entry(&mut self, key: Value<'_>, value: Value<'_>, context: TextContext<'_>) {
        self.entry_by(key, value, context, |_| None);
    }

    /// Redacts an entry of an object whose grammar is known.
    pub(super) fn entry_by(
        &mut self,
        key: Value<'_>,
        value: Value<'_>,
        context: TextContext<'_>,
        kind: KindByKey,
    ) {
        self.text.redact_entry_by(key, value, kind, &mut Output::new(self.edits, context));
    }

    /// Redacts a string.
    pub(super) fn string(&mut self, value: Value<'_>, context: TextContext<'_>, kind: StringKind) {
        self.text.redact_string(value, kind, &mut Output::new(self.edits, context));
    }

    /// Redacts a number.
    pub(super) fn number(&mut self, value: Value<'_>, context: TextContext<'_>) {
        self.text.redact_number(value, None, &mut Output::new(self.edits, context));
    }

    /// Redacts a number that is an id, a time or a size by its place.
    pub(super) fn measure(&mut self, value: Value<'_>) {
        self.measure_in(value, UNKNOWN);
    }

    /// The same inside an element.
    pub(super) fn measure_in(&mut self, value: Value<'_>, context: TextContext<'_>) {
        self.text.redact_measure(value, &mut Output::new(self.edits, context));
    }

    /// Redacts a key.
    pub(super) fn key(&mut self, key: Value<'_>, context: TextContext<'_>) {
        self.text.redact_key(key, &mut Output::new(self.edits, context));
    }

    /// Redacts a value in which only numbers, ids and known words belong: numbers stay, strings are
    /// redacted.
    pub(super) fn structure(&mut self, value: Value<'_>) {
        for node in value.nodes() {
            match node.kind() {
                JsonKind::String => self.string(node, UNKNOWN, StringKind::Text),
                JsonKind::Number => self.measure(node),
                JsonKind::Key if !is_of_structure(node.known_key()) => self.key(node, UNKNOWN),
                _ => {}
            }
        }
    }

    /// Replaces a value, with its quotes if it is a string.
    pub(super) fn replace(&mut self, value: Value<'_>, with: impl Into<Vec<u8>>, reason: (Reason, Surface)) {
        let tag = reason::tag(reason.0, reason.1);
        self.edits.push(Edit { span: quoted_span(value), with: with.into(), tag });
    }
}

/// The span of a value. That of a string lies between its quotes: they are part of this one.
pub(super) fn quoted_span(value: Value<'_>) -> Span {
    let span = value.span();
    if value.kind() == JsonKind::String {
        return Span::new(span.start.saturating_sub(1), span.end + 1);
    }
    span
}

/// Whether a key belongs to a value of numbers, ids and known words.
fn is_of_structure(key: KnownKey) -> bool {
    matches!(
        key,
        KnownKey::CurrentTime
            | KnownKey::Define
            | KnownKey::End
            | KnownKey::EndOffset
            | KnownKey::Height
            | KnownKey::Id
            | KnownKey::Left
            | KnownKey::Loop
            | KnownKey::Muted
            | KnownKey::Name
            | KnownKey::NodeId
            | KnownKey::ParentId
            | KnownKey::PlaybackRate
            | KnownKey::PointerType
            | KnownKey::Positions
            | KnownKey::Ranges
            | KnownKey::Source
            | KnownKey::Start
            | KnownKey::StartOffset
            | KnownKey::StreamId
            | KnownKey::TimeOffset
            | KnownKey::Top
            | KnownKey::Type
            | KnownKey::Volume
            | KnownKey::Width
            | KnownKey::X
            | KnownKey::Y
            | KnownKey::IsShadow
            | KnownKey::Payload
            | KnownKey::Plugin
    )
}
