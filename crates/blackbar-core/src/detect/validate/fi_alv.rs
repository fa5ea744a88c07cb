//! Business id of Finland: weights 7, 9, 10, 5, 8, 4, 2, modulus 11.

use super::arith::{digits_behind, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "FI") else { return false };
    digits.len() == 8 && weighted(&digits, &[7, 9, 10, 5, 8, 4, 2, 1]).is_multiple_of(11)
}
