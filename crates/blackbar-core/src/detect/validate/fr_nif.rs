//! Tax number of France: the last three digits are the rest of the others by 511.

use super::arith::{digits, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((body, check)) = digits.split_at_checked(10) else { return false };
    digits.len() == 13 && matches!(digits.first(), Some(0..=3)) && number(body) % 511 == number(check)
}
