//! DNI and NIE of Spain: the letter is the rest by 23.

use super::arith::{number, symbols, values};

const LETTERS: &[u8] = b"TRWAGMYFPDXBNJZSQVHLCKE";

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, body)) = symbols.split_last() else { return false };
    let mut plain = *body.first_chunk::<8>().unwrap_or(&[b'?'; 8]);
    if let Some(first) = plain.first_mut() {
        *first = match *first {
            foreign @ b'X'..=b'Z' => foreign - b'X' + b'0',
            other => other,
        };
    }
    let Some(digits) = values(&plain) else { return false };
    symbols.len() == 9 && LETTERS.get((number(&digits) % 23) as usize) == Some(&letter)
}
