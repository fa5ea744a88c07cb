//! CNP of Romania: a birthday, a county, weights 279146358279, modulus 11.

use super::arith::{digits, is_short_date, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
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
