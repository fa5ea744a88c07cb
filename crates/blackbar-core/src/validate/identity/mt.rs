//! Identifiers of Malta.

use crate::validate::arith::digits_after;
use crate::validate::arith::weighted;

/// `mt-vat`: Maltese VAT number: weights with the last two digits as one number, modulus 37.
pub(crate) fn vat(text: &str) -> bool {
    let Some(digits) = digits_after(text, "MT") else { return false };
    let sum = weighted(&digits, &[3, 4, 6, 7, 8, 9, 10, 1]);
    digits.len() == 8 && digits.first() != Some(&0) && sum.is_multiple_of(37)
}
