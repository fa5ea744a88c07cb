//! Pension number of Germany: weighted cross sums, the letter as two digits.

use super::arith::{digits, symbols};

const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, check)) = symbols.get(8).zip(symbols.get(11)) else { return false };
    if symbols.len() != 12 || !letter.is_ascii_uppercase() {
        return false;
    }
    let order = u32::from(letter - b'@');
    let spelled: String =
        symbols.iter().take(8).chain(symbols.iter().skip(9).take(2)).map(|&b| char::from(b)).collect();
    let Some(plain) = digits(&spelled).filter(|plain| plain.len() == 10) else { return false };
    let head = plain.iter().take(8).map(|&digit| u32::from(digit));
    let tail = plain.iter().skip(8).map(|&digit| u32::from(digit));
    let all = head.chain([order / 10, order % 10]).chain(tail);
    let sum: u32 = all.zip(WEIGHTS).map(|(digit, weight)| digit * weight / 10 + digit * weight % 10).sum();
    u32::from(check.wrapping_sub(b'0')) == sum % 10
}
