//! Taxpayer number of Ukraine: weights with a negative one, modulus 11, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    // 10 stands for −1 modulo 11.
    let sum = weighted(&digits, &[10, 5, 7, 9, 4, 6, 10, 5, 7]);
    digits.len() == 10 && digits.last().is_some_and(|&check| sum % 11 % 10 == u32::from(check))
}
