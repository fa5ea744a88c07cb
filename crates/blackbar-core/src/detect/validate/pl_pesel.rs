//! PESEL of Poland: weights 1, 3, 7, 9, modulus 10, and a birthday with the century in the month.

use super::arith::{digits, is_short_date, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1]);
    digits.len() == 11 && is_short_date(year, month % 20, day) && sum.is_multiple_of(10)
}
