//! Identifiers of the Czech Republic.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::number;
use crate::validate::arith::pair;

/// `cz-rc`: Czech and Slovak birth number: a date of birth, and a multiple of 11 since 1954.
pub(crate) fn rc(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    // Women add 50; 20 more if a day has no numbers left.
    let month = month % 50 % 20;
    let body = number(digits.get(..9).unwrap_or(&[]));
    let check = digits.get(9).map(|&digit| u64::from(digit));
    let fits = check.is_none_or(|check| body % 11 % 10 == check);
    matches!(digits.len(), 9 | 10) && is_short_date(year, month, day) && fits
}
