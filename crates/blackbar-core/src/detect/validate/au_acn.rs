//! ACN of Australia: weights 8 to 1, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let expected = (10 - weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1]) % 10) % 10;
    digits.len() == 9 && digits.last().is_some_and(|&check| expected == u32::from(check))
}
