//! CVR number of Denmark: weights 2, 7, 6, 5, 4, 3, 2, 1, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("DK")) else { return false };
    digits.len() == 8
        && digits.first() != Some(&0)
        && weighted(&digits, &[2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11)
}
