//! AMKA of Greece: a birthday and Luhn.

use super::arith::{digits, is_short_date, luhn, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 11 && is_short_date(year, month, day) && luhn(&digits)
}
