//! RUC of Peru: a kind of taxpayer, weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let expected = (11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    digits.len() == 11
        && matches!(pair(&digits, 0), Some(10 | 15 | 17 | 20))
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
