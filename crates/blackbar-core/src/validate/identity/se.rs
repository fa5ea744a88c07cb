//! Identifiers of Sweden.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;

/// `se-org`: Swedish organisation number: Luhn.
pub(crate) fn org(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 10 && luhn(&digits))
}

/// `se-pnr`: Swedish personal number: a date of birth (day plus 60 for coordination numbers) and Luhn.
pub(crate) fn pnr(text: &str) -> bool {
    let Some(all) = digits(text) else { return false };
    let Some(digits) = (if all.len() == 12 { all.get(2..) } else { all.get(..) }) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(digits, 0), pair(digits, 2), pair(digits, 4)) else {
        return false;
    };
    let day = if day > 60 { day - 60 } else { day };
    digits.len() == 10 && is_short_date(year, month, day) && luhn(digits)
}
