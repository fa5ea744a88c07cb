//! Folding: a view of a text with ASCII digits, spaces and dashes in place of their look-alikes.
//!
//! A rule is written for `4111-1111`. A page may contain full-width digits, no-break spaces, or a
//! soft hyphen or right-to-left mark between them. Folding replaces or removes those; spans of the
//! view map back to the original text. It does not change letter case, accents or words.
//!
//! **Invariant:** a span of the folded text maps to a span of the original that is on character
//! boundaries and covers every character that became, or was removed between, its bytes.

use std::borrow::Cow;

use crate::text::span::Span;

/// A folded view of a text. Borrowed, at no cost, if nothing had to be folded.
pub(crate) struct Folded<'a> {
    text: Cow<'a, str>,
    /// Where the offsets of view and original diverge, in order; empty for an identical view.
    segments: Vec<FoldedStretch>,
}

/// A stretch of the view: byte `folded` of the view is byte `original` of the text, and so on.
#[derive(Clone, Copy)]
struct FoldedStretch {
    folded: usize,
    original: usize,
    /// Length in the original of a single folded character; 0 for a copied stretch.
    width: usize,
}

/// Folds `text`. ASCII text costs one vectorized pass; other characters are looked up one by one.
pub(crate) fn fold(text: &str) -> Folded<'_> {
    let mut from = 0;
    while let Some(at) = next_wide(text.as_bytes(), from) {
        let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
        if folded_char(c) != Fold::Keep {
            return rebuild(text, at);
        }
        from = at + c.len_utf8();
    }
    Folded { text: Cow::Borrowed(text), segments: Vec::new() }
}

/// The position of the next byte that is not ASCII.
fn next_wide(bytes: &[u8], from: usize) -> Option<usize> {
    const LANES: usize = 32;
    let rest = bytes.get(from..)?;
    // In text of another script the next one is close, and not worth the setup of the chunked loop.
    if let Some(near) = rest.iter().take(4).position(|byte| !byte.is_ascii()) {
        return Some(from + near);
    }
    let (chunks, tail) = rest.as_chunks::<LANES>();
    for (idx, chunk) in chunks.iter().enumerate() {
        // OR of all bytes, without a branch per byte, so that the compiler vectorizes it.
        if chunk.iter().fold(0, |all, byte| all | byte) >= 0x80 {
            let at = chunk.iter().position(|byte| !byte.is_ascii())?;
            return Some(from + idx * LANES + at);
        }
    }
    let at = tail.iter().position(|byte| !byte.is_ascii())?;
    Some(bytes.len() - tail.len() + at)
}

impl Folded<'_> {
    /// The folded text, to search in.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing had to be folded, so that spans are those of the original.
    pub(crate) fn is_identity(&self) -> bool {
        self.segments.is_empty()
    }

    /// The span of the original that `span` of the folded text came from.
    pub(crate) fn original_span(&self, span: Span) -> Span {
        if self.is_identity() || span.is_empty() {
            return Span::new(self.original_start(span.start), self.original_start(span.end));
        }
        let last = self.segment_at(span.end - 1);
        let end = if last.width > 0 { last.original + last.width } else { last.carry(span.end) };
        Span::new(self.original_start(span.start), end)
    }

    fn original_start(&self, at: usize) -> usize {
        if self.is_identity() { at } else { self.segment_at(at).carry(at) }
    }

    fn segment_at(&self, at: usize) -> FoldedStretch {
        let after = self.segments.partition_point(|segment| segment.folded <= at);
        let found = after.checked_sub(1).and_then(|idx| self.segments.get(idx));
        found.copied().unwrap_or(FoldedStretch { folded: 0, original: 0, width: 0 })
    }
}

impl FoldedStretch {
    const fn carry(self, at: usize) -> usize {
        self.original + (at - self.folded)
    }
}

/// Builds the view; `first` is the position of the first folded character.
fn rebuild(text: &str, first: usize) -> Folded<'_> {
    let mut out = String::with_capacity(text.len());
    let mut segments = Vec::new();
    let kept = text.get(..first).unwrap_or("");
    out.push_str(kept);
    let mut copying = true;
    let mut from = kept.len();
    while from < text.len() {
        // Copies the ASCII up to the next other character in one go.
        let wide = next_wide(text.as_bytes(), from).unwrap_or(text.len());
        let Some((plain, c)) = text.get(from..wide).zip(text.get(wide..).map(|rest| rest.chars().next()))
        else {
            break;
        };
        if !plain.is_empty() && !copying {
            segments.push(FoldedStretch { folded: out.len(), original: from, width: 0 });
            copying = true;
        }
        out.push_str(plain);
        let Some(c) = c else { break };
        match folded_char(c) {
            Fold::Keep => {
                if !copying {
                    segments.push(FoldedStretch { folded: out.len(), original: wide, width: 0 });
                    copying = true;
                }
                out.push(c);
            }
            Fold::To(plain) => {
                segments.push(FoldedStretch { folded: out.len(), original: wide, width: c.len_utf8() });
                copying = false;
                out.push(char::from(plain));
            }
            Fold::Remove => copying = false,
        }
        from = wide + c.len_utf8();
    }
    segments.push(FoldedStretch { folded: out.len(), original: text.len(), width: 0 });
    Folded { text: Cow::Owned(out), segments }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fold {
    Keep,
    To(u8),
    Remove,
}

