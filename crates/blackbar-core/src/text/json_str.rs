//! The content of a JSON string: unescaping, escaping, and edits carried from one to the other.
//!
//! Does not validate: the parser has. A lone surrogate is legal in a JavaScript string and so in
//! these bodies. It is read as U+FFFD.
//!
//! **Invariant:** raw bytes that no edit covers stay unchanged, whatever their escapes.

use std::borrow::Cow;

use crate::text::edit::Edit;
use crate::text::span::Span;

/// Decodes `raw`, the content of a JSON string. Borrowed if nothing is escaped.
///
/// The parser has validated `raw`; an escape that is not JSON is taken literally.
pub(crate) fn unescape(raw: &str) -> Cow<'_, str> {
    let Some(first) = memchr::memchr(b'\\', raw.as_bytes()) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    let parts = StringParts { raw, at: first };
    out.push_str(raw.get(..first).unwrap_or(""));
    for part in parts {
        match part {
            StringPart::Plain(span) => out.push_str(span.of(raw)),
            StringPart::Escape(_, c) => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Decodes `raw`, the content of a JSON string whose characters stand for bytes (U+0000 to U+00FF),
/// and appends the bytes. `None` if another character occurs; the content of `out` is then undefined.
///
/// One pass without an intermediate text. It does not branch on the value of a byte unless it is an
/// escape: the bytes are compressed data, so no processor could predict such a branch.
pub(crate) fn latin1_into(raw: &str, out: &mut Vec<u8>) -> Option<()> {
    let raw = raw.as_bytes();
    let from = out.len();
    // One byte more than can be decoded: the first byte of a pair is written and then overwritten.
    out.resize(from + raw.len() + 1, 0);
    let buffer = out.get_mut(from..)?;
    let (mut at, mut n_written, mut n_bad, mut before) = (0, 0, 0_usize, 0_u8);
    while let Some(&byte) = raw.get(at) {
        if byte == b'\\' {
            let rest = raw.get(at..)?;
            let (len, c) = match rest {
                [_, b'u', b'0', b'0', high, low, ..] => {
                    let c = char::from(*high).to_digit(16)? << 4 | char::from(*low).to_digit(16)?;
                    (6, char::from_u32(c)?)
                }
                _ => escape(rest),
            };
            *buffer.get_mut(n_written)? = u8::try_from(c).ok()?;
            n_written += 1;
            at += len;
        } else {
            // A character from U+0080 is two bytes of UTF-8: the first holds two bits, the second six.
            // The position of the next byte depends on neither, so that loads need not wait for them.
            let is_first = byte >= 0xC0;
            let is_second = byte >= 0x80 && !is_first;
            *buffer.get_mut(n_written)? = if is_second { before << 6 | byte & 0x3F } else { byte };
            n_bad += usize::from(is_first && byte & 0xFE != 0xC2);
            n_written += usize::from(!is_first);
            before = byte;
            at += 1;
        }
    }
    out.truncate(from + n_written);
    (n_bad == 0).then_some(())
}

/// Appends `bytes`, each as one character from U+0000 to U+00FF, as the content of a JSON string.
///
/// One table lookup per byte and no branch: compressed bytes are close to random. Each lookup copies
/// eight bytes and advances by the length; the next one overwrites the excess.
pub(crate) fn escape_latin1_into(bytes: &[u8], out: &mut Vec<u8>) {
    const CHUNK: usize = 256;
    let mut buffer = [0; CHUNK * 6 + 8];
    for chunk in bytes.chunks(CHUNK) {
        let mut n_written = 0;
        for &b in chunk {
            // The table has an entry for every byte, and the buffer has eight bytes to spare.
            let Some((written, len)) = LATIN1.get(usize::from(b)) else { continue };
            if let Some(slot) = buffer.get_mut(n_written..n_written + 8) {
                slot.copy_from_slice(written);
            }
            n_written += usize::from(*len);
        }
        out.extend_from_slice(buffer.get(..n_written).unwrap_or_default());
    }
}

/// Each byte as a character of a JSON string, padded to eight bytes, and its length.
static LATIN1: [([u8; 8], u8); 256] = {
    let mut table = [([0; 8], 1); 256];
    let mut b = 0_u8;
    loop {
        #[expect(clippy::indexing_slicing, reason = "evaluated while compiling: a byte is below 256")]
        {
            table[b as usize] = latin1(b);
        }
        if b == u8::MAX {
            break table;
        }
        b += 1;
    }
};

const fn latin1(b: u8) -> ([u8; 8], u8) {
    const fn hex(n: u8) -> u8 {
        if n < 10 { b'0' + n } else { b'a' + n - 10 }
    }
    const fn short(letter: u8) -> ([u8; 8], u8) {
        ([b'\\', letter, 0, 0, 0, 0, 0, 0], 2)
    }
    match b {
        b'"' | b'\\' => short(b),
        b'\n' => short(b'n'),
        b'\r' => short(b'r'),
        b'\t' => short(b't'),
        0x08 => short(b'b'),
        0x0c => short(b'f'),
        0..0x20 => ([b'\\', b'u', b'0', b'0', hex(b >> 4), hex(b & 15), 0, 0], 6),
        0x80.. => ([0xC0 | b >> 6, 0x80 | b & 0x3F, 0, 0, 0, 0, 0, 0], 2),
        _ => ([b, 0, 0, 0, 0, 0, 0, 0], 1),
    }
}

/// Turns `edits` of the unescaped text into edits of `raw`, and escapes their replacements.
///
/// The edits are sorted. One pass over `raw` up to the last edit.
pub(crate) fn carry_back(raw: &str, edits: &mut [Edit]) {
    let escaped = memchr::memchr(b'\\', raw.as_bytes()).is_some();
    let mut offsets = OffsetMap::new(raw);
    for edit in edits {
        if escaped {
            let start = offsets.raw_offset(edit.span.start, OffsetSide::Start);
            let end = offsets.raw_offset(edit.span.end, OffsetSide::End).max(start);
            edit.span = Span::new(start, end);
        }
        let needs_escape = edit.with.iter().any(|&b| b < 0x20 || b == b'"' || b == b'\\');
        if needs_escape {
            let mut with = Vec::with_capacity(edit.with.len() + 8);
            escape_into(&edit.with, &mut with);
            edit.with = with;
        }
    }
}

/// Appends `bytes` to `out` as the content of a JSON string, in the shortest legal form.
pub(crate) fn escape_into(bytes: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    for &b in bytes {
        let short = match b {
            b'"' => b'"',
            b'\\' => b'\\',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0..=0x1f => {
                out.extend_from_slice(b"\\u00");
                out.extend([b >> 4, b & 15].iter().filter_map(|&n| HEX.get(usize::from(n))));
                continue;
            }
            _ => {
                out.push(b);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
}

/// A stretch of raw bytes, by how it is decoded.
enum StringPart {
    /// Unescaped text.
    Plain(Span),
    /// An escape and its character.
    Escape(Span, char),
}

/// Splits the content of a JSON string into plain stretches and escapes.
struct StringParts<'a> {
    raw: &'a str,
    at: usize,
}

impl Iterator for StringParts<'_> {
    type Item = StringPart;

    fn next(&mut self) -> Option<StringPart> {
        let start = self.at;
        let rest = self.raw.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
        if rest.first() != Some(&b'\\') {
            self.at = start + memchr::memchr(b'\\', rest).unwrap_or(rest.len());
            return Some(StringPart::Plain(Span::new(start, self.at)));
        }
        let (len, c) = escape(rest);
        self.at = start + len;
        Some(StringPart::Escape(Span::new(start, self.at), c))
    }
}

/// Decodes the escape at the start of `rest`: its length and its character.
fn escape(rest: &[u8]) -> (usize, char) {
    let c = match rest.get(1) {
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'u') => return unicode_escape(rest),
        Some(&b) if b.is_ascii() => char::from(b),
        // A backslash at the end, or before a character that is not ASCII, is literal.
        _ => return (1, '\\'),
    };
    (2, c)
}

fn unicode_escape(rest: &[u8]) -> (usize, char) {
    let Some(first) = hex4(rest, 2) else { return (2, 'u') };
    if let 0xD800..=0xDBFF = first
        && rest.get(6) == Some(&b'\\')
        && rest.get(7) == Some(&b'u')
        && let Some(second @ 0xDC00..=0xDFFF) = hex4(rest, 8)
    {
        let scalar = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (12, char::from_u32(scalar).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    (6, char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn hex4(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.iter().try_fold(0, |n, &b| Some(n << 4 | char::from(b).to_digit(16)?))
}

/// The side to which an offset inside an escape is rounded, so that an edit covers whole escapes.
#[derive(Clone, Copy, PartialEq)]
enum OffsetSide {
    Start,
    End,
}

/// Maps offsets of the unescaped text to raw offsets. Goes forwards only, so the offsets ascend.
struct OffsetMap<'a> {
    parts: StringParts<'a>,
    part: Option<StringPart>,
    /// Offset in the unescaped text of the current part.
    text_at: usize,
}

impl<'a> OffsetMap<'a> {
    fn new(raw: &'a str) -> Self {
        let mut parts = StringParts { raw, at: 0 };
        let part = parts.next();
        Self { parts, part, text_at: 0 }
    }

    fn raw_offset(&mut self, text_offset: usize, bias: OffsetSide) -> usize {
        loop {
            let (raw, len) = match &self.part {
                None => return self.parts.raw.len(),
                Some(StringPart::Plain(span)) => (*span, span.len()),
                Some(StringPart::Escape(span, c)) => (*span, c.len_utf8()),
            };
            let into = text_offset.saturating_sub(self.text_at);
            if into < len || (into == len && bias == OffsetSide::End) {
                return match &self.part {
                    Some(StringPart::Plain(_)) => raw.start + into,
                    _ if bias == OffsetSide::End && into > 0 => raw.end,
                    _ => raw.start,
                };
            }
            self.text_at += len;
            self.part = self.parts.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn edited(raw: &str, start: usize, end: usize, with: &str) -> String {
        let mut edits = [Edit { span: Span::new(start, end), with: with.as_bytes().to_vec(), tag: 0 }];
        carry_back(raw, &mut edits);
        let mut out = Vec::new();
        crate::text::edit::apply(raw.as_bytes(), &edits, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn reads_a_lone_surrogate_as_replacement_and_a_pair_as_one() {
        assert_eq!(unescape(r"a\ud83db"), "a\u{fffd}b");
        assert_eq!(unescape(r"\ud83d\ude00"), "😀");
        assert_eq!(unescape(r"\ud83d\u0041"), "\u{fffd}A");
    }

    #[test]
    fn touches_only_the_edited_span() {
        assert_eq!(edited(r"\u00e9\/ab\n", 3, 4, "*"), r"\u00e9\/*b\n");
        assert_eq!(edited(r"\ud83dx", 3, 4, "\""), r#"\ud83d\""#);
    }

    proptest! {
        #[test]
        fn agrees_with_serde_json(text in ".{0,40}") {
            let quoted = serde_json::to_string(&text).unwrap();
            let raw = quoted.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap();
            prop_assert_eq!(unescape(raw), text.as_str());
            let mut out = Vec::new();
            escape_into(text.as_bytes(), &mut out);
            prop_assert_eq!(std::str::from_utf8(&out).unwrap(), raw);
        }

        #[test]
        fn reads_and_writes_bytes_as_characters(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let text: String = bytes.iter().map(|&b| char::from(b)).collect();
            let quoted = serde_json::to_string(&text).unwrap();
            let raw = quoted.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap();
            let (mut read, mut written) = (Vec::new(), Vec::new());
            prop_assert!(latin1_into(raw, &mut read).is_some());
            prop_assert_eq!(&read, &bytes);
            escape_latin1_into(&bytes, &mut written);
            prop_assert_eq!(std::str::from_utf8(&written).unwrap(), raw);
        }

        #[test]
        fn bytes_are_the_characters_of_the_text_or_nothing(raw in "([a-cé\u{ff}\u{100}€]|\\\\n|\\\\u00e9|\\\\u0100|\\\\ud83d){0,9}") {
            let by_text: Option<Vec<u8>> = unescape(&raw).chars().map(|c| u8::try_from(c).ok()).collect();
            let mut out = Vec::new();
            let read = latin1_into(&raw, &mut out).map(|()| out);
            prop_assert_eq!(read, by_text);
        }

        #[test]
        fn an_edit_lands_where_it_was_made(
            parts in proptest::collection::vec("[a-c]|é|\\\\n|\\\\u00e9|\\\\ud83d\\\\ude00|\\\\\"|\\\\ud800", 1..12),
            at in 0_usize..12, len in 0_usize..6,
        ) {
            let raw = parts.concat();
            let text = unescape(&raw).into_owned();
            let bounds: Vec<usize> = text.char_indices().map(|(i, _)| i).chain([text.len()]).collect();
            let (a, b) = (bounds[at.min(bounds.len() - 1)], bounds[(at + len).min(bounds.len() - 1)]);
            let got = unescape(&edited(&raw, a, b, "\"X")).into_owned();
            prop_assert_eq!(got, format!("{}\"X{}", text.get(..a).unwrap(), text.get(b..).unwrap()));
        }
    }
}
