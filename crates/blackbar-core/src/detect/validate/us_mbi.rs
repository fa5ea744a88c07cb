//! Medicare number: which place takes a digit, which a letter, and letters that are not used.

use super::arith::symbols;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let is_letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    let fits = |(&byte, kind): (&u8, &u8)| match kind {
        b'1' => matches!(byte, b'1'..=b'9'),
        b'n' => byte.is_ascii_digit(),
        b'a' => is_letter(byte),
        _ => is_letter(byte) || byte.is_ascii_digit(),
    };
    symbols.len() == 11 && symbols.iter().zip(b"1axnaxnaann").all(fits)
}
