//! NIF of Portugal: weights 9 to 2, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("PT")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let expected = (11 - weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    digits.len() == 9 && digits.first() != Some(&0) && expected == u32::from(check)
}
