//! Phone number without country code: not a date, not a time in milliseconds.

use crate::validate::arith::digits;
use crate::validate::arith::is_date;
use crate::validate::arith::is_uniform;
use crate::validate::arith::number;

/// `phone`: Phone number without country code: not a date, not a time in milliseconds.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let starts_like_day = text.split(['-', '/', '.', ' ']).next().is_some_and(|head| head.len() == 4)
        && digits.get(..8).is_some_and(is_day);
    (7..=15).contains(&digits.len()) && !is_uniform(&digits) && !starts_like_day && !is_time(&digits)
}

fn is_day(digits: &[u8]) -> bool {
    let [year, month, day] = [0..4, 4..6, 6..8].map(|range| number(digits.get(range).unwrap_or(&[])) as u32);
    (1900..2100).contains(&year) && is_date(year, month, day)
}

fn is_time(digits: &[u8]) -> bool {
    digits.len() == 13 && digits.first() == Some(&1) && digits.get(1).is_some_and(|&second| second >= 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_times_are_no_phones() {
        assert!(is_valid("030 901820") && is_valid("(202) 555-0143"));
        assert!(!is_valid("2026-07-11 10") && !is_valid("1764000000123") && !is_valid("0000000"));
    }
}
