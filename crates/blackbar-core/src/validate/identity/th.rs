//! Identifiers of Thailand.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `th-pin`: Thai citizen ID: weights 13 to 2, modulus 11, modulus 10.
pub(crate) fn pin(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    digits.len() == 13
        && digits.first() != Some(&0)
        && digits.last().is_some_and(|&check| (11 - sum % 11) % 10 == u32::from(check))
}
