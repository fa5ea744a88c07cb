//! Identifiers of Malaysia.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;

/// `my-nric`: Malaysian MyKad: a date of birth and a place of birth.
pub(crate) fn nric(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let is_place = pair(&digits, 6)
        .is_some_and(|place| matches!(place, 1..=16 | 21..=68 | 71 | 72 | 74..=79 | 82..=93 | 98 | 99));
    digits.len() == 12 && is_short_date(year, month, day) && is_place
}
