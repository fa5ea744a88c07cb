//! Identifiers of Kazakhstan.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `kz-iin`: Kazakh IIN: a date of birth, and two passes of modulus 11.
pub(crate) fn iin(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(month), Some(day)) = (pair(&digits, 2), pair(&digits, 4)) else { return false };
    let expected = match weighted(&digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]) % 11 {
        10 => weighted(&digits, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2]) % 11,
        first => first,
    };
    digits.len() == 12
        && matches!((month, day), (1..=12, 1..=31))
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
