//! A text as a reader, a browser or a server would see it: with every encoding seen through.
//!
//! The text itself is judged, and then each thing it may be an encoding of. A finding inside an
//! encoding is replaced there and the encoding rebuilt. Costs one look over the text to see which
//! encodings are possible at all; most texts have none.

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::redact::policy::Posture;
use crate::redact::text::memo::Reading;
use crate::redact::text::redactor::MAX_LEVEL;
use crate::redact::text::redactor::Place;
use crate::redact::text::redactor::Redactor;
use crate::redact::text::redactor::settle;
use crate::redact::text::tag;
use crate::redact::text::tag::Fixed;
use crate::redact::text::tag::Why;
use crate::text::edit::Edit;
use crate::text::span::Span;
use crate::text::view::Encoding;
use crate::text::view::View;

/// How many times its own length a text may cost, all that it decodes to together. A text that
/// is several encodings at once at every level would cost without end; the rest of it is masked.
const EFFORT: usize = 48;

/// The same for short texts, in bytes.
const EFFORT_AT_LEAST: usize = 16 << 10;

/// What a text may be, by the bytes that stand in it.
#[derive(Clone, Copy)]
pub(crate) struct Signs(u8);

impl Signs {
    const PERCENT: u8 = 1;
    const AMPERSAND: u8 = 2;
    const BACKSLASH: u8 = 4;
    const COLON: u8 = 8;
    const EQUALS: u8 = 16;
    const ANGLE: u8 = 32;
    const QUESTION: u8 = 64;

    /// One pass.
    pub(crate) fn of(text: &str) -> Self {
        let sign = |b: u8| match b {
            b'%' => Self::PERCENT,
            b'&' => Self::AMPERSAND,
            b'\\' => Self::BACKSLASH,
            b':' => Self::COLON,
            b'=' => Self::EQUALS,
            b'<' => Self::ANGLE,
            b'?' => Self::QUESTION,
            _ => 0,
        };
        Self(text.bytes().fold(0, |signs, b| signs | sign(b)))
    }

    const fn has(self, sign: u8) -> bool {
        self.0 & sign != 0
    }
}

impl Redactor<'_> {
    /// Judges a text with every encoding seen through.
    pub(crate) fn see(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if text.is_empty() {
            return;
        }
        if self.level == 0 {
            self.effort = EFFORT.saturating_mul(text.len()).saturating_add(EFFORT_AT_LEAST);
        }
        if self.level >= MAX_LEVEL || self.effort < text.len() {
            self.whole(text, Why::Fixed(Fixed::Nesting), place, out);
            return;
        }
        self.effort -= text.len();
        self.level += 1;
        self.unless_known(Reading::Text, text, place, out, |this, out| {
            let from = out.len();
            this.see_inside(text, place, out);
            settle(text, place.mask, from, out);
        });
        self.level -= 1;
    }

    fn see_inside(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if text.starts_with("\u{1f}\u{8b}") {
            self.packed_unknown(text, place, out);
            return;
        }
        if is_data_uri(text) {
            self.data_uri(text, place, out);
            return;
        }
        if self.json_text(text, place, out) {
            return;
        }
        if place.posture != Posture::Rules {
            self.plain(text, place, out);
            return;
        }
        self.plain(text, place, out);
        let signs = Signs::of(text);
        if signs.has(Signs::COLON | Signs::QUESTION) {
            self.urls_in(text, place, out);
        }
        if signs.has(Signs::EQUALS) {
            self.pairs_in(text, place, out);
        }
        if signs.has(Signs::ANGLE) {
            self.markup(text, place, out);
        }
        self.encodings(text, signs, place, out);
        if memchr::memmem::find(text.as_bytes(), b"form-data;").is_some() {
            self.multipart(text, place, out);
        }
        self.lines(text, place, out);
    }

    /// Judges what parts of a text decode to, besides the text as it stands.
    pub(crate) fn encodings(&mut self, text: &str, signs: Signs, place: Place<'_>, out: &mut Vec<Edit>) {
        if signs.has(Signs::PERCENT) {
            self.through(text, Encoding::Percent, place, out);
        }
        if signs.has(Signs::AMPERSAND) {
            self.through(text, Encoding::Entities, place, out);
        }
        if signs.has(Signs::BACKSLASH) {
            self.through(text, Encoding::Backslash, place, out);
        }
        self.base64_in(text, place, out);
    }

    /// Judges what `text` decodes to.
    pub(crate) fn through(&mut self, text: &str, encoding: Encoding, place: Place<'_>, out: &mut Vec<Edit>) {
        let Some(view) = View::new(text, encoding) else { return };
        let from = out.len();
        self.see(view.text(), place, out);
        if let Some(edits) = out.get_mut(from..) {
            view.carry_back(edits);
        }
    }

    /// Judges each run that is base64 of a text.
    fn base64_in(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        const SHORTEST: usize = 12;
        if text.len() < SHORTEST {
            return;
        }
        let is_digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
        let mut at = 0;
        for run in text.as_bytes().split(|&b| !is_digit(b)) {
            let span = Span::new(at, at + run.len());
            at = span.end + 1;
            if run.len() >= SHORTEST {
                self.base64_run(text, span, place, out);
            }
        }
    }

    fn base64_run(&mut self, text: &str, run: Span, place: Place<'_>, out: &mut Vec<Edit>) {
        let is_url_safe = run.of(text).bytes().any(|b| b == b'-' || b == b'_');
        let engine = if is_url_safe { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
        // A value that was cut in the middle of a group is judged up to there.
        let whole = Span::new(run.start, run.end - usize::from(run.len() % 4 == 1));
        let Some(decoded) = engine
            .decode(whole.of(text))
            .or_else(|_| engine.decode(Span::new(run.start, run.end - run.len() % 4).of(text)))
            .ok()
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .filter(|decoded| is_readable(decoded))
        else {
            return;
        };
        let mut edits = Vec::new();
        self.see(&decoded, place, &mut edits);
        if !edits.is_empty() {
            let redacted = self.applied(&decoded, &mut edits);
            let mut end = run.end;
            let mut with = engine.encode(&redacted);
            let n_padding = text.as_bytes().iter().skip(end).take(2).take_while(|&&b| b == b'=').count();
            if n_padding > 0 {
                end += n_padding;
                with.extend(std::iter::repeat_n('=', (4 - with.len() % 4) % 4));
            }
            out.push(Edit { span: Span::new(run.start, end), with: with.into_bytes(), tag: tag::COUNTED });
        }
    }

    /// Lines that are JSON each, as in NDJSON and server-sent events.
    fn lines(&mut self, text: &str, place: Place<'_>, out: &mut Vec<Edit>) {
        if memchr::memchr2(b'{', b'[', text.as_bytes()).is_none() {
            return;
        }
        let mut at = 0;
        for line in text.split('\n') {
            let start = at;
            at += line.len() + 1;
            let data = line.strip_prefix("data:").unwrap_or(line);
            let trimmed = data.trim();
            let is_whole = trimmed.len() == text.trim().len();
            if is_whole || !matches!(trimmed.as_bytes().first(), Some(b'{' | b'[')) {
                continue;
            }
            let offset = start + (line.len() - data.len()) + (data.len() - data.trim_start().len());
            let span = Span::new(offset, offset + trimmed.len());
            self.within(text, span, out, |this, line, out| this.see(line, place, out));
        }
    }
}

fn is_data_uri(text: &str) -> bool {
    text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:"))
}

/// Whether decoded bytes are text that somebody wrote, rather than noise that happens to be UTF-8.
fn is_readable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}
