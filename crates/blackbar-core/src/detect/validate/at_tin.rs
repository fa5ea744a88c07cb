//! Tax account of Austria: every second digit doubled with cross sums, modulus 10.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 9 && luhn(&digits))
}
