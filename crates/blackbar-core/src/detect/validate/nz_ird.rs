//! IRD number of New Zealand: two sets of weights, modulus 11.

use super::arith::{digits, number, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let skip = 8 - body.len().min(8);
    let rest = |weights: &[u32]| (11 - weighted(body, weights.get(skip..).unwrap_or(&[])) % 11) % 11;
    let expected = match rest(&[3, 2, 7, 6, 5, 4, 3, 2]) {
        10 => rest(&[7, 4, 3, 2, 5, 2, 7, 6]),
        first => first,
    };
    let is_range = (10_000_000..150_000_000).contains(&number(&digits));
    matches!(digits.len(), 8 | 9) && is_range && expected == u32::from(check)
}
