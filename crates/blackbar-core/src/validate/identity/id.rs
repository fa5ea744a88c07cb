//! Identifiers of Indonesia.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;

/// `id-nik`: Indonesian NIK: a province and a date of birth, with 40 added to the day for women.
pub(crate) fn nik(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(province), Some(day), Some(month), Some(year)) =
        (pair(&digits, 0), pair(&digits, 6), pair(&digits, 8), pair(&digits, 10))
    else {
        return false;
    };
    let day = day % 40;
    digits.len() == 16 && (11..=97).contains(&province) && is_short_date(year, month, day)
}

/// `id-npwp`: Indonesian tax number: Luhn over the first nine digits; personal numbers are a NIK with a leading zero.
pub(crate) fn npwp(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    match digits.len() {
        15 => digits.get(..9).is_some_and(luhn),
        16 => digits.first() == Some(&0) && digits.get(1..10).is_some_and(luhn),
        _ => false,
    }
}
