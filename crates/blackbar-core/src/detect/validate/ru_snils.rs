//! SNILS of Russia: weights 9 to 1, modulus 101.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[9, 8, 7, 6, 5, 4, 3, 2, 1]);
    digits.len() == 11 && pair(&digits, 9) == Some(sum % 101 % 100)
}
