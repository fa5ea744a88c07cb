//! Identity card of Vietnam: a province and a century that has begun.

use super::arith::{digits, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    digits.len() == 12
        && digits.get(..3).is_some_and(|province| (1..=96).contains(&number(province)))
        && digits.get(3).is_some_and(|&century| century <= 3)
}
