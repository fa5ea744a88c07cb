//! Identifiers of Italy.

use crate::validate::arith::base36;
use crate::validate::arith::digits;
use crate::validate::arith::luhn;
use crate::validate::arith::number;
use crate::validate::arith::symbols;

/// The value of a character at an odd position, digits first.
const ODD: [u32; 36] = [
    1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14,
    16, 10, 22, 25, 24, 23,
];

/// `it-cf`: Italian codice fiscale: tables for odd and even positions, modulus 26.
pub(crate) fn cf(text: &str) -> bool {
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

/// `it-iva`: Italian partita IVA: Luhn, and an existing office.
pub(crate) fn iva(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("IT")) else { return false };
    let Some((serial, office)) = digits.get(..7).zip(digits.get(7..10)) else { return false };
    let is_office = matches!(number(office), 1..=100 | 120 | 121 | 888 | 999);
    digits.len() == 11 && number(serial) > 0 && is_office && luhn(&digits)
}
