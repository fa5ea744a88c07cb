//! Health card of Brazil: weights 15 to 1, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    digits.len() == 15
        && matches!(digits.first(), Some(1 | 2 | 7..=9))
        && weighted(&digits, &[15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