/// How one character is folded.
fn folded_char(c: char) -> Fold {
    if c.is_ascii() {
        return Fold::Keep;
    }
    match c {
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' => Fold::Remove,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{20e3}' => Fold::Remove,
        '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => Fold::Remove,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            Fold::To(b' ')
        }
        '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => Fold::To(b'-'),
        '\u{2024}' | '\u{3002}' | '\u{ff61}' | '\u{fe52}' => Fold::To(b'.'),
        '\u{2044}' | '\u{2215}' => Fold::To(b'/'),
        '\u{fe6b}' => Fold::To(b'@'),
        '\u{ff01}'..='\u{ff5e}' => Fold::To((u32::from(c) - 0xFF01 + 0x21) as u8),
        _ => digit(c).map_or(Fold::Keep, Fold::To),
    }
}

/// The ASCII digit for any other decimal digit of Unicode.
fn digit(c: char) -> Option<u8> {
    let code = u32::from(c);
    if code < 0x660 {
        return None;
    }
    if (0x1D7CE..=0x1D7FF).contains(&code) {
        return Some(b'0' + ((code - 0x1D7CE) % 10) as u8);
    }
    let after = ZEROS.partition_point(|&zero| zero <= code);
    let zero = *ZEROS.get(after.checked_sub(1)?)?;
    (code - zero < 10).then(|| b'0' + (code - zero) as u8)
}

/// The zero of each run of ten decimal digits in Unicode, in order.
const ZEROS: [u32; 62] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
    0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0x104A0, 0x10D30, 0x11066,
    0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x11730, 0x118E0, 0x11950,
    0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16A60, 0x16AC0, 0x16B50, 0x1E140, 0x1E2F0, 0x1E4F0, 0x1E5F1,
    0x1E950, 0x1FBF0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, folded: &str) {
        assert_eq!(fold(text).as_str(), folded);
    }

    #[test]
    fn borrows_text_that_has_nothing_to_fold() {
        for text in ["", "plain", "Größe naïve 漢字 👩"] {
            assert!(fold(text).is_identity());
            check(text, text);
        }
    }

    #[test]
    fn folds_digits_of_other_scripts() {
        check("４１１１ ٤١١١ ۴۱ ४१ 𝟜𝟙", "4111 4111 41 41 41");
    }

    #[test]
    fn zero_code_points_are_in_ascending_order() {
        assert!(ZEROS.is_sorted());
    }

    #[test]
    fn folds_after_plain_text_of_any_length() {
        for len in 0..100 {
            let text = format!("{}é{}\u{a0}x", "a".repeat(len), "b".repeat(len));
            check(&text, &text.replace('\u{a0}', " "));
        }
    }

    #[test]
    fn folds_spaces_dashes_and_full_width_letters() {
        check("078\u{2011}05\u{2212}1120\u{a0}x", "078-05-1120 x");
        check("ｊａｎｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "jane@example.com");
    }

    #[test]
    fn removes_invisible_characters() {
        check("41\u{200b}11\u{ad}\u{202d}5\u{feff}", "41115");
    }

    #[test]
    fn maps_spans_back_over_removed_characters() {
        let text = "é ４１\u{200b}１1 end";
        let folded = fold(text);
        let start = folded.as_str().find("4111").unwrap();
        let span = folded.original_span(Span::new(start, start + 4));
        assert_eq!(span.of(text), "４１\u{200b}１1");
        let end = folded.as_str().find("end").unwrap();
        assert_eq!(folded.original_span(Span::new(end, end + 3)).of(text), "end");
    }

    #[test]
    fn every_span_maps_to_character_boundaries() {
        let text = "a\u{200b}１\u{a0}é\u{ad}—z\u{202e}";
        let folded = fold(text);
        let bounds: Vec<usize> =
            (0..=folded.as_str().len()).filter(|&at| folded.as_str().is_char_boundary(at)).collect();
        for &start in &bounds {
            for &end in bounds.iter().filter(|&&end| end >= start) {
                let span = folded.original_span(Span::new(start, end));
                assert!(text.get(span.range()).is_some());
            }
        }
    }
}
