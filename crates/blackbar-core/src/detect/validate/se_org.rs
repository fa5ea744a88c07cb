//! Organisation number of Sweden: Luhn, the third digit from 2 on.

use super::arith::{digits, luhn};

pub(super) fn is_valid(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 10 && luhn(&digits))
}
