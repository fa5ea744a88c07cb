//! VAT number of Malta: weights with the last two digits as one number, modulus 37.

use super::arith::{digits_behind, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "MT") else { return false };
    let sum = weighted(&digits, &[3, 4, 6, 7, 8, 9, 10, 1]);
    digits.len() == 8 && digits.first() != Some(&0) && sum.is_multiple_of(37)
}
