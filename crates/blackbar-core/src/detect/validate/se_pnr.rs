//! Personal number of Sweden: a birthday (day plus 60 for coordination numbers) and Luhn.

use super::arith::{digits, is_short_date, luhn, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(all) = digits(text) else { return false };
    let Some(digits) = (if all.len() == 12 { all.get(2..) } else { all.get(..) }) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(digits, 0), pair(digits, 2), pair(digits, 4)) else {
        return false;
    };
    let day = if day > 60 { day - 60 } else { day };
    digits.len() == 10 && is_short_date(year, month, day) && luhn(digits)
}
