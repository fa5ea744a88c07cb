//! Identifiers of Kuwait.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `kw-civil`: Kuwaiti civil ID: weights 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, modulus 11, and a date of birth.
pub(crate) fn civil(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 1), pair(&digits, 3), pair(&digits, 5)) else {
        return false;
    };
    let expected = 11 - weighted(&digits, &[2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]) % 11;
    digits.len() == 12
        && is_short_date(year, month, day)
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
