//! Number of foreigners in Bulgaria: weights 21, 19, 17, 13, 11, 9, 7, 3, 1, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]);
    digits.len() == 10 && digits.last().is_some_and(|&check| sum % 10 == u32::from(check))
}
