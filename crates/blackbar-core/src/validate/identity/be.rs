//! Identifiers of Belgium.

use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::number;
use crate::validate::arith::pair;

/// `be-nn`: Belgian national number: 97 minus the remainder, with a leading 2 for births from 2000 on.
pub(crate) fn nn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(body), Some(check), Some(month)) = (digits.get(..9), pair(&digits, 9), pair(&digits, 2)) else {
        return false;
    };
    let check = u64::from(check);
    let fits = |body: u64| 97 - body % 97 == check;
    digits.len() == 11
        && month % 20 <= 12
        && month < 60
        && (fits(number(body)) || fits(2_000_000_000 + number(body)))
}

/// `be-vat`: Belgian enterprise number: 97 minus the remainder.
pub(crate) fn vat(text: &str) -> bool {
    let Some(digits) = digits_after(text, "BE") else { return false };
    let (Some(body), Some(check)) = (digits.get(..8), pair(&digits, 8)) else { return false };
    digits.len() == 10
        && matches!(digits.first(), Some(0 | 1))
        && (number(body) + u64::from(check)).is_multiple_of(97)
}
