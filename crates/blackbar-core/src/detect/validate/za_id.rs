//! Identity number of South Africa: a birthday and Luhn.

use super::arith::{digits, is_short_date, luhn, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 13
        && is_short_date(year, month, day)
        && matches!(digits.get(10), Some(0..=2))
        && luhn(&digits)
}
