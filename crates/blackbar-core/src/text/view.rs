//! Decoded views of encoded text: percent-encoding, HTML entities, and backslash escapes.
//!
//! A [`View`] is the decoded text with the raw offset of each of its bytes. An edit of the view
//! becomes an edit of the raw text, encoded again so that the raw text stays well-formed.
//!
//! Does not decide whether a text is encoded: the caller picks the encoding.

use crate::text::edit::Edit;
use crate::text::span::Span;

/// How a text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// `%40`.
    Percent,
    /// `%40`, and a plus sign is a space.
    Form,
    /// `&#64;`, `&commat;`.
    Entities,
    /// `\u0040`, `\x40`, `\n`, `\"` and the like, as in scripts and logs.
    Backslash,
}

/// A decoded text with the origin of each of its bytes: 4 bytes of memory per byte.
pub(crate) struct View {
    text: String,
    /// For each byte of `text` the raw offset of its encoded character, and one more for the end.
    from: Vec<u32>,
    encoding: Encoding,
}

impl View {
    /// Decodes `raw`. `None` if there is nothing to decode.
    pub(crate) fn new(raw: &str, encoding: Encoding) -> Option<Self> {
        let marker = match encoding {
            Encoding::Percent => b'%',
            Encoding::Form if memchr::memchr(b'+', raw.as_bytes()).is_some() => b'+',
            Encoding::Form => b'%',
            Encoding::Entities => b'&',
            Encoding::Backslash => b'\\',
        };
        // Most texts that contain the marker are not encoded: test before allocating the map.
        let is_encoded = |at: usize| raw.get(at..).and_then(|rest| encoding.unit(rest)).is_some();
        let mut markers = memchr::memchr_iter(marker, raw.as_bytes());
        if !markers.any(is_encoded) {
            return None;
        }
        let mut view = Self {
            text: String::with_capacity(raw.len()),
            from: Vec::with_capacity(raw.len() + 1),
            encoding,
        };
        let mut at = 0;
        while let Some(rest) = raw.get(at..).filter(|rest| !rest.is_empty()) {
            let plain = || rest.chars().next().map_or((1, ' '), |c| (c.len_utf8(), c));
            let unit = encoding.unit(rest).filter(|_| at > 0 || !is_bare_plus(rest, encoding));
            let (len, c) = unit.unwrap_or_else(plain);
            view.text.push(c);
            view.from.resize(view.text.len(), at as u32);
            at += len;
        }
        view.from.push(raw.len() as u32);
        Some(view)
    }

    /// The decoded text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Turns edits of the decoded text into edits of the raw text.
    pub(crate) fn carry_back(&self, edits: &mut [Edit]) {
        for edit in edits {
            let raw = |at: usize| self.from.get(at).copied().unwrap_or_default() as usize;
            edit.span = Span::new(raw(edit.span.start), raw(edit.span.end));
            edit.with = self.encoding.encode(&edit.with);
        }
    }
}

/// Whether a form value begins with a literal plus before a number instead of an encoded space. Links
/// often contain telephone numbers that were not percent-encoded.
fn is_bare_plus(value: &str, encoding: Encoding) -> bool {
    encoding == Encoding::Form
        && value.strip_prefix('+').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

impl Encoding {
    /// The encoded character at the start of `rest`, and its length.
    fn unit(self, rest: &str) -> Option<(usize, char)> {
        match self {
            Self::Form if rest.starts_with('+') => Some((1, ' ')),
            Self::Percent | Self::Form => percent(rest),
            Self::Entities => entity(rest),
            Self::Backslash => backslash(rest),
        }
    }

    /// Encodes the bytes that the encoding gives a meaning. Mask characters need no encoding.
    fn encode(self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for &b in bytes {
            match (self, b) {
                (Self::Form, b' ') => out.push(b'+'),
                (Self::Percent | Self::Form, _) => {
                    if b.is_ascii_alphanumeric() || b"-._~*[]:".contains(&b) {
                        out.push(b);
                    } else {
                        out.extend_from_slice(format!("%{b:02X}").as_bytes());
                    }
                }
                (Self::Entities, b'&' | b'<' | b'>' | b'"') => {
                    out.extend_from_slice(format!("&#{b};").as_bytes());
                }
                (Self::Backslash, b'\\' | b'"' | b'\'') => out.extend_from_slice(&[b'\\', b]),
                (Self::Backslash, b'\n') => out.extend_from_slice(b"\\n"),
                _ => out.push(b),
            }
        }
        out
    }
}

/// Decodes one character of one to four escaped bytes; invalid UTF-8 becomes U+FFFD.
fn percent(rest: &str) -> Option<(usize, char)> {
    let bytes = rest.as_bytes();
    let byte = |i: usize| {
        let hex = |at: usize| bytes.get(at).and_then(|&b| char::from(b).to_digit(16));
        (bytes.get(3 * i) == Some(&b'%'))
            .then(|| Some((hex(3 * i + 1)? << 4 | hex(3 * i + 2)?) as u8))
            .flatten()
    };
    let first = byte(0)?;
    let len = match first {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((3, char::REPLACEMENT_CHARACTER)),
    };
    let all: Option<Vec<u8>> = (0..len).map(byte).collect();
    let c = all.and_then(|all| std::str::from_utf8(&all).ok()?.chars().next());
    Some(c.map_or((3, char::REPLACEMENT_CHARACTER), |c| (3 * len, c)))
}

fn entity(rest: &str) -> Option<(usize, char)> {
    const MAX_ENTITY_BYTES: usize = 34;
    if !rest.starts_with('&') {
        return None;
    }
    let bytes = rest.as_bytes();
    let len = bytes
        .iter()
        .skip(1)
        .take(MAX_ENTITY_BYTES)
        .take_while(|b| b.is_ascii_alphanumeric() || **b == b'#')
        .count();
    let with_end = if bytes.get(1 + len) == Some(&b';') { 2 + len } else { 1 + len };
    let raw = rest.get(..with_end).filter(|_| len > 0)?;
    let decoded = htmlize::unescape(raw);
    let mut chars = decoded.chars();
    // Entities of two characters, and names that end early, are rare and contain no letters or digits.
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some((with_end, c)),
        _ => None,
    }
}

