//! Enterprise number of Switzerland: weights 5, 4, 3, 2, 7, 6, 5, 4, modulus 11.

use super::arith::{digits_behind, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let head = text.get(..15).unwrap_or(text);
    let Some(digits) = digits_behind(head, "CHE") else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    digits.len() == 9 && (11 - weighted(body, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == u32::from(check)
}
