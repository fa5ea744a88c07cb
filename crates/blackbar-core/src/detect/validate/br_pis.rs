//! PIS, PASEP and NIT of Brazil: weights 3, 2, 9 to 2, modulus 11.

use super::arith::{digits, is_uniform, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[3, 2, 9, 8, 7, 6, 5, 4, 3, 2]);
    let expected = match 11 - sum % 11 {
        10 | 11 => 0,
        digit => digit,
    };
    digits.len() == 11
        && !is_uniform(&digits)
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
