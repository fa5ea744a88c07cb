//! Aadhaar of India: Verhoeff, the first digit from 2 on, no palindrome.

use super::arith::{digits, verhoeff};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_palindrome = digits.iter().eq(digits.iter().rev());
    matches!(digits.len(), 12 | 16)
        && matches!(digits.first(), Some(2..=9))
        && !is_palindrome
        && verhoeff(&digits)
}
