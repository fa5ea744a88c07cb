//! Identifiers of India.

use crate::validate::arith::base36;
use crate::validate::arith::digits;
use crate::validate::arith::luhn;
use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::verhoeff;

/// `in-aadhaar`: Indian Aadhaar: Verhoeff, the first digit from 2 on, no palindrome.
pub(crate) fn aadhaar(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_palindrome = digits.iter().eq(digits.iter().rev());
    matches!(digits.len(), 12 | 16)
        && matches!(digits.first(), Some(2..=9))
        && !is_palindrome
        && verhoeff(&digits)
}

/// `in-epic`: Indian voter card: three letters, and Luhn over the digits.
pub(crate) fn epic(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    symbols.len() == 10 && symbols.get(3..).and_then(values).is_some_and(|digits| luhn(&digits))
}

/// `in-gstin`: Indian GSTIN: Luhn in base 36.
pub(crate) fn gstin(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let sum = symbols.iter().rev().enumerate().try_fold(0, |sum, (idx, &byte)| {
        let value = base36(byte)? * if idx % 2 == 1 { 2 } else { 1 };
        Some(sum + value / 36 + value % 36)
    });
    symbols.len() == 15 && sum.is_some_and(|sum| sum % 36 == 0)
}
