//! Parses JSON text into a tape: a flat index of spans, built without recursion.
//!
//! Accepts exactly what `serde_json` accepts (RFC 8259) with two deliberate exceptions: lone
//! surrogates, because JavaScript writes them, and numbers out of range. Decodes no string.
//!
//! **Invariant:** an error has a kind and an offset, and never a byte of the text.
//!
//! This file is long because the parser is one state machine over one cursor.

use crate::parse::known_key::KnownKey;
use crate::text::json_str;
use crate::text::span::Span;

/// The kind of a node on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `{…}`: its children are key, value, key, value, …
    Object,
    /// `[…]`
    Array,
    /// A string value; the span is the text between the quotes.
    String,
    /// An object key; the span is the text between the quotes.
    Key,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`
    Null,
}

/// One value or key: 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TapeNode {
    start: u32,
    end: u32,
    /// Index of the first node after this one and everything inside it.
    next: u32,
    /// The kind of the value.
    pub kind: JsonKind,
    /// Whether the span holds a backslash.
    pub escaped: bool,
    /// Which well-known key a key is; [`KnownKey::Other`] for values.
    pub word: KnownKey,
}

impl TapeNode {
    /// Its bytes in the text.
    #[inline]
    pub(crate) fn span(&self) -> Span {
        Span::new(self.start as usize, self.end as usize)
    }

    /// Index of the first node after this one and everything inside it.
    #[inline]
    pub(crate) fn next(&self) -> usize {
        self.next as usize
    }
}

/// Why a text was not parsed. Contains nothing of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JsonError {
    /// It ends too early.
    #[error("the JSON ends at byte {0}, inside a value")]
    Eof(usize),
    /// It is not JSON.
    #[error("the JSON is malformed at byte {0}")]
    Syntax(usize),
    /// It has more levels than allowed.
    #[error("the JSON has more levels than the limit allows, at byte {0}")]
    TooDeep(usize),
    /// It is larger than 4 GiB.
    #[error("the JSON is too large to index")]
    TooLarge,
}

/// What to do with a text that ends inside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncated {
    /// It is an error.
    Reject,
    /// Open values are closed at the end of the text: logs truncate long values.
    Accept,
}

/// The index of one text. Kept between texts, so that its memory is reused.
#[derive(Default, Debug)]
pub struct Tape {
    nodes: Vec<TapeNode>,
    open: Vec<u32>,
}

impl Tape {
    /// Memory held.
    pub fn heap_bytes(&self) -> usize {
        self.nodes.capacity() * size_of::<TapeNode>() + self.open.capacity() * size_of::<u32>()
    }

    /// All nodes, in document order.
    pub(crate) fn nodes(&self) -> &[TapeNode] {
        &self.nodes
    }

    /// Indexes `text`, with at most `max_depth` levels of objects and arrays.
    ///
    /// One pass; 16 bytes of memory per value or key, and 4 per level.
    ///
    /// # Errors
    /// [`JsonError`]; the content of the index must not be used then.
    pub fn read(&mut self, text: &str, max_depth: usize, truncated: Truncated) -> Result<(), JsonError> {
        self.nodes.clear();
        self.open.clear();
        if u32::try_from(text.len()).is_err() {
            return Err(JsonError::TooLarge);
        }
        let mut parser = JsonParser { text, bytes: text.as_bytes(), at: 0, max_depth, tape: self };
        match parser.parse_document() {
            Err(JsonError::Eof(_)) if truncated == Truncated::Accept => {
                parser.close_all();
                if self.nodes.is_empty() { Err(JsonError::Eof(text.len())) } else { Ok(()) }
            }
            result => result,
        }
    }
}

struct JsonParser<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    max_depth: usize,
    tape: &'t mut Tape,
}

impl<'t> JsonParser<'t> {
    /// Parses the whole text. The stack of open objects and arrays is on the tape, so nesting costs no
    /// recursion.
    fn parse_document(&mut self) -> Result<(), JsonError> {
        self.skip_whitespace();
        self.parse_value()?;
        while let Some(&top) = self.tape.open.last() {
            self.skip_whitespace();
            let in_object = self.tape.nodes.get(top as usize).is_some_and(|n| n.kind == JsonKind::Object);
            let is_first = top as usize + 1 == self.tape.nodes.len();
            match (self.peek()?, in_object) {
                (b'}', true) | (b']', false) => {
                    self.at += 1;
                    self.close();
                    continue;
                }
                (b',', _) if !is_first => {
                    self.at += 1;
                    self.skip_whitespace();
                }
                _ if is_first => {}
                _ => return Err(JsonError::Syntax(self.at)),
            }
            if in_object {
                self.parse_key()?;
            }
            self.parse_value()?;
        }
        self.skip_whitespace();
        if self.at == self.bytes.len() { Ok(()) } else { Err(JsonError::Syntax(self.at)) }
    }

    fn parse_key(&mut self) -> Result<(), JsonError> {
        if self.peek()? != b'"' {
            return Err(JsonError::Syntax(self.at));
        }
        self.parse_string(JsonKind::Key)?;
        self.skip_whitespace();
        if self.peek()? != b':' {
            return Err(JsonError::Syntax(self.at));
        }
        self.at += 1;
        self.skip_whitespace();
        Ok(())
    }

    /// Parses a scalar, or opens an object or array.
    fn parse_value(&mut self) -> Result<(), JsonError> {
        match self.peek()? {
            b'"' => self.parse_string(JsonKind::String),
            b'{' => self.open(JsonKind::Object),
            b'[' => self.open(JsonKind::Array),
            b't' => self.parse_literal(b"true", JsonKind::Bool),
            b'f' => self.parse_literal(b"false", JsonKind::Bool),
            b'n' => self.parse_literal(b"null", JsonKind::Null),
            b'-' | b'0'..=b'9' => self.parse_number(),
            _ => Err(JsonError::Syntax(self.at)),
        }
    }

    fn open(&mut self, kind: JsonKind) -> Result<(), JsonError> {
        if self.tape.open.len() >= self.max_depth {
            return Err(JsonError::TooDeep(self.at));
        }
        let idx = self.tape.nodes.len() as u32;
        self.push(kind, self.at, self.at + 1, false);
        self.tape.open.push(idx);
        self.at += 1;
        Ok(())
    }

    /// Closes the innermost object or array at the cursor.
    fn close(&mut self) {
        let next = self.tape.nodes.len() as u32;
        let end = self.at as u32;
        if let Some(idx) = self.tape.open.pop()
            && let Some(node) = self.tape.nodes.get_mut(idx as usize)
        {
            node.end = end;
            node.next = next;
        }
    }

    /// Closes everything at the end of a truncated text. A key without a value gets an empty string,
    /// so that entries stay pairs and the key is still redacted.
    fn close_all(&mut self) {
        self.at = self.bytes.len();
        if self.tape.nodes.last().is_some_and(|n| n.kind == JsonKind::Key) {
            self.push(JsonKind::String, self.at, self.at, false);
        }
        while !self.tape.open.is_empty() {
            self.close();
        }
    }

    fn parse_string(&mut self, kind: JsonKind) -> Result<(), JsonError> {
        let start = self.at + 1;
        if let Some(text) = self.short_string(start) {
            let word = if kind == JsonKind::Key { KnownKey::of_bytes(text) } else { KnownKey::Other };
            self.at = start + text.len() + 1;
            self.push_as(word, kind, Span::new(start, start + text.len()), false);
            return Ok(());
        }
        let mut at = start;
        let mut escaped = false;
        loop {
            at = self.plain_run(at)?;
            match self.bytes.get(at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    escaped = true;
                    match self.escape_len(at) {
                        Ok(len) => at += len,
                        Err(JsonError::Eof(_)) => at = self.bytes.len(),
                        Err(e) => return Err(e),
                    }
                }
                _ => {
                    self.push(kind, start, self.bytes.len(), escaped);
                    return Err(JsonError::Eof(self.bytes.len()));
                }
            }
        }
        self.push(kind, start, at, escaped);
        self.at = at + 1;
        Ok(())
    }

    /// The string at `start`, if it is shorter than 24 bytes and has no escapes. Most are, and this
    /// takes three loads instead of a call to memchr.
    #[inline]
    fn short_string(&self, start: usize) -> Option<&'t [u8]> {
        let rest = self.bytes.get(start..)?;
        for (n, word) in rest.as_chunks().0.iter().take(3).enumerate() {
            let marks = marks(u64::from_le_bytes(*word));
            if marks != 0 {
                let len = n * size_of::<u64>() + (marks.trailing_zeros() / 8) as usize;
                return rest.get(..len).filter(|_| rest.get(len) == Some(&b'"'));
            }
        }
        None
    }

    /// The position of the next quote or backslash at or after `at`, or the end. Rejects control
    /// characters.
    ///
    /// Most runs are short, so the first 32 bytes are tested eight at a time. Longer runs use memchr,
    /// whose setup pays off only there.
    fn plain_run(&self, mut at: usize) -> Result<usize, JsonError> {
        const N_WORDS: usize = 4;
        for _ in 0..N_WORDS {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let Some(word) = rest.first_chunk() else { return self.plain_end(at) };
            let marks = marks(u64::from_le_bytes(*word));
            if marks != 0 {
                let at = at + (marks.trailing_zeros() / 8) as usize;
                let is_end = matches!(self.bytes.get(at), Some(b'"' | b'\\'));
                return if is_end { Ok(at) } else { Err(JsonError::Syntax(at)) };
            }
            at += size_of::<u64>();
        }
        let rest = self.bytes.get(at..).unwrap_or_default();
        let len = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..len).unwrap_or_default();
        // No branch per byte, so that the compiler vectorizes it; the position is searched only on error.
        if run.iter().fold(0, |bad, &b| bad | u8::from(b < 0x20)) != 0 {
            let bad = run.iter().position(|&b| b < 0x20).unwrap_or(0);
            return Err(JsonError::Syntax(at + bad));
        }
        Ok((at + len).min(self.bytes.len()))
    }

    /// [`Self::plain_run`] for the last few bytes, one at a time.
    fn plain_end(&self, at: usize) -> Result<usize, JsonError> {
        let rest = self.bytes.get(at..).unwrap_or_default();
        for (i, &b) in rest.iter().enumerate() {
            match b {
                b'"' | b'\\' => return Ok(at + i),
                0..0x20 => return Err(JsonError::Syntax(at + i)),
                _ => {}
            }
        }
        Ok(self.bytes.len())
    }

    #[inline]
    fn escape_len(&self, at: usize) -> Result<usize, JsonError> {
        let rest = self.bytes.get(at + 1..).and_then(<[u8]>::first_chunk);
        if let Some([b'u', a, b, c, d]) = rest
            && [a, b, c, d].into_iter().all(u8::is_ascii_hexdigit)
        {
            return Ok("\\u0000".len());
        }
        match self.bytes.get(at + 1) {
            None => Err(JsonError::Eof(at)),
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(2),
            Some(b'u') => {
                let digits = self.bytes.get(at + 2..).unwrap_or_default();
                let n = digits.iter().take(4).take_while(|b| b.is_ascii_hexdigit()).count();
                match n {
                    4 => Ok(6),
                    n if n == digits.len() => Err(JsonError::Eof(at)),
                    n => Err(JsonError::Syntax(at + 2 + n)),
                }
            }
            Some(_) => Err(JsonError::Syntax(at + 1)),
        }
    }

    fn parse_number(&mut self) -> Result<(), JsonError> {
        let start = self.at;
        if self.bytes.get(self.at) == Some(&b'-') {
            self.at += 1;
        }
        if self.bytes.get(self.at) == Some(&b'0') {
            self.at += 1;
        } else {
            self.digits(start)?;
        }
        if self.bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits(start)?;
        }
        if let Some(b'e' | b'E') = self.bytes.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.bytes.get(self.at) {
                self.at += 1;
            }
            self.digits(start)?;
        }
        self.push(JsonKind::Number, start, self.at, false);
        Ok(())
    }

    fn digits(&mut self, number_start: usize) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let n = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if n == 0 && rest.is_empty() {
            // The digits of a truncated number are still redacted.
            self.push(JsonKind::Number, number_start, self.at, false);
            return Err(JsonError::Eof(self.at));
        }
        if n == 0 {
            return Err(JsonError::Syntax(self.at));
        }
        self.at += n;
        Ok(())
    }

    fn parse_literal(&mut self, literal: &[u8], kind: JsonKind) -> Result<(), JsonError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.starts_with(literal) {
            self.push(kind, self.at, self.at + literal.len(), false);
            self.at += literal.len();
            return Ok(());
        }
        let same = rest.iter().zip(literal).take_while(|(a, b)| a == b).count();
        if same == rest.len() { Err(JsonError::Eof(self.at)) } else { Err(JsonError::Syntax(self.at + same)) }
    }

    fn skip_whitespace(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Result<u8, JsonError> {
        self.bytes.get(self.at).copied().ok_or(JsonError::Eof(self.at))
    }

    fn push(&mut self, kind: JsonKind, start: usize, end: usize, escaped: bool) {
        let span = Span::new(start, end);
        let word = if kind == JsonKind::Key { self.known_key(span, escaped) } else { KnownKey::Other };
        self.push_as(word, kind, span, escaped);
    }

    #[inline]
    fn push_as(&mut self, word: KnownKey, kind: JsonKind, span: Span, escaped: bool) {
        let next = self.tape.nodes.len() as u32 + 1;
        self.tape.nodes.push(TapeNode {
            start: span.start as u32,
            end: span.end as u32,
            next,
            kind,
            escaped,
            word,
        });
    }

    /// Which well-known key is at a span.
    fn known_key(&self, key: Span, escaped: bool) -> KnownKey {
        if escaped {
            return KnownKey::of(&json_str::unescape(key.of(self.text)));
        }
        KnownKey::of_bytes(self.bytes.get(key.range()).unwrap_or_default())
    }
}

/// Sets the high bit of each of eight bytes that ends a plain run: quote, backslash, or control
/// character. The lowest mark is exact. A higher one may be wrong, because the subtraction borrows
/// across bytes, so callers use only the lowest.
///
/// `x - least` sets the high bit of a byte below `least`, and `!x` excludes bytes that had it before.
/// A byte equals the quote if it is zero after XOR with it, and so below 1.
const fn marks(word: u64) -> u64 {
    const ONES: u64 = u64::MAX / 0xFF;
    const HIGH: u64 = ONES << 7;
    const fn below(word: u64, least: u8) -> u64 {
        word.wrapping_sub(ONES * least as u64) & !word & HIGH
    }
    let quotes = word ^ (ONES * b'"' as u64);
    let backslashes = word ^ (ONES * b'\\' as u64);
    below(quotes, 1) | below(backslashes, 1) | below(word, 0x20)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    fn read(text: &str) -> Result<Tape, JsonError> {
        let mut tape = Tape::default();
        tape.read(text, 64, Truncated::Reject).map(|()| tape)
    }

    #[test]
    fn indexes_every_value_with_its_span() {
        let text = r#" {"a":[1,"x\n"],"b":null} "#;
        let tape = read(text).unwrap();
        let got: Vec<_> = tape.nodes().iter().map(|n| (n.kind, n.span().of(text), n.next())).collect();
        assert_eq!(
            got,
            [
                (JsonKind::Object, r#"{"a":[1,"x\n"],"b":null}"#, 7),
                (JsonKind::Key, "a", 2),
                (JsonKind::Array, r#"[1,"x\n"]"#, 5),
                (JsonKind::Number, "1", 4),
                (JsonKind::String, r"x\n", 5),
                (JsonKind::Key, "b", 6),
                (JsonKind::Null, "null", 7),
            ]
        );
    }

    #[test]
    fn bounds_depth_exactly() {
        let nested = |n: usize| format!("{}{}", "[".repeat(n), "]".repeat(n));
        assert!(read(&nested(64)).is_ok());
        assert_eq!(read(&nested(65)).unwrap_err(), JsonError::TooDeep(64));
        assert_eq!(read(&"[".repeat(100_000)).unwrap_err(), JsonError::TooDeep(64));
    }

    #[test]
    fn accepts_lone_surrogates() {
        assert!(read(r#""\ud83d""#).is_ok());
    }

    #[test]
    fn closes_open_values_of_a_truncated_text() {
        for cut in [r#"{"a":{"b":"secr"#, r#"{"a":{"b":"secr\"#, r#"{"a":{"b":"secr\u00"#] {
            let mut tape = Tape::default();
            tape.read(cut, 64, Truncated::Accept).unwrap();
            let last = tape.nodes().last().unwrap();
            assert!(last.span().of(cut).starts_with("secr"), "{cut}");
            assert_eq!(tape.nodes()[0].next(), tape.nodes().len());
        }
    }

    /// Text that is JSON, nearly JSON, or not at all.
    fn near_json() -> impl Strategy<Value = String> {
        let token = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"a\"",
            "\"\"",
            "\"\\n\"",
            "\"\\u00e9\"",
            "\"\\x\"",
            "1",
            "-0",
            "01",
            "1.5e3",
            "1.",
            "true",
            "false",
            "null",
            "nul",
            " ",
            "\n",
            "\"",
            "\\",
            "\u{1}",
            "\"\u{1}\"",
            "é",
            "-",
            "\"\\ud83d\\ude00\"",
            "1e",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
            "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "aaaaa",
        ]);
        prop::collection::vec(token, 0..12).prop_map(|v| v.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_lowest_mark_is_the_first_byte_that_ends_a_run(bytes in any::<[u8; 8]>(), at in 0_usize..9, b in 0_u8..0x80) {
            let mut bytes = bytes;
            if let Some(place) = bytes.get_mut(at) {
                *place = b;
            }
            let first = bytes.iter().position(|&b| matches!(b, 0..0x20 | b'"' | b'\\'));
            let marks = marks(u64::from_le_bytes(bytes));
            prop_assert_eq!((marks != 0).then(|| marks.trailing_zeros() as usize / 8), first);
        }

        #[test]
        fn accepts_exactly_what_serde_json_accepts(text in near_json()) {
            let oracle = serde_json::from_str::<IgnoredAny>(&text).is_ok();
            prop_assert_eq!(read(&text).is_ok(), oracle, "{}", text);
        }
    }
}
