//! Identifiers of South Korea.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `kr-brn`: South Korean company number: weights 1, 3, 7, 1, 3, 7, 1, 3, 5, the last product adds its tens.
pub(crate) fn brn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let ninth = digits.get(8).map_or(0, |&digit| u32::from(digit) * 5 / 10);
    let sum = weighted(&digits, &[1, 3, 7, 1, 3, 7, 1, 3, 5]) + ninth;
    digits.len() == 10 && digits.last().is_some_and(|&check| (10 - sum % 10) % 10 == u32::from(check))
}

/// `kr-rrn`: South Korean resident number: a date of birth, a digit of the century, weights 2 to 9 and 2 to 5, modulus 11.
///
/// Numbers issued since October 2020 have no check digit: they count only next to a keyword.
pub(crate) fn rrn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]) % 11;
    let is_foreign = matches!(digits.get(6), Some(5..=8));
    digits.len() == 13
        && is_short_date(year, month, day)
        && digits.last().is_some_and(|&check| {
            let check = u32::from(check);
            (11 - sum) % 10 == check || (is_foreign && (13 - sum) % 10 == check)
        })
}
