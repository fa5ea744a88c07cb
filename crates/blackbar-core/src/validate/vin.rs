//! Vehicle identification number: weights by position, transliterated letters, modulus 11 in the ninth position.

use crate::validate::arith::symbols;

const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];

/// `vin`: Vehicle identification number: weights by position, transliterated letters, modulus 11 in the ninth position.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let sum =
        symbols.iter().zip(WEIGHTS).try_fold(0, |sum, (&byte, weight)| Some(sum + value(byte)? * weight));
    let expected = sum.map(|sum| match sum % 11 {
        10 => b'X',
        digit => b'0' + digit as u8,
    });
    symbols.len() == 17 && expected.is_some() && symbols.get(8).copied() == expected
}

fn value(byte: u8) -> Option<u32> {
    match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'A'..=b'H' => Some(u32::from(byte - b'@')),
        b'J'..=b'N' => Some(u32::from(byte - b'I')),
        b'P' => Some(7),
        b'R' => Some(9),
        b'S'..=b'Z' => Some(u32::from(byte - b'Q')),
        _ => None,
    }
}
