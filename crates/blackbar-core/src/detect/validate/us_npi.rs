//! NPI of health providers: Luhn with 80840 before the number.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let mut whole = [8, 0, 8, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let Some(tail) = whole.last_chunk_mut::<10>() else { return false };
    let Some(number) = digits.first_chunk::<10>() else { return false };
    *tail = *number;
    digits.len() == 10 && matches!(digits.first(), Some(1 | 2)) && luhn(&whole)
}
