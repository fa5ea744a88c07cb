//! Markup inside texts: HTML and XML as somebody logged, posted or embedded it, and multipart forms.
//!
//! Only names are understood here (of elements, attributes and fields): they are context for what
//! they hold. The text itself is judged by whoever calls.

use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;
use crate::text::span::Span;

impl Redactor<'_> {
    /// Judges `<name>value</name>` where the name says what the value is.
    pub(crate) fn markup(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let bytes = text.as_bytes();
        for open in memchr::memchr_iter(b'<', bytes) {
            let name_len = bytes
                .iter()
                .skip(open + 1)
                .take(64)
                .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'))
                .count();
            let name = Span::new(open + 1, open + 1 + name_len).of(text);
            let Some(close) = memchr::memchr(b'>', bytes.get(open..).unwrap_or_default()) else { return };
            if name.is_empty() {
                continue;
            }
            let start = open + close + 1;
            let len = memchr::memchr(b'<', bytes.get(start..).unwrap_or_default()).unwrap_or(0);
            let local = name.rsplit(':').next().unwrap_or(name);
            let value = Span::new(start, start + len);
            if value.of(text).trim().is_empty() {
                continue;
            }
            if let Some(idx) = self.policy.rules().key_rule(local) {
                self.within(text, value, out, |this, value, out| {
                    this.whole(value, Why::Rule(idx), place.words(local), out);
                });
            } else {
                self.within(text, value, out, |this, value, out| this.plain(value, place.words(local), out));
            }
        }
    }

    /// Judges the parts of a multipart form, each with the name of its field beside it.
    pub(crate) fn multipart(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        let finder = memchr::memmem::Finder::new(b"name=\"");
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(found) = finder.find(bytes.get(at..).unwrap_or_default()) {
            let name_start = at + found + 6;
            let rest = text.get(name_start..).unwrap_or("");
            let name = rest.get(..rest.find('"').unwrap_or(0)).unwrap_or("");
            let Some((skip, blank)) =
                [("\r\n\r\n", 4), ("\n\n", 2)].iter().find_map(|(b, n)| rest.find(b).map(|i| (i, *n)))
            else {
                return;
            };
            let body_start = name_start + skip + blank;
            let body = text.get(body_start..).unwrap_or("");
            let len = body.find("\r\n--").or_else(|| body.find("\n--")).unwrap_or(body.len());
            let part = Span::new(body_start, body_start + len);
            match self.policy.rules().key_rule(name) {
                Some(idx) => self.within(text, part, out, |this, part, out| {
                    this.whole(part, Why::Rule(idx), place.words(name), out);
                }),
                None => {
                    self.within(text, part, out, |this, part, out| this.see(part, place.words(name), out));
                }
            }
            at = part.end;
        }
    }
}
