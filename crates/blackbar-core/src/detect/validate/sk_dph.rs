//! VAT number of Slovakia: a multiple of 11, or a birth number.

use super::arith::{digits_behind, number};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits_behind(text, "SK") else { return false };
    digits.len() == 10
        && (number(&digits).is_multiple_of(11) || super::cz_rc::is_valid(text.trim_start_matches("SK")))
}
