//! Unique pupil number: the letter in front checks the digits, modulus 23.

use super::arith::{symbols, values, weighted};

const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRTUVWXYZ";

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_first() else { return false };
    let Some(digits) = values(body) else { return false };
    let sum = weighted(&digits, &[2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13]);
    digits.len() == 12 && LETTERS.get((sum % 23) as usize) == Some(&check)
}
