//! CURP of Mexico: base 37 by weights 18 to 2, modulus 10.

use super::arith::{base36, symbols};

/// With Ñ between N and O, which counts although no CURP holds it.
fn value(byte: u8) -> Option<u32> {
    let value = base36(byte)?;
    Some(if byte > b'N' { value + 1 } else { value })
}

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let sum = body
        .iter()
        .zip((2..=18_u32).rev())
        .try_fold(0, |sum, (&byte, weight)| Some(sum + weight * value(byte)?));
    symbols.len() == 18 && sum.is_some_and(|sum| u32::from(check.wrapping_sub(b'0')) == (10 - sum % 10) % 10)
}
