//! CUI of Romania: weights 753217532 from the right, times ten, modulus 11.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("RO")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 3, 5, 7, 1, 2, 3, 5, 7])
        .map(|(&digit, weight)| u32::from(digit) * weight)
        .sum();
    matches!(digits.len(), 2..=10) && sum * 10 % 11 % 10 == u32::from(check)
}
