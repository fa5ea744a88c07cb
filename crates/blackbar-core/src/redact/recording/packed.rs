//! Packed fields: gzip bytes written as the characters of a JSON string (`cv: "2024-10"`).
//!
//! Opened, redacted, and packed again only if something in them changed. A field that does not open
//! is removed; a field costs what it inflates to, out of a budget for the whole body. Knows nothing
//! of what a field holds.

use std::collections::HashMap;

use crate::decode::codec::EditedText;
use crate::decode::codec::Level;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::Value;
use crate::redact::recording::fields::Fields;
use crate::redact::text::reason;
use crate::redact::text::redactor::TextRedactor;
use crate::redact::text::workspace::MAX_RETAINED_BYTES;
use crate::redact::text::workspace::retain_some;
use crate::text::edit::Edit;
use crate::text::json_str;

/// Whether a field could be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// It was redacted.
    Yes,
    /// It is not what it claims to be; nothing was redacted.
    No,
}

/// The content of a packed field.
#[derive(Default)]
pub(crate) struct Unpacked {
    /// UTF-8.
    bytes: Vec<u8>,
    tape: Tape,
    /// The same, packed.
    zipped: Vec<u8>,
}

impl Unpacked {
    /// The outermost value. Costs a validation.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        Doc::new(self.text(), &self.tape).root()
    }

    fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.tape.heap_bytes() + self.zipped.capacity()
    }

    fn text(&self) -> &str {
        simdutf8::basic::from_utf8(&self.bytes).unwrap_or("")
    }
}

/// Buffers of packed fields that outlive a body.
#[derive(Default)]
pub(crate) struct PackedBuffers {
    unpacked: Vec<Unpacked>,
    zipped: Vec<u8>,
    /// A packed empty array, as documents write it; empty until one was seen.
    empty_array: String,
}

impl PackedBuffers {
    /// Releases what one large body has left.
    pub(crate) fn trim(&mut self) {
        retain_some(&mut self.unpacked, Unpacked::heap_bytes);
        if self.zipped.capacity() > MAX_RETAINED_BYTES {
            self.zipped = Vec::new();
        }
    }
}

/// The packed fields of one body.
pub(crate) struct PackedFields<'p> {
    buffers: &'p mut PackedBuffers,
    /// Fields of the current events that were opened before their turn.
    opened: HashMap<usize, Unpacked>,
}

impl<'p> PackedFields<'p> {
    pub(crate) fn new(buffers: &'p mut PackedBuffers) -> Self {
        Self { buffers, opened: HashMap::new() }
    }

    /// Opens a packed string of a document. `None` if it is not what it claims to be.
    pub(crate) fn open(&mut self, value: Value<'_>, text: &mut TextRedactor<'_>) -> Option<Unpacked> {
        if let Some(inner) = self.opened.remove(&address(value)) {
            return Some(inner);
        }
        let mut inner = self.buffers.unpacked.pop().unwrap_or_default();
        inner.zipped.clear();
        let opened = json_str::latin1_into(value.raw(), &mut inner.zipped)
            .and_then(|()| inflate_and_parse(&mut inner, text));
        if opened.is_none() {
            self.give_back(inner);
            return None;
        }
        Some(inner)
    }

    /// Keeps an opened field for the next [`PackedFields::open`] of the same string.
    pub(crate) fn keep(&mut self, value: Value<'_>, inner: Unpacked) {
        self.opened.insert(address(value), inner);
    }

    /// Forgets the fields that were kept.
    pub(crate) fn forget_kept(&mut self) {
        self.opened.clear();
    }

    /// Whether a packed string holds an empty array. Most do: each is compared with the last one
    /// that was opened and did.
    pub(crate) fn is_empty_array(&mut self, value: Value<'_>, text: &mut TextRedactor<'_>) -> bool {
        const MAX_EMPTY_BYTES: usize = 160;
        let raw = value.raw();
        if raw.len() > MAX_EMPTY_BYTES {
            return false;
        }
        if raw == self.buffers.empty_array {
            return true;
        }
        let Some(inner) = self.open(value, text) else { return false };
        if inner.bytes != b"[]" {
            self.keep(value, inner);
            return false;
        }
        raw.clone_into(&mut self.buffers.empty_array);
        self.give_back(inner);
        true
    }

    /// Packs an opened field again, if there are edits to it.
    pub(crate) fn close(
        &mut self,
        value: Value<'_>,
        inner: Unpacked,
        mut edits: Vec<Edit>,
        fields: &mut Fields<'_, '_>,
    ) {
        if !edits.is_empty() {
            let redacted = fields.text.apply_edits(inner.text(), &mut edits);
            let change = EditedText { old: &inner.bytes, edits: &edits, new: &redacted };
            let zipped = &mut self.buffers.zipped;
            fields.text.workspace.codecs.regzip_edited(&inner.zipped, &change, Level::Field, zipped);
            let mut with = Vec::new();
            json_str::escape_latin1_into(zipped, &mut with);
            fields.edits.push(Edit { span: value.span(), with, tag: reason::COUNTED });
        }
        self.give_back(inner);
    }

    /// Returns the buffers of a field, to be used again.
    fn give_back(&mut self, inner: Unpacked) {
        self.buffers.unpacked.push(inner);
    }
}

fn inflate_and_parse(field: &mut Unpacked, text: &mut TextRedactor<'_>) -> Option<()> {
    let limits = &text.policy.limits;
    text.inflation.inflate(&mut text.workspace.codecs, limits, &field.zipped, &mut field.bytes)?;
    let content = simdutf8::basic::from_utf8(&field.bytes).ok()?;
    field.tape.read(content, limits.depth, Truncated::Reject).ok()
}

/// Identifies a string of a document as long as that document is walked.
fn address(value: Value<'_>) -> usize {
    value.raw().as_ptr() as usize
}
