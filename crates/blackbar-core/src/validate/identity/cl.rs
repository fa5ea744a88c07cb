//! Identifiers of Chile.

use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `cl-rut`: Chilean RUT: weights 2 to 7 from the right, modulus 11, K for ten.
pub(crate) fn rut(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let Some(digits) = values(body) else { return false };
    let sum: u32 =
        digits.iter().rev().zip((2..=7).cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    let expected = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        digit => b'0' + digit as u8,
    };
    matches!(digits.len(), 7 | 8) && expected == check
}
