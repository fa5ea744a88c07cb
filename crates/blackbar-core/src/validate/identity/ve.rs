//! Identifiers of Venezuela.

use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `ve-rif`: Venezuelan RIF: the letter as a number, weights 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.
pub(crate) fn rif(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((kind, rest)) = symbols.split_first() else { return false };
    let Some(digits) = values(rest) else { return false };
    let kind = match kind {
        b'V' => 4,
        b'E' => 8,
        b'J' => 12,
        b'P' => 16,
        b'G' => 20,
        _ => return false,
    };
    let expected = match 11 - (kind + weighted(&digits, &[3, 2, 7, 6, 5, 4, 3, 2])) % 11 {
        10 | 11 => 0,
        digit => digit,
    };
    digits.len() == 9 && digits.last().is_some_and(|&check| expected == u32::from(check))
}
