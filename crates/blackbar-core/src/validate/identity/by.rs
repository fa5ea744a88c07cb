//! Identifiers of Belarus.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// Second letters of people's numbers, in the order of their values.
const LETTERS: &[u8] = b"ABCEHKMOPT";

/// `by-unp`: Belarusian payer number: weights 29, 23, 19, 17, 13, 7, 5, 3, modulus 11; personal numbers begin with two letters.
pub(crate) fn unp(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let is_person = body.first().is_some_and(u8::is_ascii_alphabetic);
    let value = |(idx, &byte): (usize, &u8)| match (is_person, idx) {
        (true, 0) => base36(byte),
        (true, 1) => LETTERS.iter().position(|&letter| letter == byte).map(|idx| idx as u32),
        _ => base36(byte).filter(|&value| value < 10),
    };
    let values = body.iter().enumerate().map(value);
    let sum = values
        .zip([29, 23, 19, 17, 13, 7, 5, 3])
        .try_fold(0, |sum, (value, weight)| Some(sum + value? * weight));
    symbols.len() == 9 && sum.is_some_and(|sum| sum % 11 == u32::from(check.wrapping_sub(b'0')))
}
