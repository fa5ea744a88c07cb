//! Identifiers of Austria.

use crate::validate::arith::digits;
use crate::validate::arith::digits_after;
use crate::validate::arith::luhn;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `at-tin`: Austrian tax account: Luhn.
pub(crate) fn tin(text: &str) -> bool {
    digits(text).is_some_and(|digits| digits.len() == 9 && luhn(&digits))
}

/// `at-uid`: Austrian VAT number: Luhn with four added.
pub(crate) fn uid(text: &str) -> bool {
    let Some(digits) = digits_after(text, "ATU").or_else(|| values(text.as_bytes())) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body
        .iter()
        .enumerate()
        .map(|(idx, &digit)| {
            let value = u32::from(digit) * if idx % 2 == 1 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    digits.len() == 8 && (10 - (sum + 4) % 10) % 10 == u32::from(check)
}

/// `at-vnr`: Austrian social insurance number: the fourth digit checks the others, modulus 11.
pub(crate) fn vnr(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    digits.len() == 10
        && digits.first() != Some(&0)
        && digits.get(3).is_some_and(|&check| sum % 11 == u32::from(check))
}
