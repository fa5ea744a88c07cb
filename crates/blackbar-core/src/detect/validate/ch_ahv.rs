//! AHV number of Switzerland: an EAN-13 that begins with 756.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
    digits.len() == 13 && digits.starts_with(&[7, 5, 6]) && sum.is_multiple_of(10)
}
