//! What a text may be an encoding of: signs of each, base64 runs, and lines of JSON. Redacts nothing.

use base64::Engine;
use base64::engine::GeneralPurpose;
use base64::engine::general_purpose::STANDARD;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::text::edit::Edit;
use crate::text::span::Span;

/// What a text may be, by the bytes that occur in it.
#[derive(Clone, Copy)]
pub(super) struct Signs(u8);

impl Signs {
    pub(super) const PERCENT: u8 = 1;
    pub(super) const AMPERSAND: u8 = 2;
    pub(super) const BACKSLASH: u8 = 4;
    pub(super) const COLON: u8 = 8;
    pub(super) const EQUALS: u8 = 16;
    pub(super) const ANGLE: u8 = 32;
    pub(super) const QUESTION: u8 = 64;

    /// One pass.
    pub(super) fn of(text: &str) -> Self {
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

    pub(super) const fn has(self, sign: u8) -> bool {
        self.0 & sign != 0
    }
}

/// Shortest run that is decoded, in base64 digits.
const MIN_BASE64_DIGITS: usize = 12;

/// Runs of a text that may be base64.
pub(super) fn base64_runs(text: &str) -> impl Iterator<Item = Span> {
    let is_digit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_');
    let text = if text.len() < MIN_BASE64_DIGITS { "" } else { text };
    let mut at = 0;
    let runs = text.as_bytes().split(move |&b| !is_digit(b)).map(move |run| {
        let span = Span::new(at, at + run.len());
        at = span.end + 1;
        span
    });
    runs.filter(|span| span.len() >= MIN_BASE64_DIGITS)
}

/// A base64 run that holds a plausible text.
pub(super) struct Base64Text {
    pub text: String,
    engine: &'static GeneralPurpose,
}

impl Base64Text {
    /// Decodes a run.
    pub(super) fn decode(text: &str, run: Span) -> Option<Self> {
        let is_url_safe = run.of(text).bytes().any(|b| b == b'-' || b == b'_');
        let engine = if is_url_safe { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
        // A value that was cut in the middle of a group is decoded up to there.
        let whole = Span::new(run.start, run.end - usize::from(run.len() % 4 == 1));
        let bytes = engine
            .decode(whole.of(text))
            .or_else(|_| engine.decode(Span::new(run.start, run.end - run.len() % 4).of(text)))
            .ok()?;
        let text = String::from_utf8(bytes).ok().filter(|decoded| is_readable(decoded))?;
        Some(Self { text, engine })
    }

    /// Encodes `redacted` in place of a run: the span to replace, with the padding, and its text.
    pub(super) fn encode(&self, text: &str, run: Span, redacted: &[u8]) -> (Span, String) {
        let mut with = self.engine.encode(redacted);
        let n_padding = text.as_bytes().iter().skip(run.end).take(2).take_while(|&&b| b == b'=').count();
        if n_padding > 0 {
            with.extend(std::iter::repeat_n('=', (4 - with.len() % 4) % 4));
        }
        (Span::new(run.start, run.end + n_padding), with)
    }
}

/// Decodes base64 of any bytes. Line breaks are ignored, as Android writes them.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut clean: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    if clean.contains(&b'%') {
        clean = percent_encoding::percent_decode(&clean).collect();
    }
    STANDARD.decode(clean).ok()
}

/// Encodes any bytes as base64.
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Lines that begin like JSON, as in NDJSON and server-sent events. None if all of the text is one.
pub(super) fn json_lines(text: &str) -> impl Iterator<Item = Span> {
    let has_json = memchr::memchr2(b'{', b'[', text.as_bytes()).is_some();
    let mut at = 0;
    let lines = has_json.then(|| text.split('\n')).into_iter().flatten();
    lines.filter_map(move |line| {
        let start = at;
        at += line.len() + 1;
        let data = line.strip_prefix("data:").unwrap_or(line);
        let trimmed = data.trim();
        let is_whole = trimmed.len() == text.trim().len();
        if is_whole || !matches!(trimmed.as_bytes().first(), Some(b'{' | b'[')) {
            return None;
        }
        let offset = start + (line.len() - data.len()) + (data.len() - data.trim_start().len());
        Some(Span::new(offset, offset + trimmed.len()))
    })
}

/// Whether a text is JSON that holds nothing. What opens a packed field expects JSON, also under a mask.
pub(super) fn holds_nothing(text: &str) -> bool {
    matches!(text.trim(), "{}" | "[]" | "null" | "true" | "false")
}

/// Turns the mask of a packed number into a zero: what opens the field expects JSON.
pub(super) fn keep_number(text: &str, redacted: &mut Vec<u8>, edits: &mut Vec<Edit>) {
    if text.trim().parse::<f64>().is_err() {
        return;
    }
    *redacted = b"0".to_vec();
    edits.truncate(1);
    for edit in edits {
        edit.span = Span::new(0, text.len());
        edit.with.clone_from(redacted);
    }
}

/// A `data:` URI without content.
pub(super) const EMPTY_DATA_URI: &str = "data:,";

/// Whether a text is a `data:` URI.
pub(super) fn is_data_uri(text: &str) -> bool {
    text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("data:"))
}

/// Plausible text rather than random bytes that happen to be valid UTF-8.
fn is_readable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'))
}
