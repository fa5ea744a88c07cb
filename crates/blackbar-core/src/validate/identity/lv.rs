//! Identifiers of Latvia.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `lv-pk`: Latvian personal code: modulus 11 for the old form; the new one begins with 32 and has no check.
pub(crate) fn pk(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    let sum = weighted(&digits, &[10, 5, 8, 4, 2, 1, 6, 3, 7, 9]);
    let is_old = is_short_date(year, month, day)
        && digits.get(10).is_some_and(|&check| (1 + sum) % 11 % 10 == u32::from(check));
    let is_firm = matches!(digits.first(), Some(4..=9))
        && weighted(&digits, &[9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1]) % 11 == 3;
    digits.len() == 11 && (day == 32 || is_old || is_firm)
}
