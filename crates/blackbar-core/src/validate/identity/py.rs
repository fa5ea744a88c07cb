//! Identifiers of Paraguay.

use crate::validate::arith::digits;

/// `py-ruc`: Paraguayan RUC: weights from 2 upwards from the right, modulus 11.
pub(crate) fn ruc(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let sum: u32 = body.iter().rev().zip(2..).map(|(&digit, weight)| u32::from(digit) * weight).sum();
    let rest = sum % 11;
    let expected = if rest > 1 { 11 - rest } else { 0 };
    matches!(digits.len(), 5..=9) && expected == u32::from(check)
}