fn backslash(rest: &str) -> Option<(usize, char)> {
    if !rest.starts_with('\\') {
        return None;
    }
    let bytes = rest.as_bytes();
    let hex = |from: usize, n: usize| u32::from_str_radix(rest.get(from..from + n)?, 16).ok();
    Some(match bytes.get(1)? {
        b'u' if bytes.get(2) == Some(&b'{') => {
            let len = bytes.iter().skip(3).take(7).position(|&b| b == b'}')?;
            (4 + len, char::from_u32(hex(3, len)?)?)
        }
        b'u' => {
            let first = hex(2, 4)?;
            let pair = (0xD800..0xDC00).contains(&first).then(|| {
                let second = (bytes.get(6..8)? == b"\\u").then(|| hex(8, 4))??;
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + second.checked_sub(0xDC00)?)
            });
            match pair.flatten() {
                Some(c) => (12, c),
                None => (6, char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER)),
            }
        }
        b'x' => (4, char::from_u32(hex(2, 2)?)?),
        b'n' => (2, '\n'),
        b'r' => (2, '\r'),
        b't' => (2, '\t'),
        &b @ (b'"' | b'\'' | b'\\' | b'/') => (2, char::from(b)),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn masked(raw: &str, encoding: Encoding, needle: &str) -> String {
        let view = View::new(raw, encoding).unwrap();
        let start = view.text().find(needle).unwrap();
        let span = Span::new(start, start + needle.len());
        let mut edits = [Edit { span, with: b"***".to_vec(), tag: 0 }];
        view.carry_back(&mut edits);
        let mut out = Vec::new();
        crate::text::edit::apply(raw.as_bytes(), &edits, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn edits_inside_encodings_touch_nothing_else() {
        assert_eq!(masked("a%20jane%40x.test%20b", Encoding::Percent, "jane@x.test"), "a%20***%20b");
        assert_eq!(masked("a+4111+1111", Encoding::Form, "4111 1111"), "a+***");
        assert_eq!(masked("+49+1512+3456789", Encoding::Form, "+49 1512 3456789"), "***");
        assert_eq!(masked("+a+4111", Encoding::Form, " a 4111"), "***");
        assert_eq!(masked("&lt;jane&#64;x.test&gt;", Encoding::Entities, "jane@x.test"), "&lt;***&gt;");
        assert_eq!(masked("jane&commat;x &amp", Encoding::Entities, "jane@x"), "*** &amp");
        assert_eq!(masked(r"\n\u0034111\x31", Encoding::Backslash, "41111"), r"\n***");
        assert_eq!(masked("%F0%9F%98%80é%C3%A9", Encoding::Percent, "é"), "%F0%9F%98%80***%C3%A9");
    }

    #[test]
    fn there_is_no_view_of_text_that_is_not_encoded() {
        assert!(View::new("100 % sure", Encoding::Percent).is_none());
        assert!(View::new("a & b", Encoding::Entities).is_none());
        assert!(View::new("plain", Encoding::Backslash).is_none());
    }

    proptest! {
        #[test]
        fn percent_decoding_agrees_with_the_form_decoder(raw in "(%[0-9a-fA-F]{2}|[a-z %+]){0,12}") {
            if let Some(view) = View::new(&raw, Encoding::Percent)
                && let Ok(oracle) = percent_encoding::percent_decode_str(&raw).decode_utf8()
            {
                prop_assert_eq!(view.text(), oracle);
            }
        }
    }
}
