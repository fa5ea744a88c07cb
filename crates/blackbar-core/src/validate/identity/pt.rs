//! Identifiers of Portugal.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// `pt-cc`: Portuguese citizen card: Luhn over base 36.
pub(crate) fn cc(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let values = symbols.iter().rev().filter_map(|&byte| base36(byte)).enumerate();
    let sum: u32 = values
        .map(|(idx, value)| match (idx % 2, value * 2) {
            (0, _) => value,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    symbols.len() == 12 && symbols.iter().take(9).all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}
