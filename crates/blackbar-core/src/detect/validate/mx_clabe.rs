//! CLABE of Mexico: weights 3, 7, 1, each product cut to its last digit.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body.iter().zip([3_u32, 7, 1].iter().cycle()).map(|(&d, w)| u32::from(d) * w % 10).sum();
    digits.len() == 18 && (10 - sum % 10) % 10 == u32::from(check)
}
