//! SIRET of France: Luhn over all and over the SIREN; post offices by the sum of digits.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some(siren) = digits.get(..9) else { return false };
    let sum: u32 = digits.iter().map(|&digit| u32::from(digit)).sum();
    let is_post = siren == [3, 5, 6, 0, 0, 0, 0, 0, 0] && sum.is_multiple_of(5);
    digits.len() == 14 && luhn(siren) && (luhn(&digits) || is_post)
}
