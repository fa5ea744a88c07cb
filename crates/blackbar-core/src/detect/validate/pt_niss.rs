//! Social security number of Portugal: primes 29 to 2, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]);
    digits.len() == 11
        && matches!(digits.first(), Some(1 | 2))
        && digits.last().is_some_and(|&check| 9 - sum % 10 == u32::from(check))
}
