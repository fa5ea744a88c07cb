//! Identifiers of Hungary.

use crate::validate::arith::digits;
use crate::validate::arith::weighted;

/// `hu-tax`: Hungarian tax numbers: of companies (8 digits), of people (10) and TAJ (9).
pub(crate) fn tax(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("HU")) else { return false };
    match digits.len() {
        8 | 11 => weighted(&digits, &[9, 7, 3, 1, 9, 7, 3, 1]).is_multiple_of(10),
        9 => {
            let sum = weighted(&digits, &[3, 7, 3, 7, 3, 7, 3, 7]);
            digits.last().is_some_and(|&check| sum % 10 == u32::from(check))
        }
        10 => {
            let sum = weighted(&digits, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
            digits.first() == Some(&8) && digits.last().is_some_and(|&check| sum % 11 == u32::from(check))
        }
        _ => false,
    }
}
