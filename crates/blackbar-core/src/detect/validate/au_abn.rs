//! ABN of Australia: the first digit less one, weights 10, 1, 3 to 19, modulus 89.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    digits.len() == 11 && digits.first() != Some(&0) && sum >= 10 && (sum - 10).is_multiple_of(89)
}
