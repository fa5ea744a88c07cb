//! My Number of Japan: weights 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.

use super::arith::{digits, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let rest = weighted(&digits, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    let expected = if rest <= 1 { 0 } else { 11 - rest };
    digits.len() == 12 && digits.last().is_some_and(|&check| expected == u32::from(check))
}
