//! Resident number of Korea: a birthday, a digit of the century, weights 2 to 9 and 2 to 5, modulus 11.
//!
//! Numbers given out since October 2020 have no check digit: those count beside a keyword only.

use super::arith::{digits, is_short_date, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
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
