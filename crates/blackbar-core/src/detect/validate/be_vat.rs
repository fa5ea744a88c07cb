//! Enterprise number of Belgium: 97 minus the remainder.

use super::arith::{digits_behind, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "BE") else { return false };
    let (Some(body), Some(check)) = (digits.get(..8), pair(&digits, 8)) else { return false };
    digits.len() == 10
        && matches!(digits.first(), Some(0 | 1))
        && (number(body) + u64::from(check)).is_multiple_of(97)
}
