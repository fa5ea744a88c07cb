//! Tax number of Slovenia: weights 8 to 2, modulus 11.

use super::arith::{digits_behind, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "SI") else { return false };
    let expected = 11 - weighted(&digits, &[8, 7, 6, 5, 4, 3, 2]) % 11;
    digits.len() == 8
        && digits.first() != Some(&0)
        && expected != 11
        && digits.last().is_some_and(|&check| expected % 10 == u32::from(check))
}
