//! Tax number of Vietnam: weights 31, 29, 23, 19, 17, 13, 7, 5, 3, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let rest = weighted(&digits, &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11;
    matches!(digits.len(), 10 | 13)
        && digits.get(9).is_some_and(|&check| rest <= 10 && 10 - rest == u32::from(check))
}
