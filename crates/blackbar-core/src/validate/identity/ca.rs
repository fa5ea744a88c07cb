//! Identifiers of Canada.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;
use crate::validate::arith::symbols;
use crate::validate::arith::values;

/// `ca-bn`: Canadian business number: Luhn over the first nine digits; the rest names an account.
pub(crate) fn bn(text: &str) -> bool {
    let number = symbols(text).and_then(|symbols| symbols.get(..9).and_then(values));
    number.is_some_and(|digits| luhn(&digits))
}

/// `ca-ohip`: Ontario health card: Luhn over ten digits; the version letters are not checked.
pub(crate) fn ohip(text: &str) -> bool {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    digits(number).is_some_and(|digits| digits.len() == 10 && luhn(&digits))
}

/// `ca-ramq`: Quebec health card: a date of birth, with 50 added to the month for women.
pub(crate) fn ramq(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some(digits) = symbols.get(4..).and_then(values) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let month = if month > 50 { month - 50 } else { month };
    digits.len() == 8 && is_short_date(year, month, day)
}

/// `ca-sin`: Canadian social insurance number: Luhn, and first digits that are issued.
pub(crate) fn sin(text: &str) -> bool {
    digits(text)
        .is_some_and(|digits| digits.len() == 9 && !matches!(digits.first(), Some(0 | 8)) && luhn(&digits))
}
