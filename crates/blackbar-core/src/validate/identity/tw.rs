//! Identifiers of Taiwan.

use crate::validate::arith::digits;
use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// The letters in the order of their numbers, from 10 on.
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVXYWZIO";

/// `tw-nid`: Taiwanese national ID: the letter as two digits, weights 1, 9 to 1, 1, modulus 10.
pub(crate) fn nid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((letter, rest)) = symbols.split_first() else { return false };
    let Some(digits) = values(rest) else { return false };
    let Some(order) = LETTERS.iter().position(|other| other == letter) else { return false };
    let order = order as u32 + 10;
    let sum = order / 10 + order % 10 * 9 + weighted(&digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    digits.len() == 9 && matches!(digits.first(), Some(1 | 2 | 8 | 9)) && sum.is_multiple_of(10)
}

/// `tw-ubn`: Taiwanese company number: weights 1, 2, 1, 2, 1, 2, 4, 1, digit sums, modulus 5.
pub(crate) fn ubn(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let cross = |(&digit, weight): (&u8, u32)| {
        let product = u32::from(digit) * weight;
        product / 10 + product % 10
    };
    let sum: u32 = digits.iter().zip([1, 2, 1, 2, 1, 2, 4, 1]).map(cross).sum();
    let is_seven = digits.get(6) == Some(&7);
    digits.len() == 8 && (sum.is_multiple_of(5) || (is_seven && (sum + 1).is_multiple_of(5)))
}
