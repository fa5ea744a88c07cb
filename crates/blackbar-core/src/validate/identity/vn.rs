//! Identifiers of Vietnam.

use crate::validate::arith::digits;
use crate::validate::arith::number;
use crate::validate::arith::weighted;

/// `vn-cccd`: Vietnamese identity card: a province and a century that has begun.
pub(crate) fn cccd(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    digits.len() == 12
        && digits.get(..3).is_some_and(|province| (1..=96).contains(&number(province)))
        && digits.get(3).is_some_and(|&century| century <= 3)
}

/// `vn-mst`: Vietnamese tax number: weights 31, 29, 23, 19, 17, 13, 7, 5, 3, modulus 11.
pub(crate) fn mst(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let rest = weighted(&digits, &[31, 29, 23, 19, 17, 13, 7, 5, 3]) % 11;
    matches!(digits.len(), 10 | 13)
        && digits.get(9).is_some_and(|&check| rest <= 10 && 10 - rest == u32::from(check))
}
