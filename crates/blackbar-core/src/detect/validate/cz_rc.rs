//! Birth number of the Czech and Slovak republics: a birthday, and a multiple of 11 since 1954.

use super::arith::{digits, is_short_date, number, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    // Women add 50; 20 more where a day's numbers ran out.
    let month = month % 50 % 20;
    let body = number(digits.get(..9).unwrap_or(&[]));
    let check = digits.get(9).map(|&digit| u64::from(digit));
    let fits = check.is_none_or(|check| body % 11 % 10 == check);
    matches!(digits.len(), 9 | 10) && is_short_date(year, month, day) && fits
}
