//! NIK of Indonesia: a province and a birthday, to which 40 is added for women.

use super::arith::{digits, is_short_date, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(province), Some(day), Some(month), Some(year)) =
        (pair(&digits, 0), pair(&digits, 6), pair(&digits, 8), pair(&digits, 10))
    else {
        return false;
    };
    let day = day % 40;
    digits.len() == 16 && (11..=97).contains(&province) && is_short_date(year, month, day)
}
