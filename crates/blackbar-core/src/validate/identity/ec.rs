//! Identifiers of Ecuador.

use crate::validate::arith::digits;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;

/// `ec-ci`: Ecuadorian cédula: a province, and Luhn.
pub(crate) fn ci(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_province = matches!(pair(&digits, 0), Some(1..=24 | 30 | 50));
    digits.len() == 10 && is_province && matches!(digits.get(2), Some(0..=6)) && luhn(&digits)
}
