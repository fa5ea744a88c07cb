//! Enterprise number of Switzerland: weights 5, 4, 3, 2, 7, 6, 5, 4, modulus 11; letters of the tax may follow.

use super::arith::{symbols, values, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let body = symbols.strip_prefix(b"CHE").unwrap_or(&symbols);
    let Some(digits) = body.get(..9).and_then(values) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    (11 - weighted(body, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == u32::from(check)
}
