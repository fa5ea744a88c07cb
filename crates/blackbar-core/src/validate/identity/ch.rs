//! Identifiers of Switzerland.

use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `ch-uid`: Swiss enterprise number: weights 5, 4, 3, 2, 7, 6, 5, 4, modulus 11; letters for the tax may follow.
pub(crate) fn uid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let body = symbols.strip_prefix(b"CHE").unwrap_or(&symbols);
    let Some(digits) = body.get(..9).and_then(values) else { return false };
    let Some((&check, body)) = digits.split_last() else { return false };
    (11 - weighted(body, &[5, 4, 3, 2, 7, 6, 5, 4]) % 11) % 11 == u32::from(check)
}
