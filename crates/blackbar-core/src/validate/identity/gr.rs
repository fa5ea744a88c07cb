//! Identifiers of Greece.

use crate::validate::arith::digits;
use crate::validate::arith::is_short_date;
use crate::validate::arith::luhn;
use crate::validate::arith::pair;
use crate::validate::arith::weighted;

/// `gr-afm`: Greek AFM: powers of two, modulus 11, modulus 10.
pub(crate) fn afm(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("EL")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum = weighted(body, &[256, 128, 64, 32, 16, 8, 4, 2]);
    digits.len() == 9 && sum > 0 && sum % 11 % 10 == u32::from(check)
}

/// `gr-amka`: Greek AMKA: a date of birth and Luhn.
pub(crate) fn amka(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let (Some(day), Some(month), Some(year)) = (pair(&digits, 0), pair(&digits, 2), pair(&digits, 4)) else {
        return false;
    };
    digits.len() == 11 && is_short_date(year, month, day) && luhn(&digits)
}
