//! Number of a firm in Japan: weights 1 and 2 from the right, modulus 9, in the first place.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_first() else { return false };
    let sum: u32 =
        body.iter().rev().zip([1, 2].iter().cycle()).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    digits.len() == 13 && 9 - sum % 9 == u32::from(check)
}
