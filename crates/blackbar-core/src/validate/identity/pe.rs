//! Identifiers of Peru.

use crate::validate::arith::symbols;
use crate::validate::arith::values;
use crate::validate::arith::weighted;

/// `pe-cui`: Peruvian identity number with its check digit: weights 3, 2, 7 to 2, modulus 11, a digit or a letter.
pub(crate) fn cui(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let Some(body) = values(body).filter(|body| body.len() == 8) else { return false };
    let rest = (weighted(&body, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) as usize;
    b"65432110987".get(rest) == Some(&check) || b"KJIHGFEDCBA".get(rest) == Some(&check)
}
