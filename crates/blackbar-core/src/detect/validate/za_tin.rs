//! Tax number of South Africa: Luhn, by its first digit.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| {
        digits.len() == 10 && matches!(digits.first(), Some(0..=3 | 9)) && luhn(&digits)
    })
}
