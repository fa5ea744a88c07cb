//! Unique taxpayer reference: the first digit checks the others, by a table of modulus 11.

use super::arith::{digits, weighted};

const CHECKS: [u8; 11] = [2, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1];

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text.trim_end_matches(['K', 'k'])) else { return false };
    let Some((&check, body)) = digits.split_first() else { return false };
    let sum = weighted(body, &[6, 7, 8, 9, 10, 5, 4, 3, 2]);
    digits.len() == 10 && CHECKS.get((sum % 11) as usize) == Some(&check)
}
