//! Social security number of Mexico: Luhn.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 11 && luhn(&digits))
}
