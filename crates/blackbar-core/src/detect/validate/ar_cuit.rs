//! CUIT of Argentina: weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let expected = match 11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11 {
        11 => 0,
        10 => 9,
        digit => digit,
    };
    let kind = pair(&digits, 0);
    digits.len() == 11
        && matches!(kind, Some(20 | 23 | 24 | 27 | 30 | 33 | 34 | 50 | 51 | 55))
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
