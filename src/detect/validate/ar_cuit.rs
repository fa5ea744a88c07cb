//! CUIT of Argentina: a kind of holder, weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11; 10 is written 9.

use super::arith::{digits, pair, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let is_kind =
        pair(&digits, 0).is_some_and(|kind| matches!(kind, 20 | 23..=27 | 30 | 33 | 34 | 50 | 51 | 55));
    let expected = (11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 11;
    let check = if expected == 10 { 9 } else { expected };
    is_kind && digits.len() == 11 && digits.last().is_some_and(|&last| check == u32::from(last))
}
