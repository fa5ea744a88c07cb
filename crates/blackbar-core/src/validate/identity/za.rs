//! Identifiers of South Africa.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;

/// `za-id`: South African identity number: a date of birth and Luhn.
pub(crate) fn id(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 13
        && is_short_date(year, month, day)
        && matches!(digits.get(10), Some(0..=2))
        && luhn(&digits)
}

/// `za-tin`: South African tax number: Luhn, by its first digit.
pub(crate) fn tin(text: &str) -> bool {
    digits(text).is_some_and(|digits| {
        digits.len() == 10 && matches!(digits.first(), Some(0..=3 | 9)) && luhn(&digits)
    })
}
