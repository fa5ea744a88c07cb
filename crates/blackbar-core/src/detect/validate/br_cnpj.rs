//! CNPJ of Brazil, of digits or with letters: two check digits, modulus 11.

use super::arith::symbols;

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let check = |n: usize| {
        let values = symbols.iter().take(n).rev().map(|&byte| u32::from(byte - b'0'));
        let sum: u32 = values.zip((2..=9).cycle()).map(|(value, weight)| value * weight).sum();
        b'0' + (sum * 10 % 11 % 10) as u8
    };
    let is_uniform = symbols.windows(2).all(|pair| pair.first() == pair.last());
    symbols.len() == 14 && !is_uniform && symbols.ends_with(&[check(12), check(13)])
}
