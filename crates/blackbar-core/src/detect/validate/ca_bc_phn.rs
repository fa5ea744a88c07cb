//! Personal health number of British Columbia: weights 2, 4, 8, 5, 10, 9, 7, 3, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum = weighted(body.get(1..).unwrap_or(&[]), &[2, 4, 8, 5, 10, 9, 7, 3]);
    digits.len() == 10 && digits.first() == Some(&9) && (11 - sum % 11) % 11 == u32::from(check)
}
