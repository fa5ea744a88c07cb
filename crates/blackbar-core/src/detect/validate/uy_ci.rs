//! Identity card of Uruguay: weights 2, 9, 8, 7, 6, 3, 4, modulus 10.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    // A number of six digits is written without its zero.
    let weights: &[u32] = if body.len() == 6 { &[9, 8, 7, 6, 3, 4] } else { &[2, 9, 8, 7, 6, 3, 4] };
    matches!(body.len(), 6 | 7) && (10 - weighted(body, weights) % 10) % 10 == u32::from(check)
}
