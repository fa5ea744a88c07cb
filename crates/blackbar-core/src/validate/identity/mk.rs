//! Identifiers of North Macedonia.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `mk-edb`: North Macedonian tax number: weights 7 to 2 twice, modulus 11.
pub(crate) fn edb(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]);
    let expected = (11 - sum % 11) % 11 % 10;
    digits.len() == 13 && digits.last().is_some_and(|&check| expected == u32::from(check))
}
