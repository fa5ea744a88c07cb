//! Unified social credit code of China: powers of three, modulus 31.

use super::arith::symbols;

/// Without the letters that are easily confused.
const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let value = |byte: u8| ALPHABET.iter().position(|&letter| letter == byte).map(|idx| idx as u32);
    let Some((&check, body)) = symbols.split_last() else { return false };
    let mut weight = 1;
    let mut sum = 0;
    for &byte in body {
        let Some(value) = value(byte) else { return false };
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    symbols.len() == 18 && value(check) == Some((31 - sum % 31) % 31)
}
