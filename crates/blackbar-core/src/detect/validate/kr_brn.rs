//! Number of a firm in Korea: weights 1, 3, 7, 1, 3, 7, 1, 3, 5, the last product counted with its tens.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let ninth = digits.get(8).map_or(0, |&digit| u32::from(digit) * 5 / 10);
    let sum = weighted(&digits, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + ninth;
    digits.len() == 10 && digits.last().is_some_and(|&check| (10 - sum % 10) % 10 == u32::from(check))
}
