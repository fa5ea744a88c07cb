//! Medicare card of Australia: weights 1, 3, 7, 9, modulus 10, first digit 2 to 6.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9]);
    matches!(digits.len(), 10 | 11)
        && matches!(digits.first(), Some(2..=6))
        && digits.get(8).is_some_and(|&check| sum % 10 == u32::from(check))
}
