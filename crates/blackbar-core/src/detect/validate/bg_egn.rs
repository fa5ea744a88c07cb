//! EGN of Bulgaria: a birthday with the century in the month, weights, modulus 11, modulus 10.

use super::arith::{digits, is_short_date, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    digits.len() == 10
        && is_short_date(year, month % 20, day)
        && digits.last().is_some_and(|&check| sum % 11 % 10 == u32::from(check))
}
