//! Routing number of the United States: a region and weights 3, 7, 1.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let region = pair(&digits, 0);
    let is_region = region.is_some_and(|region| matches!(region, 0..=12 | 21..=32 | 61..=72 | 80));
    digits.len() == 9 && is_region && weighted(&digits, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}
