//! Cédula of Ecuador: a province, and Luhn.

use super::arith::{digits, luhn, pair};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_province = matches!(pair(&digits, 0), Some(1..=24 | 30 | 50));
    digits.len() == 10 && is_province && matches!(digits.get(2), Some(0..=6)) && luhn(&digits)
}
