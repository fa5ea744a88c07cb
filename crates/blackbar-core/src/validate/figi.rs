//! FIGI: no vowels, G in the third place, Luhn over letters counted as numbers.

use crate::validate::arith::base36;
use crate::validate::arith::symbols;

/// `figi`: FIGI: no vowels, G in the third place, Luhn over letters counted as numbers.
pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let is_used = |byte: &u8| byte.is_ascii_alphanumeric() && !b"AEIOU".contains(byte);
    let is_headed = body.get(..2).is_some_and(|head| {
        head.iter().all(u8::is_ascii_alphabetic)
            && ![b"BS", b"BM", b"GG", b"GB", b"VG"].iter().any(|no| *no == head)
    });
    let cross = |number: u32| number / 10 + number % 10;
    let sum: u32 = body
        .iter()
        .zip([1, 2].iter().cycle())
        .filter_map(|(&byte, weight)| base36(byte).map(|value| cross(value * weight)))
        .sum();
    symbols.len() == 12
        && is_headed
        && symbols.get(2) == Some(&b'G')
        && body.iter().all(is_used)
        && u32::from(check.wrapping_sub(b'0')) == (10 - sum % 10) % 10
}
