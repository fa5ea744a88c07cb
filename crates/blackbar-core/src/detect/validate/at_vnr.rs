//! Social insurance number of Austria: the fourth digit checks the others, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    digits.len() == 10
        && digits.first() != Some(&0)
        && digits.get(3).is_some_and(|&check| sum % 11 == u32::from(check))
}
