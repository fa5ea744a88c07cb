//! Estonian and Lithuanian personal code: two passes of modulus 11.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `baltic-id`: Estonian and Lithuanian personal code: two passes of modulus 11.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let (Some(year), Some(month), Some(day)) = (pair(&digits, 1), pair(&digits, 3), pair(&digits, 5)) else {
        return false;
    };
    let expected = match weighted(body, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11 {
        10 => weighted(body, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11 % 10,
        first => first,
    };
    // Lithuania issues codes without a date of birth; they begin with 9.
    let is_day = is_short_date(year, month, day) || digits.first() == Some(&9);
    digits.len() == 11 && matches!(digits.first(), Some(1..=9)) && is_day && expected == u32::from(check)
}
