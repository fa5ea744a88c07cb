//! Fonts inlined in style sheets: which findings in their bytes are texts.

use crate::text::span::Span;

/// The first bytes of the formats that browsers load.
const SIGNATURES: [&[u8]; 6] = [b"wOF2", b"wOFF", b"OTTO", b"true", b"ttcf", b"\0\x01\0\0"];

/// Printable bytes in a row that compressed outlines do not have by chance.
const MIN_TEXT_BYTES: usize = 12;
/// The same of digits.
const MIN_TEXT_DIGITS: usize = 9;

/// Whether bytes claim to be a font.
pub(super) fn is_font(bytes: &[u8]) -> bool {
    SIGNATURES.iter().any(|signature| bytes.starts_with(signature))
}

/// Whether a finding in the bytes of a font, read as text, is part of a text: `q7v@kd9.de` between random
/// bytes is none.
pub(super) fn is_in_a_text(readable: &str, found: Span) -> bool {
    let is_text = |c: &char| !c.is_control() && *c != char::REPLACEMENT_CHARACTER && c.is_ascii();
    let before = readable.get(..found.start).unwrap_or("").chars().rev();
    let after = readable.get(found.end..).unwrap_or("").chars();
    let n_around = before.take(MIN_TEXT_BYTES).take_while(is_text).count()
        + after.take(MIN_TEXT_BYTES).take_while(is_text).count();
    let n_digits = found.of(readable).bytes().filter(u8::is_ascii_digit).count();
    found.len() + n_around >= MIN_TEXT_BYTES || n_digits >= MIN_TEXT_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_runs_between_other_bytes_are_no_texts() {
        let check = |text: &str, found: &str| {
            let start = text.find(found).unwrap();
            is_in_a_text(text, Span::new(start, start + found.len()))
        };
        assert!(!check("\u{fffd}\u{1}q7v@kd9.de\u{fffd}x", "q7v@kd9.de"));
        assert!(check("\u{fffd}Copyright jane@x.test\u{fffd}", "jane@x.test"));
        assert!(check("\u{fffd}jane.roe@x.test\u{fffd}", "jane.roe@x.test"));
        assert!(check("\u{fffd}2025550143\u{fffd}", "2025550143"));
        assert!(is_font(b"wOF2\0\x01\0\0") && !is_font(b"%PDF-1.7"));
    }
}
