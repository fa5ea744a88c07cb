//! National id of Taiwan: the letter as two digits, weights 1, 9 to 1, 1, modulus 10.

use super::arith::{symbols, values, weighted};

/// The letters in the order of their numbers, from 10 on.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((letter, rest)) = symbols.split_first() else { return false };
    let Some(digits) = values(rest) else { return false };
    let Some(order) = LETTERS.iter().position(|other| other == letter) else { return false };
    let order = order as u32 + 10;
    let sum = order / 10 + order % 10 * 9 + weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    digits.len() == 9 && matches!(digits.first(), Some(1 | 2 | 8 | 9)) && sum.is_multiple_of(10)
}
