//! NHS number: weights 10 to 2, modulus 11; a check of 10 is not given out.

use super::arith::{digits, is_uniform, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum = weighted(body, &[10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.len() == 10 && !is_uniform(&digits) && (11 - sum % 11) % 11 == u32::from(check)
}
