//! Identity number of Peru with its check digit: weights 3, 2, 7 to 2, modulus 11, a digit or a letter.

use super::arith::{symbols, values, weighted};

pub(super) fn is_valid(text: &str) -> bool {
    let Some(symbols) = symbols(text) else { return false };
    let Some((&check, body)) = symbols.split_last() else { return false };
    let Some(body) = values(body).filter(|body| body.len() == 8) else { return false };
    let rest = (weighted(&body, &[3, 2, 7, 6, 5, 4, 3, 2]) % 11) as usize;
    b"65432110987".get(rest) == Some(&check) || b"KJIHGFEDCBA".get(rest) == Some(&check)
}
