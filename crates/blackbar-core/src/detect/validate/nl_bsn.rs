//! Citizen number of the Netherlands: the test of eleven, the last digit negative.

use super::arith::{digits, is_uniform, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&last, body)) = digits.split_last() else { return false };
    let weights: &[u32] = if digits.len() == 8 { &[8, 7, 6, 5, 4, 3, 2] } else { &[9, 8, 7, 6, 5, 4, 3, 2] };
    let sum = weighted(body, weights);
    matches!(digits.len(), 8 | 9) && !is_uniform(&digits) && sum % 11 == u32::from(last)
}
