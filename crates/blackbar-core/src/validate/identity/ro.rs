//! Identifiers of Romania.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `ro-cnp`: Romanian CNP: a date of birth, a county, weights 279146358279, modulus 11.
pub(crate) fn cnp(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day), Some(county)) =
        (pair(&digits, 1), pair(&digits, 3), pair(&digits, 5), pair(&digits, 7))
    else {
        return false;
    };
    let rest = weighted(&digits, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let expected = if rest == 10 { 1 } else { rest };
    digits.len() == 13
        && matches!(digits.first(), Some(1..=9))
        && is_short_date(year, month, day)
        && matches!(county, 1..=48 | 51 | 52 | 70 | 80..=83)
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}

/// `ro-cui`: Romanian CUI: weights 753217532 from the right, times ten, modulus 11.
pub(crate) fn cui(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("RO")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .rev()
        .zip([2, 3, 5, 7, 1, 2, 3, 5, 7])
        .map(|(&digit, weight)| u32::from(digit) * weight)
        .sum();
    matches!(digits.len(), 2..=10) && sum * 10 % 11 % 10 == u32::from(check)
}
