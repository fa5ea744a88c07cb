//! IMO ship number: weights 7 to 2, modulus 10.

use crate::validate::arith::digits_after;
use crate::validate::arith::weighted;

/// `imo`: IMO ship number: weights 7 to 2, modulus 10.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_after(text, "IMO") else { return false };
    digits.len() == 7
        && digits.last().is_some_and(|&check| weighted(&digits, &[7, 6, 5, 4, 3, 2]) % 10 == u32::from(check))
}
