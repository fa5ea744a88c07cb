//! Identifiers of Vietnam.

use crate::validate::arith::digits;
use crate::validate::arith::number;

/// `vn-cccd`: Vietnamese identity card: a province and a century that has begun.
pub(crate) fn cccd(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    digits.len() == 12
        && digits.get(..3).is_some_and(|province| (1..=96).contains(&number(province)))
        && digits.get(3).is_some_and(|&century| century <= 3)
}
