//! AFM of Greece: powers of two, modulus 11, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("EL")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum = weighted(body, &[256, 128, 64, 32, 16, 8, 4, 2]);
    digits.len() == 9 && sum > 0 && sum % 11 % 10 == u32::from(check)
}
