//! Identifiers of Slovakia.

use crate::validate::arith::digits_after;
use crate::validate::arith::number;

/// `sk-dph`: Slovak VAT number: a multiple of 11, or a birth number.
pub(crate) fn dph(text: &str) -> bool {
    let Some(digits) = digits_after(text, "SK") else { return false };
    digits.len() == 10
        && (number(&digits).is_multiple_of(11)
            || crate::validate::identity::cz::rc(text.trim_start_matches("SK")))
}
