//! Identifiers of Bulgaria.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `bg-egn`: Bulgarian EGN: a date of birth with the century in the month, weights, modulus 11, modulus 10.
pub(crate) fn egn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    digits.len() == 10
        && is_short_date(year, month % 20, day)
        && digits.last().is_some_and(|&check| sum % 11 % 10 == u32::from(check))
}

/// `bg-pnf`: Bulgarian foreigner number: weights 21, 19, 17, 13, 11, 9, 7, 3, 1, modulus 10.
pub(crate) fn pnf(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[21, 19, 17, 13, 11, 9, 7, 3, 1]);
    digits.len() == 10 && digits.last().is_some_and(|&check| sum % 10 == u32::from(check))
}
