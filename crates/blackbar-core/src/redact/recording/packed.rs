//! Packed fields: gzip bytes written as the characters of a JSON string (`cv: "2024-10"`).
//!
//! Opened, judged, and closed again only if something in them changed. What does not open is
//! removed; a field costs what it inflates to, out of a budget for the whole body.

use crate::decode::codec::Bound;
use crate::decode::codec::Change;
use crate::decode::codec::CodecError;
use crate::decode::codec::Level;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::Tools;
use crate::redact::text::redactor::replace_all;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;
use crate::text::json_str;

/// How opening a field went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opened {
    /// It was judged.
    Yes,
    /// It is not what it claims to be; nothing was judged.
    No,
}

/// What a packed field holds.
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

    /// Memory held.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.bytes.capacity() + self.tape.heap_bytes() + self.zipped.capacity()
    }

    fn text(&self) -> &str {
        simdutf8::basic::from_utf8(&self.bytes).unwrap_or("")
    }
}

impl Redactor<'_> {
    /// Opens a packed string of a document and lets `judge` loose on what is in it.
    ///
    /// # Errors
    /// What `judge` says.
    pub(crate) fn packed(
        &mut self,
        value: Value<'_>,
        out: &mut Vec<Edit>,
        judge: impl FnOnce(&mut Self, Value<'_>, &mut Vec<Edit>) -> Result<(), DuplicateKey>,
    ) -> Result<Opened, DuplicateKey> {
        let Some(inner) = self.unpack(value) else { return Ok(Opened::No) };
        let mut edits = Vec::new();
        if let Some(root) = inner.root() {
            self.inside(value, |this| judge(this, root, &mut edits))?;
        }
        self.repack(value, inner, edits, out);
        Ok(Opened::Yes)
    }

    /// Opens a packed string of a document. `None` if it is not what it claims to be.
    pub(crate) fn unpack(&mut self, value: Value<'_>) -> Option<Unpacked> {
        if let Some(inner) = self.unpacked.remove(&address(value)) {
            return Some(inner);
        }
        let mut inner = self.tools.unpacked.pop().unwrap_or_default();
        inner.zipped.clear();
        let opened =
            json_str::latin1_into(value.raw(), &mut inner.zipped).and_then(|()| self.open(&mut inner));
        if opened.is_none() {
            self.give_back(inner);
            return None;
        }
        Some(inner)
    }

    /// Keeps what was opened for the next [`Redactor::unpack`] of the same string.
    pub(crate) fn keep_unpacked(&mut self, value: Value<'_>, inner: Unpacked) {
        self.unpacked.insert(address(value), inner);
    }

    /// Whether a packed string holds an empty array. Most do: each is compared with the last one
    /// that was opened and found to.
    pub(crate) fn is_packed_empty(&mut self, value: Value<'_>) -> bool {
        const LONGEST: usize = 160;
        let raw = value.raw();
        if raw.len() > LONGEST {
            return false;
        }
        if raw == self.tools.packed_empty {
            return true;
        }
        let Some(inner) = self.unpack(value) else { return false };
        if inner.bytes != b"[]" {
            self.keep_unpacked(value, inner);
            return false;
        }
        raw.clone_into(&mut self.tools.packed_empty);
        self.give_back(inner);
        true
    }

    /// Closes what was opened, if there are edits to it.
    pub(crate) fn repack(
        &mut self,
        value: Value<'_>,
        inner: Unpacked,
        mut edits: Vec<Edit>,
        out: &mut Vec<Edit>,
    ) {
        if !edits.is_empty() {
            let redacted = self.applied(inner.text(), &mut edits);
            let with = self.close(&inner, &edits, &redacted);
            out.push(Edit { span: value.span(), with, tag: tag::COUNTED });
        }
        self.give_back(inner);
    }

    /// Gives the buffers of a field back, to be used again.
    pub(crate) fn give_back(&mut self, inner: Unpacked) {
        self.tools.unpacked.push(inner);
    }

    /// Judges a text that begins like a packed field but stands where none belongs.
    pub(crate) fn packed_unknown(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(c).ok()).collect();
        let mut plain = Vec::new();
        let inner = bytes.as_ref().and_then(|bytes| self.inflate(bytes, &mut plain));
        let Some(inner) = inner.and_then(|()| String::from_utf8(plain).ok()) else {
            replace_all(text, "", Why::Fixed(Fixed::Packed), place.surface, out);
            return;
        };
        let mut edits = Vec::new();
        self.see(&inner, place, &mut edits);
        if !edits.is_empty() {
            let redacted = self.applied(&inner, &mut edits);
            let mut zipped = Vec::new();
            let was = bytes.unwrap_or_default();
            let change = Change { old: inner.as_bytes(), edits: &edits, new: &redacted };
            self.tools.codecs.gzip_again(&was, &change, Level::Field, &mut zipped);
            let with: String = zipped.iter().map(|&b| char::from(b)).collect();
            out.push(Edit { span: (0..text.len()).into(), with: with.into_bytes(), tag: tag::COUNTED });
        }
    }

    fn open(&mut self, field: &mut Unpacked) -> Option<()> {
        let depth = self.policy.limits.depth;
        self.inflate(&field.zipped, &mut field.bytes)?;
        let text = simdutf8::basic::from_utf8(&field.bytes).ok()?;
        field.tape.read(text, depth, Truncated::Reject).ok()
    }

    fn inflate(&mut self, zipped: &[u8], out: &mut Vec<u8>) -> Option<()> {
        let most = self.policy.limits.cv_field.min(self.packed_budget);
        let bound = Bound { bytes: most, ratio: self.policy.limits.ratio };
        match self.tools.codecs.gunzip(zipped, bound, out) {
            Ok(()) => {}
            Err(CodecError::TooLarge) => {
                self.is_too_large = true;
                return None;
            }
            Err(_) => return None,
        }
        self.packed_budget = self.packed_budget.saturating_sub(out.len());
        Some(())
    }

    /// Packs what edits made of a field and writes it as the inside of a JSON string.
    fn close(&mut self, field: &Unpacked, edits: &[Edit], new: &[u8]) -> Vec<u8> {
        let change = Change { old: &field.bytes, edits, new };
        let Tools { zipped, codecs, .. } = &mut *self.tools;
        codecs.gzip_again(&field.zipped, &change, Level::Field, zipped);
        let mut out = Vec::new();
        json_str::escape_latin1_into(zipped, &mut out);
        out
    }
}

/// Names a string of a document while that document is at hand.
fn address(value: Value<'_>) -> usize {
    value.raw().as_ptr() as usize
}
