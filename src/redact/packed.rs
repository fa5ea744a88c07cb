//! Packed fields: gzip bytes written as the characters of a JSON string (`cv: "2024-10"`).
//!
//! Opened, judged, and closed again only if something in them changed. What does not open is
//! removed; a field costs what it inflates to, out of a budget for the whole body.

use crate::decode::codec::Bound;
use crate::decode::codec::CodecError;
use crate::decode::codec::Level;
use crate::parse::json::Tape;
use crate::parse::json::Truncated;
use crate::parse::value::Doc;
use crate::parse::value::DuplicateKey;
use crate::parse::value::Value;
use crate::redact::redactor::Place;
use crate::redact::redactor::Redactor;
use crate::redact::redactor::replace_all;
use crate::redact::tag;
use crate::redact::tag::Fixed;
use crate::redact::tag::Why;
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
pub(crate) struct Unpacked {
    text: String,
    tape: Tape,
}

impl Unpacked {
    /// The outermost value.
    pub(crate) fn root(&self) -> Option<Value<'_>> {
        Doc::new(&self.text, &self.tape).root()
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
        let text = self.open(&value.text())?;
        let mut tape = self.tools.tapes.pop().unwrap_or_default();
        tape.read(&text, self.policy.limits.depth, Truncated::Reject).ok()?;
        Some(Unpacked { text, tape })
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
            let redacted = self.applied(&inner.text, &mut edits);
            let with = self.close(&redacted);
            out.push(Edit { span: value.span(), with, tag: tag::COUNTED });
        }
        self.give_back(inner);
    }

    /// Gives the index of a field back, to be used again.
    pub(crate) fn give_back(&mut self, inner: Unpacked) {
        self.tools.tapes.push(inner.tape);
    }

    /// Judges a text that begins like a packed field but stands where none belongs.
    pub(crate) fn packed_unknown(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let Some(inner) = self.open(text) else {
            replace_all(text, "", Why::Fixed(Fixed::Packed), place.surface, out);
            return;
        };
        let mut edits = Vec::new();
        self.see(&inner, place, &mut edits);
        if !edits.is_empty() {
            let redacted = self.applied(&inner, &mut edits);
            let mut zipped = Vec::new();
            self.tools.codecs.gzip(&redacted, Level::Field, &mut zipped);
            let with: String = zipped.iter().map(|&b| char::from(b)).collect();
            out.push(Edit { span: (0..text.len()).into(), with: with.into_bytes(), tag: tag::COUNTED });
        }
    }

    fn open(&mut self, text: &str) -> Option<String> {
        let bytes: Option<Vec<u8>> = text.chars().map(|c| u8::try_from(u32::from(c)).ok()).collect();
        let bytes = bytes?;
        let most = self.policy.limits.cv_field.min(self.packed_budget);
        let mut out = Vec::new();
        match self.tools.codecs.gunzip(
            &bytes,
            Bound { bytes: most, ratio: self.policy.limits.ratio },
            &mut out,
        ) {
            Ok(()) => {}
            Err(CodecError::TooLarge) => {
                self.is_too_large = true;
                return None;
            }
            Err(_) => return None,
        }
        self.packed_budget = self.packed_budget.saturating_sub(out.len());
        String::from_utf8(out).ok()
    }

    /// Packs bytes and writes them as the inside of a JSON string.
    fn close(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut zipped = Vec::new();
        self.tools.codecs.gzip(bytes, Level::Field, &mut zipped);
        let mut out = Vec::with_capacity(zipped.len() * 2);
        for b in zipped {
            if b < 0x80 {
                json_str::escape_into(&[b], &mut out);
            } else {
                out.extend_from_slice(char::from(b).encode_utf8(&mut [0; 2]).as_bytes());
            }
        }
        out
    }
}
