//! Identifiers of Iceland.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `is-kt`: Icelandic kennitala: a date of birth, weights 3, 2, 7, 6, 5, 4, 3, 2, modulus 11, and a century.
pub(crate) fn kt(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    // Companies add 40 to the day.
    let day = if day > 40 { day - 40 } else { day };
    let sum = weighted(&digits, &[3, 2, 7, 6, 5, 4, 3, 2, 1]);
    let is_century = matches!(digits.last(), Some(0 | 8 | 9));
    digits.len() == 10 && is_century && is_short_date(year, month, day) && sum.is_multiple_of(11)
}
