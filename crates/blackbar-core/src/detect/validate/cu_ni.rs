//! Identity number of Cuba: a birthday.

use super::arith::{digits, is_short_date, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 11 && is_short_date(year, month, day)
}
