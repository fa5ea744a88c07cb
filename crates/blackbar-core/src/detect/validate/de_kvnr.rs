//! Health insurance number of Germany: weights 1, 2, cross sums, the letter as two digits.

use super::arith::{symbols, values};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&letter, rest)) = symbols.split_first() else { return false };
    let Some(digits) = values(rest).filter(|digits| digits.len() == 9) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    if !letter.is_ascii_uppercase() {
        return false;
    }
    let order = u32::from(letter - b'@');
    let all = [order / 10, order % 10].into_iter().chain(body.iter().map(|&digit| u32::from(digit)));
    let products = all.zip([1, 2].iter().cycle()).map(|(digit, weight)| digit * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum % 10 == u32::from(check)
}
