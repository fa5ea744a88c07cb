//! GSTIN of India: Luhn in base 36.

use super::arith::{base36, symbols};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let sum = symbols.iter().rev().enumerate().try_fold(0, |sum, (idx, &byte)| {
        let value = base36(byte)? * if idx % 2 == 1 { 2 } else { 1 };
        Some(sum + value / 36 + value % 36)
    });
    symbols.len() == 15 && sum.is_some_and(|sum| sum % 36 == 0)
}
