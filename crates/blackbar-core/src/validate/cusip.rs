//! CUSIP: every second character doubled, digit sums, modulus 10.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// `cusip`: CUSIP: every second character doubled, digit sums, modulus 10.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let sum = body.iter().enumerate().try_fold(0, |sum, (idx, &byte)| {
        let value = base36(byte)? * if idx % 2 == 1 { 2 } else { 1 };
        Some(sum + value / 10 + value % 10)
    });
    let expected = sum.map(|sum| (10 - sum % 10) % 10);
    symbols.len() == 9 && expected.is_some() && char::from(check).to_digit(10) == expected
}
