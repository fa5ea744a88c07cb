//! Number of a firm in Taiwan: weights 1, 2, 1, 2, 1, 2, 4, 1, cross sums, modulus 5.

use super::arith::digits;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let cross = |(&digit, weight): (&u8, u32)| {
        let product = u32::from(digit) * weight;
        product / 10 + product % 10
    };
    let sum: u32 = digits.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(cross).sum();
    let is_seven = digits.get(6) == Some(&7);
    digits.len() == 8 && (sum.is_multiple_of(5) || (is_seven && (sum + 1).is_multiple_of(5)))
}
