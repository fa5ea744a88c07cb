//! Identifiers of Poland.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `pl-nip`: Polish NIP: weights 6, 5, 7, 2, 3, 4, 5, 6, 7, modulus 11.
pub(crate) fn nip(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("PL")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    digits.len() == 10 && weighted(body, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == u32::from(check)
}

/// `pl-pesel`: Polish PESEL: weights 1, 3, 7, 9, modulus 10, and a date of birth with the century in the month.
pub(crate) fn pesel(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    digits.len() == 11 && is_short_date(year, month % 20, day) && sum.is_multiple_of(10)
}

/// `pl-regon`: Polish REGON, of 9 or 14 digits: modulus 11, modulus 10.
pub(crate) fn regon(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let weights: &[u32] = match digits.len() {
        9 => &[8, 9, 2, 3, 4, 5, 6, 7],
        14 => &[2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8],
        _ => return false,
    };
    weighted(body, weights) % 11 % 10 == u32::from(check)
}
