//! Identifiers of Cuba.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;

/// `cu-ni`: Cuban identity number: a date of birth.
pub(crate) fn ni(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 11 && is_short_date(year, month, day)
}
