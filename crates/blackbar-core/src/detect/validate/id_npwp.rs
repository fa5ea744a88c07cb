//! Tax number of Indonesia: Luhn over the first nine digits; numbers of people are their NIK with a zero.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    match digits.len() {
        15 => digits.get(..9).is_some_and(luhn),
        16 => digits.first() == Some(&0) && digits.get(1..10).is_some_and(luhn),
        _ => false,
    }
}
