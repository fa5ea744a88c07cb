//! NIP of Poland: weights 6, 5, 7, 2, 3, 4, 5, 6, 7, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("PL")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    digits.len() == 10 && weighted(body, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == u32::from(check)
}
