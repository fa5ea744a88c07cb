//! Identifiers of Portugal.

use crate::validate::arith::base36;
use crate::validate::arith::digits;
use crate::validate::arith::symbols;
use crate::validate::arith::weighted;

/// `pt-cc`: Portuguese citizen card: Luhn over base 36.
pub(crate) fn cc(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let values = symbols.iter().rev().filter_map(|&byte| base36(byte)).enumerate();
    let sum: u32 = values
        .map(|(idx, value)| match (idx % 2, value * 2) {
            (0, _) => value,
            (_, double) if double > 9 => double - 9,
            (_, double) => double,
        })
        .sum();
    symbols.len() == 12 && symbols.iter().take(9).all(u8::is_ascii_digit) && sum.is_multiple_of(10)
}

/// `pt-nif`: Portuguese NIF: weights 9 to 2, modulus 11.
pub(crate) fn nif(text: &str) -> bool {
    let Some(digits) = digits(text.trim_start_matches("PT")) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    let expected = (11 - weighted(body, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11) % 11 % 10;
    digits.len() == 9 && digits.first() != Some(&0) && expected == u32::from(check)
}

/// `pt-niss`: Portuguese social security number: primes 29 to 2, modulus 10.
pub(crate) fn niss(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let sum = weighted(&digits, &[29, 23, 19, 17, 13, 11, 7, 5, 3, 2]);
    digits.len() == 11
        && matches!(digits.first(), Some(1 | 2))
        && digits.last().is_some_and(|&check| 9 - sum % 10 == u32::from(check))
}
