//! Codice fiscale of Italy: tables for odd and even places, modulus 26.

use super::arith::{base36, symbols};

/// What a character counts in an odd place, digits then letters.
const ODD: [u32; 36] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14,
    16, 10, 22, 25, 24, 23,
];

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let sum = body.iter().enumerate().try_fold(0, |sum, (idx, &byte)| {
        let value = base36(byte)?;
        let plain = if value < 10 { value } else { value - 10 };
        let counted = if idx % 2 == 0 { *ODD.get(value as usize)? } else { plain };
        Some(sum + counted)
    });
    let is_month = symbols.get(8).is_some_and(|month| b"ABCDEHLMPRST".contains(month));
    symbols.len() == 16 && is_month && sum.is_some_and(|sum| u32::from(check.wrapping_sub(b'A')) == sum % 26)
}
