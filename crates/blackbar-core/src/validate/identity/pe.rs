//! Identifiers of Peru.

use crate::validate::arith::digits;
use crate::validate::arith::pair;
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

/// `pe-ruc`: Peruvian RUC: a type of taxpayer, weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, modulus 11.
pub(crate) fn ruc(text: &str) -> bool {
    let Some(digits) = digits(text) else { return false };
    let expected = (11 - weighted(&digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11) % 10;
    digits.len() == 11
        && matches!(pair(&digits, 0), Some(10 | 15 | 17 | 20))
        && digits.last().is_some_and(|&check| expected == u32::from(check))
}
