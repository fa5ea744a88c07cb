//! Identifiers of Norway.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `no-fnr`: Norwegian birth number: two check digits, modulus 11; day plus 40, month plus 40 or 80.
pub(crate) fn fnr(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month)) = (pair(&digits, 0), pair(&digits, 2)) else { return false };
    let first = weighted(&digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]);
    let second = weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let is_day = matches!(day % 40, 1..=31) && day <= 71;
    let is_month = matches!(month % 40, 1..=12);
    digits.len() == 11 && is_day && is_month && first.is_multiple_of(11) && second.is_multiple_of(11)
}
