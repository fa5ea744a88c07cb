//! Identifiers of Moldova.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `md-idno`: Moldovan personal and company numbers: weights 7, 3, 1, modulus 10.
pub(crate) fn idno(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]);
    let expected = sum % 10;
    digits.len() == 13 && digits.last().is_some_and(|&check| expected == u32::from(check))
}
